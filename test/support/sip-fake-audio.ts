// The audio service as signalling sees it, without sound: remembers what it was told, says what a test makes it say.
import type {
  Audio,
  AudioEvent,
  Listening,
  LoopCounters,
  Playback,
  Recording,
  RtpRemote,
} from '../../daemon/loop/audio.ts'
import type { PortCounters, PortId } from '../../daemon/media/port.ts'

export class SipFakeAudio implements Audio {
  /** What each open port was told last. */
  readonly remotes = new Map<PortId, RtpRemote>()
  readonly openPorts = new Set<PortId>()
  /** The address of each port that was ever opened, in order. */
  readonly boundTo: string[] = []
  /** Every remote ever set, in order. */
  readonly history: RtpRemote[] = []
  /** What each port has counted when it is closed. */
  finalCounters: PortCounters = {}
  /** No port is free while this is true. */
  full = false
  readonly #listeners = new Set<(event: AudioEvent) => void>()
  #next = 0

  async openRtp({ localAddress }: { localAddress: string }): Promise<{ portId: PortId; localPort: number }> {
    this.boundTo.push(localAddress)
    if (this.full) throw new Error('no RTP port is free')
    const portId = ++this.#next
    this.openPorts.add(portId)
    return { portId, localPort: 16384 + 2 * portId }
  }

  setRtpRemote(portId: PortId, remote: RtpRemote): void {
    if (!this.openPorts.has(portId)) throw new Error(`port ${portId} is not open`)
    this.remotes.set(portId, remote)
    this.history.push(remote)
  }

  async close(portId: PortId): Promise<PortCounters> {
    if (!this.openPorts.delete(portId)) throw new Error(`port ${portId} is closed twice`)
    this.remotes.delete(portId)
    return this.finalCounters
  }

  on(listener: (event: AudioEvent) => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  say(event: AudioEvent): void {
    for (const listener of this.#listeners) listener(event)
  }

  get listeners(): number {
    return this.#listeners.size
  }

  openLine(): Promise<PortId> {
    return Promise.reject(new Error('signalling opens no lines'))
  }

  connect(): void {}

  disconnect(): void {}

  play(): Playback {
    return { ended: Promise.resolve('finished'), stop: () => {} }
  }

  sendDigits(): Promise<void> {
    return Promise.resolve()
  }

  listen(): Listening {
    throw new Error('signalling listens to nobody')
  }

  record(): Recording {
    throw new Error('signalling records nothing')
  }

  addPrompt(): void {}

  removePrompt(): void {}

  describe(portId: PortId): Promise<string> {
    return Promise.resolve(`fake:${portId}`)
  }

  counters(): Promise<LoopCounters> {
    return Promise.resolve({ ticks: 0, lateTicks: 0, skippedTicks: 0, worstLatenessMs: 0, ports: this.openPorts.size })
  }

  portCounters(): Promise<PortCounters> {
    return Promise.resolve({})
  }

  stop(): Promise<void> {
    return Promise.resolve()
  }
}
