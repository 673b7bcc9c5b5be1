// The exchange and the far end of one line: rings, delivers caller ID, lets the caller speak and listen, hangs up as
// networks do. It sees the loop open or closed, and nothing of the board's protocol.
//
//   idle ──incomingCall──▶ ringing ──loop closed──▶ connected ──callerHangUp──▶ gone
//    ▲  └──loop closed──▶ seized ──number──▶ calling ──▲                         ▲
//    │                  (dial tone)  └───── busy, congestion ────────────────────┤
//    └────────────────────────── loop open ◀─────────────────────────────────────┘
import { WavWriter } from '../wav-writer.ts'
import { type ExchangeTones, exchangeSound, exchangeTones, type ToneName } from './exchange-tones.ts'
import type { LineCondition } from './line-card.ts'
import { Register } from './register.ts'
import { rateHz, type Sound, silence } from './sound.ts'

export interface CallerId {
  number?: string
  name?: string
  withheld?: 'private' | 'unavailable'
}

export interface IncomingCall extends CallerId {
  /** On and off times, from the first burst on; repeated. */
  ringCadenceMs: number[]
  ringHz: number
  /** From the end of the first cycle's last burst to the end of the caller-ID message. */
  callerIdAfterMs: number
  /** Some networks send none. */
  sendsCallerId: boolean
  /** What is heard on the line in place of the message that the board tells. */
  callerIdSound?: Sound | undefined
}

export type HangUpWay =
  | { by: 'currentLoss'; durationMs: number }
  | { by: 'busyTone' | 'congestionTone' | 'dialTone' | 'polarity' | 'none' }

/** What becomes of a call to a number. */
export type Outcome =
  /** `reverses`: the exchange tells the answer by polarity. */
  { does: 'answer'; afterMs: number; reverses?: boolean } | { does: 'ring' | 'busy' | 'congestion' }

export type ExchangeEvent =
  | { event: 'answered' }
  /** Of a call out: the number as it was dialled. */
  | { event: 'dialled'; number: string }
  | { event: 'farEndAnswered' }
  | { event: 'released' }
  | { event: 'sendingFinished' }
  | { event: 'captureFinished'; file: string; samples: number }

export type CallState = 'idle' | 'ringing' | 'connected' | 'gone' | 'seized' | 'calling'

const batteryMv = 48_000
const offHookMv = 8_000
/** Another telephone is off-hook on the pair. */
const neighbourMv = 9_000

const hangUpTones: Partial<Record<HangUpWay['by'], ToneName>> = {
  busyTone: 'busy',
  congestionTone: 'congestion',
  dialTone: 'dial',
}

export class ExchangeLine {
  readonly #tell: (event: ExchangeEvent) => void
  state: CallState = 'idle'
  #call: IncomingCall | undefined
  #callMs = 0
  #callerIdSent = false
  #lossLeftMs = 0
  #hasBattery = true
  #reversed = false
  #says: Sound[] = []
  #onHookSound: Sound = silence()
  #exchangeTone: Sound = silence()
  #tones = exchangeTones()
  #numbers: Record<string, Outcome> = {}
  #register: Register | undefined
  #answersInMs: number | undefined
  #reversesAtAnswer = false
  #turned = false
  #neighbour = false
  #capture: WavWriter | undefined

  constructor(tell: (event: ExchangeEvent) => void) {
    this.#tell = tell
  }

  /** Throws when the line is not free. */
  ring(call: IncomingCall): void {
    if (this.state !== 'idle') throw new Error(`the line is ${this.state}: it can be rung only while idle`)
    this.#call = call
    this.#callMs = 0
    this.#callerIdSent = false
    this.#says = []
    this.#onHookSound = silence()
    this.state = 'ringing'
  }

  /** From the next tone on; calls to numbers that are not in `numbers` come to congestion. */
  setExchange(tones: ExchangeTones, numbers: Record<string, Outcome>): void {
    this.#tones = tones
    this.#numbers = numbers
  }

  /** Another telephone on the same pair. */
  setNeighbour(offHook: boolean): void {
    this.#neighbour = offHook
  }

