// One telephone line as a pure function: (state, input) to next state and effects. line.ts performs the effects.
//
//            ringStarted          answerAsked            audioOpened, hookDone
//   idle ───────────────▶ ringing ───────────▶ answering ─────────────────────▶ talking
//    ▲ ◀───────────────────┘ │ silent too long    │ hang-up, refused                │ hang-up, far end gone
//    │ guard time over       │                    ▼                                 ▼
//    └──────────────────── clearing ◀───────────────────────────────────────────────┘
//                             ▲ deviceReady
//   idle ──callAsked──▶ calling (calling-machine.ts) ──answered──▶ talking
//   any ──deviceLost──▶ faulted ──deviceReady, line still held──▶ answering (a call of the daemon before this one)
//
// A leg is announced while ringing, once the caller ID is known, else at the second ring: a caller who gives up after the
// first shows by nothing but silence, and whoever seizes the line then has dial tone for a caller. It is told `ended` when
// the line is on-hook again, or when the exchange stops ringing, or when the device is lost.
import { callOut, whenCalling, whenGlare } from './calling-machine.ts'
import {
  byFarEnd,
  byUs,
  clear,
  count,
  type In,
  ignore,
  type LineEffect,
  type LineInput,
  type LineState,
  type LineStep,
  lineTimings,
  type RingingCaller,
} from './line-states.ts'

export function advanceLine(state: LineState, input: LineInput): LineStep {
  if (input.type === 'deviceLost') return deviceLost(state)
  switch (state.name) {
    case 'faulted':
      if (input.type !== 'deviceReady') return ignore(state, input)
      return input.takeOver ? takeOver() : clear(undefined)
    case 'idle':
      return whenIdle(state, input)
    case 'ringing':
      return whenRinging(state, input)
    case 'answering':
      return whenAnswering(state, input)
    case 'talking':
      return whenTalking(state, input)
    case 'clearing':
      return whenClearing(state, input)
    case 'calling':
      return whenCalling(state, input)
    case 'glare':
      return whenGlare(state, input)
  }
}

function takeOver(): LineStep {
  return {
    state: { name: 'answering', step: 'openingAudio', portId: undefined, isHeld: true },
    effects: [{ do: 'resumeLeg' }, { do: 'openAudio' }],
  }
}

const legStates = new Set<LineState['name']>(['answering', 'talking', 'calling', 'glare'])

function deviceLost(state: LineState): LineStep {
  if (state.name === 'faulted') return { state, effects: [] }
  const effects: LineEffect[] = [{ do: 'cancelTimers' }, { do: 'closeAudio' }, count('deviceLosses')]
  if (legStates.has(state.name) || (state.name === 'ringing' && state.leg === 'announced'))
    effects.push({ do: 'endLeg', end: byUs(state.name === 'calling' ? 'trunk' : 'line', 'deviceLost') })
  // The board releases a line by itself when it loses us, so the end that was under way has come.
  if (state.name === 'clearing' && state.end) effects.push({ do: 'endLeg', end: state.end })
  return { state: { name: 'faulted' }, effects }
}

function startRinging(early: RingingCaller | undefined): LineStep {
  const ringing: In<'ringing'> = {
    name: 'ringing',
    caller: early,
    ringing: true,
    stoppedAtMs: undefined,
    leg: 'none',
  }
  const effects: LineEffect[] = [count('rings'), { do: 'setTimer', timer: 'ring', ms: lineTimings.ringBurstMs }]
  if (!early) return { state: ringing, effects }
  const announced = announce(ringing)
  return { state: announced.state, effects: [...effects, ...announced.effects] }
}

function announce(state: In<'ringing'>): LineStep {
  if (state.leg !== 'none') return { state, effects: [] }
  return {
    state: { ...state, leg: 'announced' },
    effects: [
      count(state.caller ? 'callerIds' : 'callerIdsMissing'),
      { do: 'announceLeg', caller: state.caller ?? { withheld: 'unavailable' } },
    ],
  }
}

