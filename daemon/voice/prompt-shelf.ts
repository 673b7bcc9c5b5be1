// Speech that the audio thread holds ready, under its id. Bounded; what was not used for longest goes first, never what
// somebody is listening to.
import type { Audio } from '../loop/audio.ts'

interface Shelved {
  bytes: number
  /** How many play it, or are about to. */
  holds: number
}

export class PromptShelf {
  readonly #audio: Pick<Audio, 'addPrompt' | 'removePrompt'>
  readonly #maximumBytes: number
  /** The longest unused first. */
  readonly #prompts = new Map<string, Shelved>()
  #bytes = 0

  constructor(audio: Pick<Audio, 'addPrompt' | 'removePrompt'>, maximumBytes: number) {
    this.#audio = audio
    this.#maximumBytes = maximumBytes
  }

  get bytes(): number {
    return this.#bytes
  }

  get size(): number {
    return this.#prompts.size
  }

  get held(): number {
    let held = 0
    for (const { holds } of this.#prompts.values()) if (holds > 0) held++
    return held
  }

  /** Whether the prompt is there; it counts as used. */
  use(promptId: string): boolean {
    const shelved = this.#prompts.get(promptId)
    if (!shelved) return false
    this.#prompts.delete(promptId)
    this.#prompts.set(promptId, shelved)
    return true
  }

  put(promptId: string, samples: Int16Array): void {
    if (this.use(promptId)) return
    this.#audio.addPrompt(promptId, samples)
    this.#prompts.set(promptId, { bytes: samples.byteLength, holds: 0 })
    this.#bytes += samples.byteLength
    this.#shrink(promptId)
  }

  /** Keeps the prompt until released; releasing twice does nothing. */
  hold(promptId: string): () => void {
    const shelved = this.#prompts.get(promptId)
    if (!shelved) return () => undefined
    shelved.holds++
    let held = true
    return () => {
      if (!held) return
      held = false
      shelved.holds--
      this.#shrink()
    }
  }

  clear(): void {
    for (const promptId of this.#prompts.keys()) this.#audio.removePrompt(promptId)
    this.#prompts.clear()
    this.#bytes = 0
  }

  /** `spared` was put there just now, for somebody who has had no chance to hold it. */
  #shrink(spared?: string): void {
    for (const [promptId, { bytes, holds }] of this.#prompts) {
      if (this.#bytes <= this.#maximumBytes) return
      if (holds > 0 || promptId === spared) continue
      this.#prompts.delete(promptId)
      this.#bytes -= bytes
      this.#audio.removePrompt(promptId)
    }
  }
}
