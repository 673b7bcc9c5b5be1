// Learns what an exchange plays and how it tells that a caller has gone, on a borrowed line:
//
//   dialTone ──▶ busyTone (a number that is engaged) ──▶ hangUp (someone calls, is answered, hangs up) ──▶ done
//
// Each step is left out where nothing was given for it; the line is given back however it ends.
import type { LineSignal } from '../../drivers/line-driver.ts'
import type { Clock, Timer } from '../clock.ts'
import type { LineTones } from '../config/lines-schema.ts'
import type { Audio, Listening } from '../loop/audio.ts'
import type { PortId } from '../media/port.ts'
import { lineTimings } from './line-states.ts'
import type { LineLoan } from './lines.ts'
import { learnTone } from './tone-learning.ts'
import type { Tone } from './tone-patterns.ts'

export type LearnStep = 'dialTone' | 'busyTone' | 'waitingForCall' | 'hangUp' | 'done'

/** How the exchange tells that the caller has gone. */
export type HangUpKind = 'currentLoss' | 'polarity' | 'tone'

export interface LineProfile {
  tones: LineTones
  /** In the order they came; empty: it tells nothing. Absent: it was not looked at. */
  hangUp?: HangUpKind[]
}

export interface LearnProgress {
  step: LearnStep
  profile: LineProfile
  /** Why it went no further. */
  failure?: { reason: string; mend: string }
}

export interface LearnOptions {
  audio: Audio
  clock: Clock
  /** Of the line, for people. */
  name: string
  /** Digits of a number that is engaged, such as the line's own. Absent: busy tone is not listened to. */
  busyNumber?: string
  /** How long to wait for a caller who will hang up; 0: no call is waited for. */
  callWaitMs: number
}

const samplesPerMs = 8
const lookEveryMs = 500
/** Dial tone may be cadenced: Italy's has a period of 2 s, of which two are needed. */
const dialToneMs = { least: 3000, most: 9000 }
/** The exchange takes its time to find out that the number is engaged. */
const busyToneMs = { least: 4000, most: 20_000 }
/** Caller ID comes between the first two rings; a call answered at once may lose its line's reversal for the answer. */
const answerAfterMs = 1500
/** From the answer to the hang-up. */
const talkMs = 60_000
/** What follows the first sign of a hang-up: exchanges play a tone after they have broken the loop. */
const afterSignMs = 8000
/** Of the sound, looked at for a tone: two periods of the slowest and what of them is cut off. */
const windowMs = 7000

class Failure extends Error {
  readonly mend: string
  constructor(reason: string, mend: string) {
    super(reason)
    this.mend = mend
  }
}

export class LineLearner {
  readonly #of: LearnOptions
  readonly #signals: LineSignal[] = []
  #loan: LineLoan | undefined
  #progress: LearnProgress = { step: 'dialTone', profile: { tones: {} } }
  #portId: PortId | undefined
  #listening: Listening | undefined
  #sound: Int16Array<ArrayBufferLike> = new Int16Array(0)
  #wake: (() => void) | undefined
  #lookedLike: Tone | undefined

  constructor(options: LearnOptions) {
    this.#of = options
  }

  get progress(): LearnProgress {
    return this.#progress
  }

  /** What the borrowed line tells. */
  signal(signal: LineSignal): void {
    this.#signals.push(signal)
    this.#wake?.()
  }

  /** Never rejects. */
  async run(loan: LineLoan): Promise<void> {
    this.#loan = loan
    const { busyNumber, callWaitMs } = this.#of
    try {
      await this.#seize()
      this.#learnt('dial', await this.#dialTone())
      if (busyNumber !== undefined) this.#learnt('busy', await this.#busyTone(busyNumber))
      await this.#release()
      if (callWaitMs > 0) await this.#hangUp(callWaitMs)
      this.#progress = { ...this.#progress, step: 'done' }
    } catch (fault) {
      const mend = fault instanceof Failure ? fault.mend : 'Look at the journal: journalctl -u cordboard.'
      const reason = fault instanceof Error ? fault.message : String(fault)
      this.#progress = { ...this.#progress, failure: { reason, mend } }
    }
    await this.#closeAudio()
    await loan.giveBack()
  }

