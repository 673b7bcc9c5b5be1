// Type II caller ID: who calls while the line is in use. The exchange mutes the far end, sends the alerting tone (CAS), is
// answered by the key D, and tells by FSK without seizure, which none of the talkers should hear (GR-30, EN 300 659-2).
//
//   listening ─CAS for 60 ms─▶ answering ─D is sent─▶ receiving ─message─▶ ending ─▶ listening; none in time: at once
//                              └──────── the talk is muted, both ways ────────┘
//
// The answer is awaited 160 ms after the tone: it begins before the tone's 80 ms are over, since a frame takes its time.
import { FskReceiver } from '../native/fsk-receiver.ts'
import { type CallerIdText, readFskMessage } from './caller-id-message.ts'

const rateHz = 8000
const alertingHz = [2130, 2750] as const
/** The tone lasts 75 ms at least: three whole frames of 20 ms, wherever they begin. */
const alertedSamples = 0.06 * rateHz
/** Of a frame's power, what both tones must have together, and each of them: speech has not so much for so long. */
const pureShare = 0.8
const eachShare = 0.15
/** −38 dBm0; networks send −32 dBm a tone at the least. */
const audibleRms = 200
const answerHz = [941, 1633] as const
const answerSamples = 0.06 * rateHz
/** −8 dBm0 each. */
const answerAmplitude = 9000
/** Nothing comes for so long: it was no alerting tone, or the exchange did not hear us. */
const quietSamples = 0.5 * rateHz
/** The longest message takes 2.2 s. */
const longestSamples = 3 * rateHz
const endSamples = 0.06 * rateHz

export class WaitingCallerListener {
  readonly #found: (caller: CallerIdText) => void
  readonly #fsk = [new FskReceiver('bellcore'), new FskReceiver('etsi')]
  #state: 'listening' | 'answering' | 'receiving' | 'ending' = 'listening'
  /** Samples: of the tone so far, of the answer sent, since the answer, since anything was heard. */
  #alerted = 0
  #answered = 0
  #waited = 0
  #quiet = 0
  /** Alerting tones heard, and messages out of them. */
  alerts = 0
  messages = 0

  constructor(found: (caller: CallerIdText) => void) {
    this.#found = found
  }

  /** A frame of the far end's sound, 20 ms at most, before anybody else hears it; silenced while the exchange speaks. */
  hear(frame: Int16Array): void {
    if (this.#state === 'listening') {
      this.#alerted = isAlerting(frame) ? this.#alerted + frame.length : 0
      if (this.#alerted < alertedSamples) return
      this.alerts++
      this.#alerted = 0
      this.#answered = 0
      this.#state = 'answering'
    } else if (this.#state === 'receiving') this.#receive(frame)
    else if (this.#state === 'ending') this.#end(frame)
    frame.fill(0)
  }

  /** A frame for the far end; replaced while the exchange is answered and heard. */
  speak(frame: Int16Array): void {
    if (this.#state === 'listening') return
    frame.fill(0)
    if (this.#state !== 'answering') return
    for (let i = 0; i < frame.length && this.#answered < answerSamples; i++, this.#answered++)
      for (const hz of answerHz)
        frame[i]! += Math.round(answerAmplitude * Math.sin((2 * Math.PI * hz * this.#answered) / rateHz))
    if (this.#answered < answerSamples) return
    this.#waited = 0
    this.#quiet = 0
    this.#state = 'receiving'
  }

  /** Another call begins. */
  reset(): void {
    this.#state = 'listening'
    this.#alerted = 0
  }

  close(): void {
    for (const receiver of this.#fsk) receiver.close()
  }

  #receive(frame: Int16Array): void {
    this.#waited += frame.length
    this.#quiet = rmsOf(frame) < audibleRms ? this.#quiet + frame.length : 0
    for (const receiver of this.#fsk) {
      const message = receiver.hear(frame)
      const caller = message && readFskMessage(message)
      if (!caller) continue
      this.messages++
      this.#waited = 0
      this.#state = 'ending'
      this.#found(caller)
      return
    }
    if (this.#quiet >= quietSamples || this.#waited >= longestSamples) this.#state = 'listening'
  }

  /** The message's last bits go on for a moment. */
  #end(frame: Int16Array): void {
    this.#waited += frame.length
    if (this.#waited >= endSamples) this.#state = 'listening'
  }
}

function isAlerting(frame: Int16Array): boolean {
  const power = rmsOf(frame) ** 2
  if (power < audibleRms ** 2) return false
  const [low = 0, high = 0] = alertingHz.map((hz) => powerAt(frame, hz) / power)
  return low >= eachShare && high >= eachShare && low + high >= pureShare
}

function rmsOf(frame: Int16Array): number {
  let energy = 0
  for (const sample of frame) energy += sample * sample
  return Math.sqrt(energy / frame.length)
}

/** Goertzel: power of the sine of this frequency that is in the frame. */
function powerAt(frame: Int16Array, hz: number): number {
  const coefficient = 2 * Math.cos((2 * Math.PI * hz) / rateHz)
  let last = 0
  let before = 0
  for (const sample of frame) {
    const next = sample + coefficient * last - before
    before = last
    last = next
  }
  return (2 * (last * last + before * before - coefficient * last * before)) / frame.length ** 2
}