function whenIdle(state: In<'idle'>, input: LineInput): LineStep {
  switch (input.type) {
    case 'ringStarted': {
      const { early } = state
      const isRecent = early !== undefined && input.atMs - early.atMs <= lineTimings.earlyCallerIdMs
      return startRinging(isRecent ? early.caller : undefined)
    }
    case 'callerIdReceived':
      return { state: { name: 'idle', early: { caller: input.caller, atMs: input.atMs } }, effects: [] }
    case 'callAsked':
      return callOut(input)
    case 'hookChanged': {
      if (input.hook === 'onHook') return { state, effects: [] }
      const cleared = clear(undefined)
      return { state: cleared.state, effects: [count('unexpectedOffHooks'), ...cleared.effects] }
    }
    default:
      return ignore(state, input)
  }
}

function whenRinging(state: In<'ringing'>, input: LineInput): LineStep {
  switch (input.type) {
    case 'ringStarted': {
      const isSameRing = state.stoppedAtMs === undefined || input.atMs - state.stoppedAtMs < lineTimings.sameRingMs
      const rung: In<'ringing'> = { ...state, ringing: true }
      const effects: LineEffect[] = [{ do: 'setTimer', timer: 'ring', ms: lineTimings.ringBurstMs }]
      if (isSameRing) return { state: rung, effects }
      const announced = announce(rung)
      return { state: announced.state, effects: [...effects, ...announced.effects] }
    }
    case 'ringStopped': {
      const effects: LineEffect[] = [{ do: 'setTimer', timer: 'ring', ms: lineTimings.ringSilenceMs }]
      return { state: { ...state, ringing: false, stoppedAtMs: input.atMs }, effects }
    }
    case 'callerIdReceived':
      return state.leg === 'none' ? announce({ ...state, caller: input.caller }) : ignore(state, input)
    case 'timerFired':
      return input.timer === 'ring' ? abandon(state) : ignore(state, input)
    case 'farEndGone':
      return abandon(state) // the network says so, where a loop shows it by silence only
    case 'answerAsked':
      if (state.leg !== 'announced') return ignore(state, input)
      return {
        state: { name: 'answering', step: 'openingAudio', portId: undefined },
        effects: [{ do: 'cancelTimers' }, { do: 'openAudio' }],
      }
    case 'hangUpAsked':
      // A ringing line can't be refused: it rings on until the caller gives up, without us.
      if (state.leg !== 'announced') return ignore(state, input)
      return { state: { ...state, leg: 'gone' }, effects: [{ do: 'endLeg', end: byUs('none', input.reason) }] }
    case 'hookChanged': {
      if (input.hook === 'onHook') return { state, effects: [] }
      const cleared = clear(state.leg === 'announced' ? byUs('line', 'unexpectedOffHook') : undefined)
      return { state: cleared.state, effects: [count('unexpectedOffHooks'), ...cleared.effects] }
    }
    default:
      return ignore(state, input)
  }
}

function abandon(state: In<'ringing'>): LineStep {
  const effects: LineEffect[] = [{ do: 'cancelTimers' }, count('callsAbandoned')]
  if (state.leg === 'announced') effects.push({ do: 'endLeg', end: byFarEnd('cancelled') })
  return { state: { name: 'idle' }, effects }
}

