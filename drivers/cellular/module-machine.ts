// The life of one cellular module, as a pure function: (state, input) to next state and effects; module-host.ts performs
// them. What becomes of a call is in call-machine.ts; here is whether there is a module at all.
//
//   closed ─start─▶ opening ─▶ waking ─OK─▶ preparing ─▶ ready ⟲ asked every 2 s; its call by call-machine.ts
//                      ▲ delay of   │ mute        │ failed, unfit   │ mute, closed, restarted, sound lost for good
//                      │ the ladder ▼             ▼                 ▼
//                      └────────── waiting ◀──────────────────────────
//
// A module that fails again and again is restarted, mildly (CFUN=1,1) then by its own reset, within a budget an hour.
import type { AtReply } from '../at/at-dialogue.ts'
import { climb, freshLadder, type LadderPlan, type LadderState } from '../process/recovery-ladder.ts'
import { advanceCall, type Call, type CallEffect, type CallInput, idleCall } from './call-machine.ts'
import type { ModuleNews } from './module-news.ts'
import { type Answered, prepare, type ReadyModule } from './preparation.ts'

export const moduleTimings = {
  wakeMs: 700,
  wakeTries: 4,
  checkMs: 2000,
  answerMs: 700,
  /** Of whatever it is asked, in a row: once may be noise on the cable. */
  unansweredMax: 3,
  /** After a restart the module is away for some ten seconds. */
  restartMs: 12_000,
  unfitMs: 30_000,
} as const

export type ModuleRung = 'reset' | 'restart'

export const moduleLadder: LadderPlan<ModuleRung> = {
  rungs: [
    { name: 'reset', afterFailures: 6, budgetPerHour: 1 },
    { name: 'restart', afterFailures: 3, budgetPerHour: 2 },
  ],
  firstDelayMs: 250,
  longestDelayMs: 15_000,
  stableMs: 30_000,
}

type Ladder = LadderState<ModuleRung>

export type ModuleState =
  | { name: 'closed' }
  | { name: 'waiting'; ladder: Ladder; rung: ModuleRung | undefined }
  | { name: 'opening'; ladder: Ladder; rung: ModuleRung | undefined }
  | { name: 'waking'; ladder: Ladder; rung: ModuleRung | undefined; tries: number }
  | { name: 'preparing'; ladder: Ladder; answers: readonly Answered[]; sim: string | undefined }
  | { name: 'ready'; ladder: Ladder; module: ReadyModule; readyAtMs: number; unanswered: number; call: Call }

export type ModuleTimer = 'reopen' | 'check'

export type ModuleInput =
  | { type: 'start' }
  | { type: 'stop' }
  /** Both ports are open. */
  | { type: 'opened' }
  | { type: 'openFailed'; reason: string }
  | { type: 'portClosed'; reason: string }
  | { type: 'writeStalled' }
  | { type: 'replied'; command: string; reply: AtReply }
  | { type: 'news'; news: ModuleNews }
  | { type: 'call'; input: CallInput }
  | { type: 'timerFired'; timer: ModuleTimer }

export type ModuleEffect =
  | { do: 'openPorts' }
  | { do: 'closePorts' }
  | { do: 'ask'; command: string; timeoutMs: number }
  | { do: 'setTimer'; timer: ModuleTimer; ms: number }
  | { do: 'cancelTimers' }
  | { do: 'tellReady'; module: ReadyModule }
  /** `wasReady`: a call may have been on it. */
  | { do: 'tellLost'; reason: string; wasReady: boolean }
  | { do: 'count'; what: 'failures' | 'refusals' | 'checksMissed' | 'restarts' | 'resets' | 'unexpected' }
  | CallEffect

export interface ModuleStep {
  state: ModuleState
  effects: ModuleEffect[]
}

type In<Name extends ModuleState['name']> = Extract<ModuleState, { name: Name }>

const checks = ['AT+CREG?', 'AT+CSQ'] as const
const stay = (state: ModuleState): ModuleStep => ({ state, effects: [] })
const unexpected = (state: ModuleState): ModuleStep => ({ state, effects: [{ do: 'count', what: 'unexpected' }] })

export function advanceModule(state: ModuleState, input: ModuleInput, nowMs: number): ModuleStep {
  switch (input.type) {
    case 'start':
      if (state.name !== 'closed') return stay(state)
      return open({ name: 'opening', ladder: freshLadder, rung: undefined })
    case 'stop':
      return {
        state: { name: 'closed' },
        effects: [...endCall(state), { do: 'cancelTimers' }, { do: 'closePorts' }],
      }
    case 'opened':
      return state.name === 'opening' ? wake({ ...state, name: 'waking', tries: 1 }) : unexpected(state)
    case 'openFailed':
      return state.name === 'opening' ? lose(state, input.reason, nowMs) : unexpected(state)
    case 'portClosed':
    case 'writeStalled': {
      const isOpen = state.name === 'waking' || state.name === 'preparing' || state.name === 'ready'
      return isOpen ? lose(state, input.type === 'portClosed' ? input.reason : 'writeStalled', nowMs) : stay(state)
    }
    case 'replied':
      return replied(state, input.command, input.reply, nowMs)
    case 'news':
      return told(state, input.news, nowMs)
    case 'call':
      return callOf(state, input.input, nowMs)
    case 'timerFired':
      if (input.timer === 'reopen')
        return state.name === 'waiting' ? open({ ...state, name: 'opening' }) : unexpected(state)
      return state.name === 'ready' ? check(state, checks[0]) : unexpected(state)
  }
}

function open(state: In<'opening'>): ModuleStep {
  return { state, effects: [{ do: 'openPorts' }] }
}

