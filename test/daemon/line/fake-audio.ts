// The audio service as a line uses it, without a thread: ports are opened, closed and counted.
import type { Audio, AudioEvent, Listening } from '../../../daemon/loop/audio.ts'
import type { PortCounters, PortId } from '../../../daemon/media/port.ts'

function unused(): never {
  throw new Error('a line has no use for this')
}

export class FakeAudio implements Audio {
  readonly open = new Map<PortId, { pcmFile: string; name: string }>()
  /** Opening is answered only once this is settled. */
  opening: Promise<void> = Promise.resolve()
  failsToOpen = false
  closeNever = false
  /** Digits sent, and until when that takes. */
  readonly sent: string[] = []
  sending: Promise<void> = Promise.resolve()
  readonly #ears = new Set<Parameters<Audio['listen']>[1]>()
  readonly #listeners = new Set<(event: AudioEvent) => void>()
  #nextPort = 1

  get listeners(): number {
    return this.#listeners.size
  }

  async openLine(options: { pcmFile: string; name: string }): Promise<PortId> {
    await this.opening
    if (this.failsToOpen) throw new Error('no memory to map')
    const portId = this.#nextPort++
    this.open.set(portId, options)
    return portId
  }

  close(portId: PortId): Promise<PortCounters> {
    if (this.closeNever) return new Promise(() => {})
    this.open.delete(portId)
    return Promise.resolve({})
  }

  on(listener: (event: AudioEvent) => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  tell(event: AudioEvent): void {
    for (const listener of [...this.#listeners]) listener(event)
  }

  async sendDigits(_portId: PortId, digits: string): Promise<void> {
    this.sent.push(digits)
    await this.sending
  }

  listen(_portId: PortId, onSamples: Parameters<Audio['listen']>[1]): Listening {
    this.#ears.add(onSamples)
    return { stop: () => void this.#ears.delete(onSamples) }
  }

  get ears(): number {
    return this.#ears.size
  }

  /** What the far end says, to whoever listens. */
  speak(samples: Int16Array): void {
    for (const ear of [...this.#ears]) ear(samples, 0)
  }

  openRtp = unused
  setRtpRemote = unused
  connect = unused
  disconnect = unused
  play = unused
  record = unused
  addPrompt = unused
  removePrompt = unused
  describe = unused
  counters = unused
  portCounters = unused
  stop = unused
}
