// A call out over a line, from idle until somebody answers; part of line-machine.ts.
//
//   idle ─callAsked─▶ openingAudio ─▶ seizing ─offHookDone─▶ dialTone ─heard─▶ dialling ─dialled─▶ progress ─▶ talking
//                          │ rings: glare │ rings: glare         │ none in 5 s                        │ busy, no answer
//                          ▼              ▼                      ▼                                    ▼
//                       ringing         glare ─answer()─▶ talking                       clearing
//
// A device that dials by itself goes from openingAudio to dialling to progress, and only the network ends or answers. Answered is what the network says, or a
// reversal of the polarity, else the end of the ring tone, or a voice.
import type { LegEnd } from '../leg/leg.ts'
import {
  byFarEnd,
  byUs,
  clear,
  count,
  type In,
  ignore,
  type LineEffect,
  type LineInput,
  type LineStep,
  lineTimings,
} from './line-states.ts'
import type { FarEndGone } from './supervision.ts'

type Calling = In<'calling'>

/** From `idle`. */
export function callOut({ number, byDevice }: Extract<LineInput, { type: 'callAsked' }>): LineStep {
  return {
    state: { name: 'calling', step: 'openingAudio', number, byDevice, portId: undefined, offHookAtMs: 0 },
    effects: [count('callsOut'), { do: 'openAudio' }],
  }
}

export function whenCalling(state: Calling, input: LineInput): LineStep {
  switch (input.type) {
    case 'hangUpAsked':
      return clear(byUs('none', input.reason))
    case 'audioFailed':
      return clear(byUs('us', 'audioFailed'))
    case 'audioLost':
      return clear(byUs('us', 'mediaLost'))
    case 'offHookRefused':
    case 'dialRefused':
      return clear(refusal(input.reason))
    case 'farEndGone':
      return gone(state, input.gone)
    case 'ringStarted':
      return rung(state, input.atMs)
    case 'ringStopped':
    case 'callerIdReceived':
      return { state, effects: [] }
    case 'hookChanged':
      return input.hook === 'onHook' && state.offHookAtMs > 0
        ? clear(byUs('trunk', 'releasedByBoard'))
        : { state, effects: [] }
    default:
      return steps[state.step](state, input)
  }
}

type Step = (state: Calling, input: LineInput) => LineStep

const steps: Readonly<Record<Calling['step'], Step>> = {
  openingAudio: (state, input) => {
    if (input.type !== 'audioOpened') return ignore(state, input)
    const { portId } = input
    if (state.byDevice)
      return {
        state: { ...state, step: 'dialling', portId },
        effects: [{ do: 'dialByDevice', number: state.number }],
      }
    return { state: { ...state, step: 'seizing', portId }, effects: [{ do: 'goOffHook' }] }
  },
  seizing: (state, input) => {
    if (input.type !== 'offHookDone') return ignore(state, input)
    return {
      state: { ...state, step: 'dialTone', offHookAtMs: input.atMs },
      effects: [{ do: 'setTimer', timer: 'dialTone', ms: lineTimings.dialToneMs }],
    }
  },
  dialTone: (state, input) => {
    if (input.type === 'dialToneHeard' && state.portId !== undefined)
      return {
        state: { ...state, step: 'dialling' },
        effects: [
          { do: 'cancelTimer', timer: 'dialTone' },
          { do: 'sendDigits', portId: state.portId, digits: state.number },
        ],
      }
    if (input.type !== 'timerFired' || input.timer !== 'dialTone') return ignore(state, input)
    const cleared = clear(byUs('trunk', 'noDialTone'))
    return { state: cleared.state, effects: [count('dialTonesMissing'), ...cleared.effects] }
  },
  dialling: (state, input) => (input.type === 'dialled' ? dialled(state) : ignore(state, input)),
  progress: inProgress,
}

function dialled(state: Calling): LineStep {
  const { portId, byDevice } = state
  // A device that dials by itself has sound only once somebody answers.
  const hears: LineEffect[] =
    portId === undefined || byDevice
      ? []
      : [
          { do: 'letLegHear', portId },
          { do: 'listenForVoice', portId },
        ]
  return {
    state: { ...state, step: 'progress' },
    effects: [{ do: 'setTimer', timer: 'setUp', ms: lineTimings.setUpMs }, ...hears],
  }
}

