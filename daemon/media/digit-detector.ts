// Digits heard in the audio of a port. The detector itself is libspandsp's; this turns its beginnings and ends into
// presses, and is deaf while we send digits ourselves and their echo comes back from the line.
import type { Detector } from '../../drivers/native/detector-bank.ts'
import type { ReportDigit } from './event-receiver.ts'
import { frameMs, telephoneFormat } from './port.ts'

const silence = new Int16Array(telephoneFormat.frameSamples)
/** The hybrid's echo of our own digits is gone by then. */
const echoTicks = 10

export class DigitDetector {
  /** Digits that were our own, come back. */
  ownDigits = 0
  readonly #detector: Detector
  readonly #report: ReportDigit
  #digit = ''
  #heldTicks = 0
  #deafTicks = 0

  constructor(detector: Detector, report: ReportDigit) {
    this.#detector = detector
    this.#report = report
  }

  /** What the far end says in this tick; false for silence. To be called every tick, before the bank runs. */
  feed(frame: Int16Array | false): void {
    this.#detector.feed(frame === false ? silence : frame)
    if (this.#digit !== '') this.#heldTicks++
    if (this.#deafTicks > 0) this.#deafTicks--
  }

  /** We are sending a digit in band now. */
  expectEcho(): void {
    this.#deafTicks = echoTicks
  }

  /** After the bank has run. */
  collect(): void {
    const events = this.#detector.events
    for (let i = 0; i < events; i++) {
      const code = this.#detector.code(i)
      if (this.#digit !== '') this.#tell()
      this.#digit = code === 0 ? '' : String.fromCharCode(code)
      this.#heldTicks = 1
    }
  }

  /** A press the far end has not ended is told before the port goes. */
  close(): void {
    if (this.#digit !== '') this.#tell()
    this.#digit = ''
    this.#detector.close()
  }

  #tell(): void {
    if (this.#deafTicks > 0) this.ownDigits++
    else this.#report(this.#digit, this.#heldTicks * frameMs)
  }
}