  /** Heard from the answer on; what is said before goes on when all said earlier is over. */
  say(sound: Sound): void {
    if (!this.#call && this.state !== 'connected' && this.state !== 'calling')
      throw new Error('there is no caller on this line: incomingCall first')
    this.#says.push(sound)
  }

  hangUp(way: HangUpWay): void {
    if (this.state === 'ringing') {
      this.#endCall('idle')
      return
    }
    if (this.state !== 'connected') throw new Error(`the line is ${this.state}: nobody is there to hang up`)
    this.#endCall('gone')
    if (way.by === 'currentLoss') this.#lossLeftMs = way.durationMs
    if (way.by === 'polarity') this.#turned = !this.#turned
    const tone = hangUpTones[way.by]
    this.#exchangeTone = tone ? exchangeSound(this.#tones, tone) : silence()
  }

  /** Everything the caller hears from the answer on, or from now on in a call. Throws when the file can't be made. */
  capture(file: string): void {
    this.#finishCapture()
    this.#capture = new WavWriter(file)
  }

  setBattery(present: boolean): void {
    this.#hasBattery = present
  }

  setReversed(reversed: boolean): void {
    this.#reversed = reversed
  }

  /** Break of the loop current in mid-call, without anybody hanging up. */
  dipCurrent(durationMs: number): void {
    this.#lossLeftMs = durationMs
  }

  close(): void {
    this.#finishCapture()
    this.#closeRegister()
  }

  /** A step of time on the pair. `flashing`: the loop is open, but too shortly to release the call. */
  step(loopClosed: boolean, flashing: boolean, stepMs: number): LineCondition & { callerId: CallerId | undefined } {
    if (loopClosed) this.#loopClosed()
    else if (!flashing) this.#loopOpened()
    let ringHz: number | undefined
    let callerId: CallerId | undefined
    if (this.state === 'ringing' && this.#call) {
      ringHz = this.#isRingOn(this.#call) ? this.#call.ringHz : undefined
      this.#callMs += stepMs
      callerId = this.#dueCallerId(this.#call)
    }
    if (this.state === 'calling') this.#passCall(stepMs)
    this.#lossLeftMs = Math.max(0, this.#lossLeftMs - stepMs)
    const feeds = this.#hasBattery && this.#lossLeftMs === 0
    const idleMv = this.#neighbour ? neighbourMv : batteryMv
    const voltage = loopClosed ? offHookMv : idleMv
    const reversed = this.#reversed !== this.#turned
    return { ringHz, callerId, feeds, batteryMv: this.#hasBattery ? voltage : 0, reversed }
  }

  /** The far end's next samples. */
  speak(frame: Int16Array): void {
    frame.fill(0)
    if (this.state === 'ringing') this.#onHookSound.fill(frame, 0, frame.length)
    else if (this.state === 'connected') this.#speakCaller(frame)
    else if (this.state !== 'idle') this.#exchangeTone.fill(frame, 0, frame.length)
  }

  /** What the box lets the far end hear. */
  listen(frame: Int16Array): void {
    if (this.state === 'connected') this.#capture?.write(frame)
    if (this.state === 'seized') this.#takeNumber(frame)
  }

  #takeNumber(frame: Int16Array): void {
    const register = this.#register
    if (!register) return
    register.hear(frame)
    const { digits } = register
    if (digits !== '') this.#exchangeTone = silence()
    const outcome = this.#numbers[digits] ?? (register.isOver ? { does: 'congestion' as const } : undefined)
    if (!outcome) return
    this.#closeRegister()
    this.#tell({ event: 'dialled', number: digits })
    if (outcome.does === 'busy' || outcome.does === 'congestion') {
      this.state = 'gone'
      this.#exchangeTone = exchangeSound(this.#tones, outcome.does)
      return
    }
    this.state = 'calling'
    this.#exchangeTone = exchangeSound(this.#tones, 'ring')
    this.#answersInMs = outcome.does === 'answer' ? outcome.afterMs : undefined
    this.#reversesAtAnswer = outcome.does === 'answer' && outcome.reverses === true
  }

  #passCall(stepMs: number): void {
    if (this.#answersInMs === undefined) return
    this.#answersInMs -= stepMs
    if (this.#answersInMs > 0) return
    this.#answersInMs = undefined
    this.state = 'connected'
    if (this.#reversesAtAnswer) this.#turned = !this.#turned
    this.#tell({ event: 'farEndAnswered' })
  }

  #speakCaller(frame: Int16Array): void {
    let filled = 0
    for (let sound = this.#says[0]; sound && filled < frame.length; sound = this.#says[0]) {
      filled += sound.fill(frame, filled, frame.length - filled)
      if (filled === frame.length) break
      this.#says.shift()
      if (this.#says.length === 0) this.#tell({ event: 'sendingFinished' })
    }
  }

  #loopClosed(): void {
    if (this.state === 'ringing') {
      this.state = 'connected'
      this.#tell({ event: 'answered' })
    } else if (this.state === 'idle') {
      this.state = 'seized'
      this.#exchangeTone = exchangeSound(this.#tones, 'dial')
      if (Object.keys(this.#numbers).length > 0) this.#register = new Register()
    }
  }

  #loopOpened(): void {
    if (this.state !== 'idle' && this.state !== 'ringing') this.#endCall('idle')
  }

  #endCall(next: CallState): void {
    const wasConnected = this.state === 'connected'
    this.state = next
    this.#call = undefined
    this.#says = []
    if (wasConnected) this.#finishCapture()
    this.#closeRegister()
    this.#answersInMs = undefined
    if (next === 'gone') return
    this.#turned = false
    this.#tell({ event: 'released' })
  }

  #closeRegister(): void {
    this.#register?.close()
    this.#register = undefined
  }

  #finishCapture(): void {
    const capture = this.#capture
    if (!capture) return
    this.#capture = undefined
    capture.close()
    this.#tell({ event: 'captureFinished', file: capture.file, samples: capture.samples })
  }

  #isRingOn(call: IncomingCall): boolean {
    const cycleMs = call.ringCadenceMs.reduce((sum, ms) => sum + ms, 0)
    let at = this.#callMs % cycleMs
    for (const [i, ms] of call.ringCadenceMs.entries()) {
      if (at < ms) return i % 2 === 0
      at -= ms
    }
    return false
  }

  #dueCallerId(call: IncomingCall): CallerId | undefined {
    const lastPauseMs = call.ringCadenceMs.length % 2 === 0 ? call.ringCadenceMs.at(-1)! : 0
    const lastBurstEndMs = call.ringCadenceMs.reduce((sum, ms) => sum + ms, 0) - lastPauseMs
    if (!call.sendsCallerId || this.#callerIdSent || this.#callMs < lastBurstEndMs + call.callerIdAfterMs) return
    this.#callerIdSent = true
    if (!call.callerIdSound) return call
    this.#onHookSound = call.callerIdSound
    return undefined
  }
}

/** Samples of a step; the board measures the line this often. */
export const stepMs = 10
export const stepSamples = (rateHz * stepMs) / 1000
