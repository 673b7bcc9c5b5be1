// What a telephone line can be, what it is told and what it then does: the vocabulary of line-machine.ts and
// calling-machine.ts, and the few moves that both make.
import type { LegEnd } from '../leg/leg.ts'
import type { PortId } from '../media/port.ts'
import type { FarEndGone } from './supervision.ts'

export const lineTimings = {
  /** Two bursts closer together than this are one ring: 400/200/400/2000 in the UK, 400/200/400/2000 in Australia. */
  sameRingMs: 1000,
  /** No ring for longer than the longest pause of a cadence (5 s in Sweden): the caller has given up. */
  ringSilenceMs: 6000,
  /** A burst whose end was never told. */
  ringBurstMs: 10_000,
  /** A caller ID told before the first ring (BT, DTMF in some networks) belongs to a ring within this time. */
  earlyCallerIdMs: 10_000,
  /** The board tells on-hook within a few milliseconds; else it is told again. */
  releaseRetryMs: 600,
  /** After so many tries the leg is let go, while the line goes on trying. */
  releaseTries: 3,
  /** Off-hook without dial tone for so long: the line is not to be had. */
  dialToneMs: 5000,
  /** Nobody answers, or it can't be told that somebody has: the call out is given up. */
  setUpMs: 90_000,
  /** A caller found on the line by a call out is to be taken within this time. */
  glareMs: 10_000,
  /** On-hook for so long before the next call, so that the exchange sees the release. */
  guardMs: 1000,
} as const

export interface RingingCaller {
  number?: string
  name?: string
  withheld?: 'private' | 'unavailable'
}

export type LineState =
  | { name: 'faulted' }
  | { name: 'idle'; early?: { caller: RingingCaller; atMs: number } }
  | {
      name: 'ringing'
      caller: RingingCaller | undefined
      ringing: boolean
      /** End of the last burst. */
      stoppedAtMs: number | undefined
      /** `none` until told; `gone` when it was hung up before it was answered. */
      leg: 'none' | 'announced' | 'gone'
    }
  /** `isHeld`: off-hook already, left so by the daemon before this one for its caller. */
  | { name: 'answering'; step: 'openingAudio' | 'seizing'; portId: PortId | undefined; isHeld?: true }
  | { name: 'talking'; portId: PortId; offHookAtMs: number }
  /** A call out, until it is answered; see calling-machine.ts. */
  | {
      name: 'calling'
      step: CallingStep
      number: string
      /** It dials by itself. */
      byDevice: boolean
      portId: PortId | undefined
      offHookAtMs: number
    }
  /** Taken for a call out in the moment a caller rang: he is on the line already, and nobody has been told of him yet. */
  | { name: 'glare'; portId: PortId; offHookAtMs: number }
  | {
      name: 'clearing'
      /** What the leg is to be told; undefined when it has been, or there is none. */
      end: LegEnd | undefined
      tries: number
      /** On-hook is confirmed: the guard time runs. */
      released: boolean
      /** A ring that began in the guard time, and who rings. */
      ringing: boolean
      early?: { caller: RingingCaller; atMs: number }
    }

/** By the box with tones: all of them; by a device that dials by itself: `openingAudio`, `dialling`, `progress`. */
export type CallingStep = 'openingAudio' | 'seizing' | 'dialTone' | 'dialling' | 'progress'

/** Why a call out is believed to be answered: a loop does not always tell. */
export type AnswerEvidence = 'network' | 'polarity' | 'toneEnd' | 'voice'

export type LineTimer = 'ring' | 'release' | 'guard' | 'dialTone' | 'ringback' | 'setUp'

