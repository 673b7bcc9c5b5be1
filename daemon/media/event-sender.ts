// Sends digits as RTP events (RFC 4733): 100 ms each, one packet a tick, constant timestamp, marker on the first, the
// end three times; then a pause in which audio flows again.
import type { DigitQueue } from './digit-queue.ts'
import { digitsByEvent } from './event-receiver.ts'
import { telephoneFormat } from './port.ts'

const { frameSamples, rateHz } = telephoneFormat
/** Ticks of a key held down: the last of them sends the first end packet. */
const heldTicks = 5
const endPackets = 3
/** From one key to the next: 100 ms down, 100 ms up. */
const digitTicks = 10
/** -10 dBm0, the power given in the packet's volume field. */
const volume = 10

export class EventSender {
  #tick = 0
  #timestamp = 0
  readonly #queue: DigitQueue

  constructor(queue: DigitQueue) {
    this.#queue = queue
  }

  /** A digit has been begun and its end has not been sent three times. */
  get active(): boolean {
    return this.#tick > 0
  }

  /** First packet of a digit: carries the marker. */
  get beginning(): boolean {
    return this.#tick === 1
  }

  /** RTP timestamp of the event being sent. */
  get timestamp(): number {
    return this.#timestamp
  }

  /**
   * Writes this tick's event payload (4 bytes). False when none is to be sent: audio takes its place. `clockHz`: of the
   * events, as is `nowTimestamp`.
   */
  next(nowTimestamp: number, octets: Uint8Array, offset: number, clockHz = rateHz): boolean {
    const digit = this.#queue.next
    if (digit === undefined) return false
    if (this.#tick === 0) this.#timestamp = nowTimestamp
    const tick = ++this.#tick
    if (tick >= digitTicks) {
      this.#tick = 0
      this.#queue.sent()
    }
    if (tick >= heldTicks + endPackets) return false
    const durationSamples = (Math.min(tick, heldTicks) * frameSamples * clockHz) / rateHz
    octets[offset] = digitsByEvent.indexOf(digit)
    octets[offset + 1] = volume | (tick >= heldTicks ? 0x80 : 0)
    octets[offset + 2] = durationSamples >>> 8
    octets[offset + 3] = durationSamples
    return true
  }
}
