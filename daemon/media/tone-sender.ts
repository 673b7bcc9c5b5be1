// Sends digits as tones in the audio (Q.23): 100 ms each, 100 ms apart, in place of all else the far end would hear.
import type { DigitQueue } from './digit-queue.ts'
import { Oscillator } from './oscillator.ts'
import { telephoneFormat } from './port.ts'

const toneTicks = 5
const digitTicks = 10
/** Per frequency: between Q.24's limits for senders, as strong as speech. */
const levelDbm0 = -9

const keypad = ['123A', '456B', '789C', '*0#D']
const lowHz = [697, 770, 852, 941]
const highHz = [1209, 1336, 1477, 1633]

/** The two frequencies of a digit. */
export function dtmfFrequencies(digit: string): [number, number] {
  const row = keypad.findIndex((keys) => keys.includes(digit))
  return [lowHz[row]!, highHz[keypad[row]!.indexOf(digit)]!]
}

export class ToneSender {
  readonly #queue: DigitQueue
  readonly #oscillator = new Oscillator()
  #tick = 0

  constructor(queue: DigitQueue) {
    this.#queue = queue
  }

  /** A digit has been begun and its pause is not over. */
  get active(): boolean {
    return this.#tick > 0
  }

  /** Fills the frame with this tick's tone or pause. False when no digit waits. */
  next(frame: Int16Array): boolean {
    const digit = this.#queue.next
    if (digit === undefined) return false
    if (this.#tick === 0) this.#oscillator.tune(dtmfFrequencies(digit), levelDbm0)
    if (++this.#tick <= toneTicks) this.#oscillator.fill(frame, 0, telephoneFormat.frameSamples)
    else frame.fill(0)
    if (this.#tick === digitTicks) {
      this.#tick = 0
      this.#queue.sent()
    }
    return true
  }
}