function inProgress(state: Calling, input: LineInput): LineStep {
  switch (input.type) {
    case 'farEndAlerted':
      return { state, effects: [{ do: 'alertLeg' }] }
    case 'ringbackHeard':
      return {
        state,
        effects: [{ do: 'alertLeg' }, { do: 'setTimer', timer: 'ringback', ms: input.nextWithinMs }],
      }
    case 'farEndAnswered':
      return answered(state, input.evidence, input.atMs)
    case 'timerFired':
      // It rang, and neither rings on nor is busy.
      if (input.timer === 'ringback') return answered(state, 'toneEnd', state.offHookAtMs)
      return input.timer === 'setUp' ? clear(byUs('farEnd', 'noAnswer')) : ignore(state, input)
    default:
      return ignore(state, input)
  }
}

function answered(state: Calling, evidence: Extract<LineInput, { type: 'farEndAnswered' }>['evidence'], atMs: number) {
  const { portId, offHookAtMs } = state
  if (portId === undefined) return ignore(state, { type: 'farEndAnswered', evidence, atMs })
  const step: LineStep = {
    state: { name: 'talking', portId, offHookAtMs: offHookAtMs || atMs },
    effects: [
      { do: 'cancelTimers' },
      count('callsOutAnswered'),
      { do: 'noteAnswer', evidence },
      { do: 'answerLeg', portId },
    ],
  }
  return step
}

/** Before anything was dialled another line may do better; afterwards it is the far end's answer. */
function gone(state: Calling, gone: FarEndGone): LineStep {
  return clear(state.step === 'progress' ? byFarEnd(causeOf(gone)) : byUs('trunk', causeOf(gone)))
}

function causeOf(gone: FarEndGone): string {
  switch (gone.evidence) {
    case 'network':
      return gone.cause
    case 'tone':
      return gone.tone === 'busy' ? 'busy' : 'unreachable'
    default:
      return 'hangUp'
  }
}

const farEndRefusals = new Set(['busy', 'noAnswer', 'unreachable'])

function refusal(reason: string): LegEnd {
  return farEndRefusals.has(reason) ? byFarEnd(reason) : byUs('trunk', reason)
}

/** Somebody calls in the moment we do (glare): the caller goes before, and the call out may take another line. */
function rung(state: Calling, atMs: number): LineStep {
  const { step, portId, offHookAtMs, byDevice } = state
  const isFree = step === 'openingAudio' || (byDevice && step === 'dialling')
  // No exchange rings a line in a call.
  if (step === 'progress' || (step === 'dialling' && !byDevice)) return { state, effects: [] }
  const ended: LineEffect[] = [count('glares'), { do: 'cancelTimers' }, { do: 'endLeg', end: byUs('trunk', 'glare') }]
  if (isFree || portId === undefined)
    return {
      state: { name: 'ringing', caller: undefined, ringing: true, stoppedAtMs: undefined, leg: 'none' },
      effects: [
        ...ended,
        { do: 'closeAudio' },
        count('rings'),
        { do: 'setTimer', timer: 'ring', ms: lineTimings.ringBurstMs },
      ],
    }
  return {
    state: { name: 'glare', portId, offHookAtMs: offHookAtMs || atMs },
    effects: [
      ...ended,
      { do: 'setTimer', timer: 'ring', ms: lineTimings.glareMs },
      { do: 'announceLeg', caller: { withheld: 'unavailable' } },
    ],
  }
}

/** The caller is on the line, and waits to be told of. */
export function whenGlare(state: In<'glare'>, input: LineInput): LineStep {
  switch (input.type) {
    case 'answerAsked':
      return {
        state: { ...state, name: 'talking' },
        effects: [{ do: 'cancelTimers' }, count('callsAnswered'), { do: 'answerLeg', portId: state.portId }],
      }
    case 'hangUpAsked':
      return clear(byUs('none', input.reason))
    case 'farEndGone':
      return clear(byFarEnd('hangUp'))
    case 'audioLost':
      return clear(byUs('us', 'mediaLost'))
    case 'timerFired':
      return input.timer === 'ring' ? clear(byUs('us', 'notAnswered')) : ignore(state, input)
    case 'offHookDone':
      return { state: { ...state, offHookAtMs: input.atMs }, effects: [] }
    case 'offHookRefused':
      return clear(byUs('line', input.reason))
    default:
      return { state, effects: [] }
  }
}