export type LineInput =
  /** `takeOver`: the line is off-hook, and its call is to go on. */
  | { type: 'deviceReady'; takeOver?: boolean }
  | { type: 'deviceLost' }
  | { type: 'ringStarted'; atMs: number }
  | { type: 'ringStopped'; atMs: number }
  | { type: 'callerIdReceived'; caller: RingingCaller; atMs: number }
  | { type: 'hookChanged'; hook: 'onHook' | 'offHook' }
  | { type: 'farEndGone'; gone: FarEndGone }
  | { type: 'answerAsked' }
  | { type: 'hangUpAsked'; reason: string }
  | { type: 'audioOpened'; portId: PortId }
  | { type: 'audioFailed' }
  /** The audio port ended by itself. */
  | { type: 'audioLost' }
  | { type: 'offHookDone'; atMs: number }
  | { type: 'offHookRefused'; reason: string }
  /** The board took the command to go on-hook. */
  | { type: 'onHookDone' }
  /** A call out, of an idle line only. */
  | { type: 'callAsked'; number: string; byDevice: boolean }
  /** All digits were sent, or the device took the number. */
  | { type: 'dialled' }
  | { type: 'dialRefused'; reason: string }
  | { type: 'dialToneHeard' }
  /** `nextWithinMs`: the next ring, if it goes on ringing. */
  | { type: 'ringbackHeard'; nextWithinMs: number }
  | { type: 'farEndAlerted' }
  | { type: 'farEndAnswered'; evidence: AnswerEvidence; atMs: number }
  | { type: 'timerFired'; timer: LineTimer }

export type LineEffect =
  | { do: 'announceLeg'; caller: RingingCaller }
  | { do: 'resumeLeg' }
  | { do: 'answerLeg'; portId: PortId }
  | { do: 'endLeg'; end: LegEnd }
  /** Somebody rings at the far end. */
  | { do: 'alertLeg' }
  /** What the exchange plays can be heard. */
  | { do: 'letLegHear'; portId: PortId }
  | { do: 'dialByDevice'; number: string }
  | { do: 'sendDigits'; portId: PortId; digits: string }
  | { do: 'listenForVoice'; portId: PortId }
  | { do: 'noteAnswer'; evidence: AnswerEvidence }
  | { do: 'openAudio' }
  | { do: 'closeAudio' }
  | { do: 'goOffHook' }
  | { do: 'goOnHook' }
  | { do: 'setTimer'; timer: LineTimer; ms: number }
  | { do: 'cancelTimer'; timer: LineTimer }
  | { do: 'cancelTimers' }
  | { do: 'count'; what: LineCount }
  /** The machine was asked for what can't be from here: a fault of this program, which costs this call only. */
  | { do: 'reportIllegal'; input: LineInput['type'] }

export type LineCount =
  | 'rings'
  | 'callerIds'
  | 'callerIdsMissing'
  | 'callsAbandoned'
  | 'callsAnswered'
  | 'callsResumed'
  | 'farEndHangUps'
  | 'deviceLosses'
  | 'releaseRetries'
  | 'unexpectedOffHooks'
  | 'callsOut'
  | 'callsOutAnswered'
  | 'dialTonesMissing'
  | 'glares'
  | 'ignoredSignals'
  | 'illegalMoves'

export interface LineStep {
  state: LineState
  effects: LineEffect[]
}

export type In<Name extends LineState['name']> = Extract<LineState, { name: Name }>

export const byFarEnd = (reason: string): LegEnd => ({ by: 'farEnd', blame: 'none', reason })
export const byUs = (blame: LegEnd['blame'], reason: string): LegEnd => ({ by: 'us', blame, reason })
export const count = (what: LineCount): LineEffect => ({ do: 'count', what })

/** Inputs that the line's owner gives only in certain states; anywhere else they are its fault. */
const commanded = new Set<LineInput['type']>(['answerAsked'])

/** Hardware tells what it likes when it likes, and late answers come after their time: counted, no harm done. */
export function ignore(state: LineState, input: LineInput): LineStep {
  if (!commanded.has(input.type)) return { state, effects: [count('ignoredSignals')] }
  const effects: LineEffect[] = [count('illegalMoves'), { do: 'reportIllegal', input: input.type }]
  if (state.name !== 'answering' && state.name !== 'talking') return { state, effects }
  const cleared = clear(byUs('us', 'illegalMove'))
  return { state: cleared.state, effects: [...effects, ...cleared.effects] }
}

/** On-hook, whatever was; the leg hears of it once that is confirmed. */
export function clear(end: LegEnd | undefined): LineStep {
  return {
    state: { name: 'clearing', end, tries: 1, released: false, ringing: false },
    effects: [
      { do: 'cancelTimers' },
      { do: 'closeAudio' },
      { do: 'goOnHook' },
      { do: 'setTimer', timer: 'release', ms: lineTimings.releaseRetryMs },
    ],
  }
}
