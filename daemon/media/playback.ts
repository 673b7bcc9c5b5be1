// A list of prompts, tones and silences played one behind the other, to the sample, without a gap between them.
import { Oscillator } from './oscillator.ts'
import { telephoneFormat } from './port.ts'

const samplesPerMs = telephoneFormat.rateHz / 1000

/** What is played, resolved: samples are linear PCM at the format's rate, kept and never written to. */
export type PlaybackItem =
  | { kind: 'samples'; samples: Int16Array }
  | {
      kind: 'tone'
      frequenciesHz: readonly number[]
      levelDbm0: number
      cadenceMs: readonly number[]
      durationMs: number
    }
  | { kind: 'silence'; durationMs: number }

function lengthOf(item: PlaybackItem): number {
  return item.kind === 'samples' ? item.samples.length : Math.max(0, Math.round(item.durationMs * samplesPerMs))
}

export class Playback {
  readonly #items: readonly PlaybackItem[]
  readonly #lengths: Float64Array
  readonly #repeat: boolean
  readonly #oscillator = new Oscillator()
  #index = 0
  /** Samples of the present item that were played. */
  #position = 0
  /** Of a tone: whether it has no pauses; else the present step of its cadence, and what is left of it. */
  #continuous = true
  #step = 0
  #stepLeft = 0

  /** `repeat` starts over after the last item; a list without a single sample ends at once all the same. */
  constructor(items: readonly PlaybackItem[], repeat = false) {
    this.#items = items
    this.#lengths = Float64Array.from(items, lengthOf)
    this.#repeat = repeat && this.#lengths.some((length) => length > 0)
    this.#enter()
  }

  /** Nothing is left. */
  get finished(): boolean {
    return this.#index >= this.#items.length
  }

  /** Fills the frame with what comes next; behind the end, silence. Returns the samples that were of the list. */
  fill(frame: Int16Array): number {
    let filled = 0
    while (filled < frame.length && !this.finished) {
      const count = Math.min(frame.length - filled, this.#lengths[this.#index]! - this.#position)
      this.#fillFrom(this.#items[this.#index]!, frame, filled, count)
      filled += count
      this.#position += count
      if (this.#position >= this.#lengths[this.#index]!) this.#next()
    }
    if (filled < frame.length) frame.fill(0, filled)
    return filled
  }

  #next(): void {
    this.#index++
    if (this.finished && this.#repeat) this.#index = 0
    this.#enter()
  }

  #enter(): void {
    this.#position = 0
    const item = this.#items[this.#index]
    if (item?.kind !== 'tone') return
    this.#oscillator.tune(item.frequenciesHz, item.levelDbm0)
    this.#continuous = !item.cadenceMs.some((ms) => ms > 0)
    this.#step = -1
    this.#stepLeft = 0
  }

  #fillFrom(item: PlaybackItem, frame: Int16Array, from: number, count: number): void {
    if (item.kind === 'silence') {
      frame.fill(0, from, from + count)
    } else if (item.kind === 'samples') {
      for (let i = 0; i < count; i++) frame[from + i] = item.samples[this.#position + i]!
    } else if (this.#continuous) {
      this.#oscillator.fill(frame, from, count)
    } else {
      this.#fillCadence(item.cadenceMs, frame, from, count)
    }
  }

  /** Even steps of a cadence sound, odd ones are silent; an odd number of steps goes round twice. */
  #fillCadence(cadenceMs: readonly number[], frame: Int16Array, from: number, count: number): void {
    const steps = cadenceMs.length % 2 === 0 ? cadenceMs.length : cadenceMs.length * 2
    for (let done = 0; done < count; ) {
      while (this.#stepLeft <= 0) {
        this.#step = (this.#step + 1) % steps
        this.#stepLeft = Math.round(cadenceMs[this.#step % cadenceMs.length]! * samplesPerMs)
        this.#oscillator.restart()
      }
      const part = Math.min(count - done, this.#stepLeft)
      if (this.#step % 2 === 0) this.#oscillator.fill(frame, from + done, part)
      else frame.fill(0, from + done, from + done + part)
      this.#stepLeft -= part
      done += part
    }
  }
}
