// The part of an exchange that takes the number somebody dials on a seized line: keys by their tones, and when it has
// heard enough of them.
import type { Detector } from '../../../drivers/native/detector-bank.ts'
import { DtmfBank } from '../../../drivers/native/dtmf-bank.ts'
import { rateHz } from './sound.ts'

const frameSamples = 160
/** After the last key, of a number that the plan does not know. */
const interDigitMs = 2500

export class Register {
  readonly #bank = new DtmfBank(1)
  readonly #detector: Detector = this.#bank.open({ filterDialTone: false })
  readonly #frame = new Int16Array(frameSamples)
  #filled = 0
  #digits = ''
  #quietMs = 0

  get digits(): string {
    return this.#digits
  }

  /** Nothing was dialled for so long that the number must be whole. */
  get isOver(): boolean {
    return this.#digits !== '' && this.#quietMs >= interDigitMs
  }

  hear(played: Int16Array): void {
    this.#quietMs += (played.length * 1000) / rateHz
    for (const sample of played) {
      this.#frame[this.#filled++] = sample
      if (this.#filled === frameSamples) this.#detect()
    }
  }

  close(): void {
    this.#detector.close()
    this.#bank.destroy()
  }

  #detect(): void {
    this.#filled = 0
    this.#detector.feed(this.#frame)
    this.#bank.run()
    for (let i = 0; i < this.#detector.events; i++) {
      const code = this.#detector.code(i)
      if (code === 0) continue
      this.#digits += String.fromCharCode(code)
      this.#quietMs = 0
    }
  }
}