  async #dialTone(): Promise<Tone> {
    const tone = await this.#toneWithin(dialToneMs)
    if (tone) return tone
    throw new Failure(
      'no dial tone was heard',
      'Check that the line is plugged in and in service: listen with a phone.',
    )
  }

  async #busyTone(number: string): Promise<Tone> {
    this.#progress = { ...this.#progress, step: 'busyTone' }
    if (this.#portId !== undefined) await this.#of.audio.sendDigits(this.#portId, number)
    this.#forgetSound()
    const tone = await this.#toneWithin(busyToneMs)
    if (tone && tone.cadenceMs.length > 0) return tone
    throw new Failure(
      `no busy tone was heard from ${number}`,
      'Give a number that is engaged, such as the line’s own, as it is dialled on this line.',
    )
  }

  async #hangUp(callWaitMs: number): Promise<void> {
    const { clock } = this.#of
    this.#progress = { ...this.#progress, step: 'waitingForCall' }
    await this.#wait(lineTimings.guardMs)
    this.#signals.length = 0
    const rang = await this.#until(callWaitMs, () => this.#signals.some(({ type }) => type === 'ringStarted'))
    if (!rang) throw new Failure('nobody called', 'Start anew, and call the line from another telephone, then hang up.')
    await this.#wait(answerAfterMs)
    await this.#seize()
    // Seizing a line makes the current dip, and some exchanges turn the line as it is answered.
    await this.#wait(lineTimings.releaseRetryMs + lookEveryMs)
    this.#signals.length = 0
    this.#progress = { ...this.#progress, step: 'hangUp' }
    const kinds: HangUpKind[] = []
    let endsAtMs = clock.monotonicMs() + talkMs
    while (clock.monotonicMs() < endsAtMs) {
      await this.#until(lookEveryMs, () => this.#signals.length > 0)
      const seen = this.#signsOfHangUp().filter((kind) => !kinds.includes(kind))
      if (seen.length === 0) continue
      if (kinds.length === 0) endsAtMs = clock.monotonicMs() + afterSignMs
      kinds.push(...seen)
      if (kinds.includes('tone')) break
    }
    this.#progress = { ...this.#progress, profile: { ...this.#progress.profile, hangUp: kinds } }
  }

  #signsOfHangUp(): HangUpKind[] {
    const kinds: HangUpKind[] = []
    for (const { type } of this.#signals.splice(0)) {
      if (type === 'loopCurrentLost') kinds.push('currentLoss')
      else if (type === 'polarityReversed') kinds.push('polarity')
      else if (type === 'deviceLost') throw deviceGone()
    }
    const tone = this.#toneNow()
    if (!tone) return kinds
    const { dial, busy } = this.#progress.profile.tones
    if (tone.cadenceMs.length === 0) this.#learnt('dial', dial ?? tone)
    else if (!busy) this.#learnt('busy', tone)
    else if (!isAlike(tone, busy)) this.#learnt('congestion', tone)
    return [...kinds, 'tone']
  }

  #learnt(name: keyof LineTones, tone: Tone): void {
    const { profile } = this.#progress
    this.#progress = { ...this.#progress, profile: { ...profile, tones: { ...profile.tones, [name]: tone } } }
  }

  async #toneWithin({ least, most }: { least: number; most: number }): Promise<Tone | undefined> {
    for (let heardMs = lookEveryMs; heardMs <= most; heardMs += lookEveryMs) {
      await this.#wait(lookEveryMs)
      const tone = heardMs >= least ? this.#toneNow() : undefined
      if (tone) return tone
    }
    return undefined
  }

  /** Of the last seconds; learnt when two looks at it agree, so that a frame lost on the way is not taken for its cadence. */
  #toneNow(): Tone | undefined {
    const before = this.#lookedLike
    const tone = learnTone(this.#sound)
    this.#lookedLike = tone
    return tone && before && isAlike(tone, before) ? tone : undefined
  }

  async #seize(): Promise<void> {
    const result = await this.#loan!.command({ type: 'goOffHook' })
    if (!result.done)
      throw new Failure(`the line could not be seized (${result.refused})`, 'See its state: cordboard status.')
    const { audio, name } = this.#of
    this.#portId = await audio.openLine({ pcmFile: this.#loan!.pcmFile, name })
    this.#forgetSound()
    this.#listening = audio.listen(this.#portId, (samples) => this.#hear(samples))
  }

  #forgetSound(): void {
    this.#sound = new Int16Array(0)
    this.#lookedLike = undefined
  }

  #hear(samples: Int16Array): void {
    const kept = this.#sound.subarray(Math.max(0, this.#sound.length + samples.length - windowMs * samplesPerMs))
    const sound = new Int16Array(kept.length + samples.length)
    sound.set(kept)
    sound.set(samples, kept.length)
    this.#sound = sound
  }

  async #release(): Promise<void> {
    await this.#closeAudio()
    await this.#loan!.command({ type: 'goOnHook' })
  }

  async #closeAudio(): Promise<void> {
    const portId = this.#portId
    if (portId === undefined) return
    this.#portId = undefined
    this.#listening?.stop()
    await this.#of.audio.close(portId)
  }

  async #wait(ms: number): Promise<void> {
    await this.#until(ms, () => false)
  }

  /** Whether it came true in time; looked at with every signal. Throws when the device is lost. */
  #until(ms: number, isSo: () => boolean): Promise<boolean> {
    const { clock } = this.#of
    return new Promise((resolve, reject) => {
      let timer: Timer | undefined
      const settle = (end: () => void) => {
        this.#wake = undefined
        timer?.cancel()
        end()
      }
      const look = () => {
        if (this.#signals.some(({ type }) => type === 'deviceLost')) settle(() => reject(deviceGone()))
        else if (isSo()) settle(() => resolve(true))
      }
      timer = clock.after(ms, () => settle(() => resolve(false)))
      this.#wake = look
      look()
    })
  }
}

function deviceGone(): Failure {
  return new Failure('the device was lost', 'Check its plug, then start anew.')
}

function isAlike(one: Tone, other: Tone): boolean {
  const isNear = (a: number, b: number | undefined) => b !== undefined && Math.abs(a - b) <= Math.max(30, 0.15 * b)
  return (
    one.cadenceMs.length === other.cadenceMs.length && one.cadenceMs.every((ms, i) => isNear(ms, other.cadenceMs[i]))
  )
}