function wake(state: In<'waking'>): ModuleStep {
  return { state, effects: [{ do: 'ask', command: 'AT', timeoutMs: moduleTimings.wakeMs }] }
}

function endCall(state: ModuleState): ModuleEffect[] {
  return state.name === 'ready' ? advanceCall(state.call, { type: 'lost' }, state.module.family).effects : []
}

function lose(state: ModuleState, reason: string, nowMs: number, atLeastMs = 0): ModuleStep {
  if (state.name === 'closed' || state.name === 'waiting') return stay(state)
  const readyMs = state.name === 'ready' ? nowMs - state.readyAtMs : 0
  const { state: ladder, delayMs, rung } = climb(moduleLadder, state.ladder, nowMs, readyMs)
  return {
    state: { name: 'waiting', ladder, rung },
    effects: [
      ...endCall(state),
      { do: 'cancelTimers' },
      { do: 'closePorts' },
      { do: 'count', what: 'failures' },
      { do: 'tellLost', reason, wasReady: state.name === 'ready' },
      { do: 'setTimer', timer: 'reopen', ms: Math.max(delayMs, atLeastMs) },
    ],
  }
}

function replied(state: ModuleState, command: string, reply: AtReply, nowMs: number): ModuleStep {
  switch (state.name) {
    case 'waking':
      return woken(state, command, reply, nowMs)
    case 'preparing':
      return preparing({ ...state, answers: [...state.answers, { command, reply }] }, nowMs)
    case 'ready':
      return answered(state, command, reply, nowMs)
    default:
      return stay(state)
  }
}

function woken(state: In<'waking'>, command: string, { result }: AtReply, nowMs: number): ModuleStep {
  const { rung, tries, ladder } = state
  if (command !== 'AT') return lose(state, `${rung}: restarting the module`, nowMs, moduleTimings.restartMs)
  if (result === 'timeout')
    return tries < moduleTimings.wakeTries ? wake({ ...state, tries: tries + 1 }) : lose(state, 'mute', nowMs)
  if (!rung) return preparing({ name: 'preparing', ladder, answers: [], sim: undefined }, nowMs)
  const restart = rung === 'reset' ? 'AT+CRESET' : 'AT+CFUN=1,1'
  return {
    state,
    effects: [
      { do: 'count', what: rung === 'reset' ? 'resets' : 'restarts' },
      { do: 'ask', command: restart, timeoutMs: moduleTimings.answerMs },
    ],
  }
}

function preparing(state: In<'preparing'>, nowMs: number): ModuleStep {
  const step = prepare(state.answers, state.sim)
  switch (step.next) {
    case 'command':
      return { state, effects: [{ do: 'ask', command: step.command, timeoutMs: step.timeoutMs }] }
    case 'failed':
      return lose(state, step.reason, nowMs)
    case 'unfit': {
      // Once it may have been noise on the cable.
      const isSure = state.ladder.failures > 0
      const lost = lose(state, step.reason, nowMs, isSure ? moduleTimings.unfitMs : 0)
      return { state: lost.state, effects: [{ do: 'count', what: 'refusals' }, ...lost.effects] }
    }
    case 'ready':
      return {
        state: {
          name: 'ready',
          ladder: state.ladder,
          module: step.module,
          readyAtMs: nowMs,
          unanswered: 0,
          call: idleCall,
        },
        effects: [
          { do: 'tellReady', module: step.module },
          { do: 'setTimer', timer: 'check', ms: moduleTimings.checkMs },
        ],
      }
  }
}

function check(state: In<'ready'>, command: string): ModuleStep {
  return { state, effects: [{ do: 'ask', command, timeoutMs: moduleTimings.answerMs }] }
}

function answered(state: In<'ready'>, command: string, reply: AtReply, nowMs: number): ModuleStep {
  const unanswered = reply.result === 'timeout' ? state.unanswered + 1 : 0
  if (unanswered >= moduleTimings.unansweredMax) return lose(state, 'mute', nowMs)
  const next = { ...state, unanswered }
  if (!checks.some((each) => each === command)) return callOf(next, { type: 'replied', command, reply }, nowMs)
  if (unanswered > 0) {
    const again = check(next, command)
    return { state: again.state, effects: [{ do: 'count', what: 'checksMissed' }, ...again.effects] }
  }
  if (command === checks[0]) return check(next, checks[1])
  return { state: next, effects: [{ do: 'setTimer', timer: 'check', ms: moduleTimings.checkMs }] }
}

function told(state: ModuleState, news: ModuleNews, nowMs: number): ModuleStep {
  if (state.name === 'preparing' && news.news === 'sim') return stay({ ...state, sim: news.sim })
  if (state.name !== 'ready') return stay(state)
  if (news.news === 'restarted') return lose(state, 'restarted', nowMs)
  if (news.news === 'sim' && news.sim !== 'READY') return lose(state, `simLost: ${news.sim}`, nowMs)
  return callOf(state, { type: 'news', news }, nowMs)
}

function callOf(state: ModuleState, input: CallInput, nowMs: number): ModuleStep {
  if (state.name !== 'ready') {
    const effects: ModuleEffect[] =
      input.type === 'asked' ? [{ do: 'settle', id: input.id, result: { done: false, refused: 'deviceAbsent' } }] : []
    return { state, effects }
  }
  const { call, effects } = advanceCall(state.call, input, state.module.family)
  const next: ModuleStep = { state: { ...state, call }, effects }
  if (call.is !== 'stuck') return next
  const lost = lose({ ...state, call }, 'callStuck', nowMs)
  return { state: lost.state, effects: [...effects, ...lost.effects] }
}
