// The loop's frames of 20 ms as packets of the length the far end asked for (a=ptime, 10 to 60 ms).
import { telephoneFormat } from './port.ts'

const { frameSamples, rateHz } = telephoneFormat
const longestMs = 60

export class Packetizer {
  readonly packetSamples: number
  readonly #samples = new Int16Array((longestMs * rateHz) / 1000 + frameSamples)
  #count = 0

  constructor(packetMs: number) {
    this.packetSamples = (packetMs * rateHz) / 1000
  }

  push(frame: Int16Array): void {
    this.#samples.set(frame, this.#count)
    this.#count += frame.length
  }

  /** How far back the first sample that waits is, counted from behind the last one. */
  get waiting(): number {
    return this.#count
  }

  /** The next whole packet, valid until the next call; undefined when there is none yet. */
  take(into: Int16Array): boolean {
    if (this.#count < into.length) return false
    into.set(this.#samples.subarray(0, into.length))
    this.#samples.copyWithin(0, into.length, this.#count)
    this.#count -= into.length
    return true
  }

  clear(): void {
    this.#count = 0
  }
}
