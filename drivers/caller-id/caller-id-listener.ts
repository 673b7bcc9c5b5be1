// Seeks caller ID in what a line that is not held sounds like, by every way at once: which networks send how is known by
// country only, and exchanges of one country differ. Nothing but a message with a right checksum, or a whole string of
// digits, counts.
import { DtmfBank } from '../native/dtmf-bank.ts'
import { FskReceiver } from '../native/fsk-receiver.ts'
import { type CallerIdText, readDtmfCallerId, readFskMessage } from './caller-id-message.ts'

const frameSamples = 160
/** DTMF: a string is over with its last digit or with a pause that no network makes within one. */
const pauseFrames = 25
const longestString = 32

export class CallerIdListener {
  readonly #found: (caller: CallerIdText) => void
  readonly #fsk = [new FskReceiver('bellcore'), new FskReceiver('etsi')]
  readonly #bank = new DtmfBank(1)
  readonly #dtmf = this.#bank.open({ filterDialTone: false })
  readonly #frame = new Int16Array(frameSamples)
  #filled = 0
  #digits = ''
  #silentFrames = 0
  #isDone = false

  constructor(found: (caller: CallerIdText) => void) {
    this.#found = found
  }

  /** Told one caller, it is deaf; `restart` for the next call. */
  hear(samples: Int16Array): void {
    for (let at = 0; at < samples.length && !this.#isDone; ) {
      const count = Math.min(frameSamples - this.#filled, samples.length - at)
      this.#frame.set(samples.subarray(at, at + count), this.#filled)
      this.#filled += count
      at += count
      if (this.#filled < frameSamples) continue
      this.#filled = 0
      this.#hearFrame()
    }
  }

  restart(): void {
    this.#isDone = false
    this.#digits = ''
    this.#filled = 0
  }

  close(): void {
    this.#isDone = true
    for (const receiver of this.#fsk) receiver.close()
    this.#dtmf.close()
    this.#bank.destroy()
  }

  #hearFrame(): void {
    for (const receiver of this.#fsk) {
      const message = receiver.hear(this.#frame)
      const caller = message && readFskMessage(message)
      if (caller) return this.#tell(caller)
    }
    this.#hearDigits()
  }

  #hearDigits(): void {
    this.#dtmf.feed(this.#frame)
    this.#silentFrames++
    if (this.#bank.run() > 0)
      for (let event = 0; event < this.#dtmf.events; event++) {
        this.#silentFrames = 0
        const code = this.#dtmf.code(event)
        if (code !== 0) this.#digits = (this.#digits + String.fromCharCode(code)).slice(-longestString)
      }
    if (this.#digits === '') return
    const caller = readDtmfCallerId(this.#digits)
    if (caller) this.#tell(caller)
    else if (this.#silentFrames > pauseFrames) this.#digits = ''
  }

  #tell(caller: CallerIdText): void {
    this.#isDone = true
    this.#found(caller)
  }
}