function whenAnswering(state: In<'answering'>, input: LineInput): LineStep {
  switch (input.type) {
    case 'audioOpened':
      if (state.step !== 'openingAudio') return ignore(state, input)
      if (state.isHeld)
        return {
          state: { name: 'talking', portId: input.portId, offHookAtMs: -Infinity },
          effects: [count('callsResumed'), { do: 'answerLeg', portId: input.portId }],
        }
      return { state: { ...state, step: 'seizing', portId: input.portId }, effects: [{ do: 'goOffHook' }] }
    case 'audioFailed':
      return clear(byUs('us', 'audioFailed'))
    case 'audioLost':
      return clear(byUs('us', 'mediaLost'))
    case 'offHookDone': {
      const { portId } = state
      if (portId === undefined) return ignore(state, input)
      return {
        state: { name: 'talking', portId, offHookAtMs: input.atMs },
        effects: [count('callsAnswered'), { do: 'answerLeg', portId }],
      }
    }
    case 'offHookRefused':
      return clear(byUs('line', input.reason))
    case 'hangUpAsked':
      return clear(byUs('none', input.reason))
    case 'hookChanged':
      // Both ways expected: off-hook by our command, then the answer to it.
      return state.isHeld && input.hook === 'onHook' ? clear(byUs('line', 'releasedByBoard')) : { state, effects: [] }
    case 'farEndGone':
      // A line with a loop shows nothing before it is off-hook; the network of a module does.
      return state.isHeld || input.gone.evidence === 'network' ? clear(byFarEnd('hangUp')) : ignore(state, input)
    default:
      return ignore(state, input)
  }
}

function whenTalking(state: In<'talking'>, input: LineInput): LineStep {
  switch (input.type) {
    case 'farEndGone': {
      if (input.gone.evidence === 'totalLimit') return clear(byUs('none', 'callLimit'))
      const cleared = clear(byFarEnd('hangUp'))
      return { state: cleared.state, effects: [count('farEndHangUps'), ...cleared.effects] }
    }
    case 'hangUpAsked':
      return clear(byUs('none', input.reason))
    case 'audioLost':
      return clear(byUs('us', 'mediaLost'))
    case 'hookChanged':
      // The board released the line by itself: it had not heard us for its safety time.
      return input.hook === 'onHook' ? clear(byUs('line', 'releasedByBoard')) : { state, effects: [] }
    default:
      return ignore(state, input)
  }
}

function whenClearing(state: In<'clearing'>, input: LineInput): LineStep {
  switch (input.type) {
    case 'onHookDone':
      return state.released ? { state, effects: [] } : release(state)
    case 'hookChanged':
      if (input.hook === 'onHook') return state.released ? { state, effects: [] } : release(state)
      return retry({ ...state, released: false })
    case 'timerFired':
      if (input.timer === 'release') return retry(state)
      return input.timer === 'guard' ? guarded(state) : ignore(state, input)
    case 'ringStarted':
      return { state: { ...state, ringing: true }, effects: [] }
    case 'ringStopped':
      return { state: { ...state, ringing: false }, effects: [] }
    case 'callerIdReceived':
      return { state: { ...state, early: { caller: input.caller, atMs: input.atMs } }, effects: [] }
    case 'hangUpAsked':
      return { state, effects: [] } // under way
    default:
      return ignore(state, input)
  }
}

function release(state: In<'clearing'>): LineStep {
  const effects: LineEffect[] = [
    { do: 'cancelTimer', timer: 'release' },
    { do: 'setTimer', timer: 'guard', ms: lineTimings.guardMs },
  ]
  if (state.end) effects.push({ do: 'endLeg', end: state.end })
  return { state: { ...state, end: undefined, released: true }, effects }
}

/** For ever: a line must never stay off-hook. The leg is not kept waiting for longer than the tries it is given. */
function retry(state: In<'clearing'>): LineStep {
  const effects: LineEffect[] = [
    count('releaseRetries'),
    { do: 'cancelTimer', timer: 'guard' },
    { do: 'goOnHook' },
    { do: 'setTimer', timer: 'release', ms: lineTimings.releaseRetryMs },
  ]
  if (!state.end || state.tries < lineTimings.releaseTries)
    return { state: { ...state, tries: state.tries + 1 }, effects }
  return {
    state: { ...state, end: undefined, tries: state.tries + 1 },
    effects: [...effects, { do: 'endLeg', end: { ...state.end, blame: 'line' } }],
  }
}

function guarded(state: In<'clearing'>): LineStep {
  if (!state.released) return { state, effects: [] }
  const { early } = state
  if (state.ringing) return startRinging(early?.caller)
  return { state: { name: 'idle', ...(early && { early }) }, effects: [] }
}
