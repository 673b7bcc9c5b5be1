// What lines sound like while nobody holds them: who calls is told there, by modem or by keys.
import { CallerIdListener } from '../caller-id/caller-id-listener.ts'
import type { CallerIdText } from '../caller-id/caller-id-message.ts'
import type { DriverClock } from '../process/surroundings.ts'

/** After so long without sound the next one is of another call. */
const callGapMs = 2000

interface Ear {
  listener: CallerIdListener
  heardAtMs: number
}

export class OnHookAudio {
  readonly #clock: DriverClock
  readonly #found: (port: number, caller: CallerIdText) => void
  readonly #ears = new Map<number, Ear>()

  constructor(clock: DriverClock, found: (port: number, caller: CallerIdText) => void) {
    this.#clock = clock
    this.#found = found
  }

  /** 16-bit little-endian linear, 8 kHz. */
  hear(port: number, pcm: Uint8Array): void {
    const ear = this.#earOf(port)
    const nowMs = this.#clock.monotonicMs()
    if (nowMs - ear.heardAtMs > callGapMs) ear.listener.restart()
    ear.heardAtMs = nowMs
    const view = new DataView(pcm.buffer, pcm.byteOffset, pcm.byteLength)
    ear.listener.hear(Int16Array.from({ length: pcm.length >> 1 }, (_, at) => view.getInt16(at * 2, true)))
  }

  close(): void {
    for (const { listener } of this.#ears.values()) listener.close()
    this.#ears.clear()
  }

  #earOf(port: number): Ear {
    const known = this.#ears.get(port)
    if (known) return known
    const ear = {
      listener: new CallerIdListener((caller) => this.#found(port, caller)),
      heardAtMs: Number.NEGATIVE_INFINITY,
    }
    this.#ears.set(port, ear)
    return ear
  }
}
