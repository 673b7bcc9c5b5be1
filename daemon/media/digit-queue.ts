// Digits waiting to be sent to a far end, in order, and who wants to know when the last of them was sent.
import { digitsByEvent } from './event-receiver.ts'

/** Digits that may wait; more are refused, so that no far end can be kept busy for ever. */
const maximumDigits = 256

export class DigitQueue {
  readonly #digits: string[] = []
  /** One per `push`: how many digits stand in the queue up to and with its last. */
  readonly #requests: { requestId: number; digitsLeft: number }[] = []
  readonly #done: (requestId: number) => void

  constructor(done: (requestId: number) => void) {
    this.#done = done
  }

  /** Letters may be small; what is no DTMF digit is left out. False when the queue would overflow: nothing is taken. */
  push(digits: string, requestId: number): boolean {
    const valid = [...digits.toUpperCase()].filter((digit) => digitsByEvent.includes(digit))
    if (this.#digits.length + valid.length > maximumDigits) return false
    this.#digits.push(...valid)
    if (valid.length === 0) this.#done(requestId)
    else this.#requests.push({ requestId, digitsLeft: this.#digits.length })
    return true
  }

  /** The digit to be sent now; it stays until `sent`. */
  get next(): string | undefined {
    return this.#digits[0]
  }

  /** The first digit has been sent, its pause included. */
  sent(): void {
    this.#digits.shift()
    for (const request of this.#requests) request.digitsLeft--
    while (this.#requests[0]?.digitsLeft === 0) this.#done(this.#requests.shift()!.requestId)
  }

  /** Gives up what waits; those who asked are told as if it had been sent. Returns the digits given up. */
  abandon(): number {
    const count = this.#digits.length
    this.#digits.length = 0
    for (const request of this.#requests.splice(0)) this.#done(request.requestId)
    return count
  }
}
