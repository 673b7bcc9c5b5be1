// The life of one voice modem, as a pure function: (state, input) to next state and effects; modem-host.ts performs them.
//
//   closed ─start─▶ opening ─▶ resyncing ─▶ preparing ─ready─▶ idle ─goOffHook─▶ seizing ─CONNECT─▶ voice
//                      ▲                        │               ▲                   │ refused         │ goOnHook,
//                      │ delay of the ladder    │ failed        └──── leaving ◀─────┴─────────────────┘ stream over
//                   waiting ◀───────────────────┴── any: closed, mute, stuck ◀───────┘
//
// A modem left in the middle of a stream by a crash hears its end first (resyncing); ATZ puts it on-hook.
import type { AtReply } from '../at/at-dialogue.ts'
import type { HookState, LineCommandResult } from '../line-driver.ts'
import { climb, freshLadder, type LadderPlan, type LadderState } from '../process/recovery-ladder.ts'
import { dle, dleCode } from './dle-code.ts'
import { type Answered, type PreparationOptions, prepare, type ReadyModem } from './preparation.ts'

export const modemTimings = {
  /** Between the steps of getting out of a stream that somebody before us left. */
  resyncMs: 200,
  /** An on-hook modem is asked whether it is still what we made of it; at the second question without an answer it is lost. */
  checkMs: 2000,
  seizeMs: 1000,
  streamMs: 700,
  leaveMs: 500,
  /** What the modem has not played yet at the end of a call, the last words of a prompt, is some frames at most. */
  drainMs: 160,
  /** After the end of the stream comes an OK that answers no command. */
  settleMs: 100,
  hangUpMs: 700,
  /** Refused for what it is: it is the same in a moment. */
  unfitMs: 30_000,
} as const

export type ModemRung = 'factorySettings'

export const modemLadder: LadderPlan<ModemRung> = {
  rungs: [{ name: 'factorySettings', afterFailures: 3, budgetPerHour: 4 }],
  firstDelayMs: 250,
  longestDelayMs: 10_000,
  stableMs: 10_000,
}

type Ladder = LadderState<ModemRung>
interface Ready {
  ladder: Ladder
  modem: ReadyModem
  readyAtMs: number
}

export type ModemState =
  | { name: 'closed' }
  | { name: 'waiting'; ladder: Ladder; rung: ModemRung | undefined }
  | { name: 'opening'; ladder: Ladder; rung: ModemRung | undefined }
  | { name: 'resyncing'; ladder: Ladder; rung: ModemRung | undefined; step: number }
  | { name: 'preparing'; ladder: Ladder; answers: readonly Answered[] }
  | (Ready & { name: 'idle'; unanswered: number })
  /** `releases`: on-hook was asked for meanwhile, by these commands. */
  | (Ready & { name: 'seizing'; step: 'hook' | 'stream'; command: number; releases: readonly number[] })
  | (Ready & { name: 'voice' })
  | (Ready & {
      name: 'leaving'
      step: 'draining' | 'stream' | 'settling' | 'hook'
      tries: number
      releases: readonly number[]
    })

export type ModemTimer = 'reopen' | 'resync' | 'check' | 'leave'

export type ModemInput =
  | { type: 'start' }
  | { type: 'stop' }
  | { type: 'opened' }
  | { type: 'openFailed'; reason: string }
  | { type: 'portClosed'; reason: string }
  | { type: 'writeStalled' }
  | { type: 'replied'; command: string; reply: AtReply }
  /** DLE ETX from the modem. */
  | { type: 'streamEnded' }
  /** No sound comes, though the stream is on. */
  | { type: 'soundStalled' }
  | { type: 'hookAsked'; id: number; hook: HookState }
  | { type: 'timerFired'; timer: ModemTimer }

export type ModemEffect =
  | { do: 'openPort' }
  | { do: 'closePort' }
  | { do: 'write'; bytes: Uint8Array }
  | { do: 'ask'; command: string; timeoutMs: number }
  /** Answers still awaited are forgotten, half lines too; what comes is text. */
  | { do: 'listenForText' }
  | { do: 'setTimer'; timer: ModemTimer; ms: number }
  | { do: 'cancelTimer'; timer: ModemTimer }
  | { do: 'cancelTimers' }
  | { do: 'tellReady'; modem: ReadyModem }
  /** `wasReady`: a call may have been on it. */
  | { do: 'tellLost'; reason: string; wasReady: boolean }
  | { do: 'tellHook'; hook: HookState }
  | { do: 'settle'; id: number; result: LineCommandResult }
  | { do: 'count'; what: ModemCount }

export type ModemCount =
  | 'failures'
  | 'factorySettings'
  | 'refusals'
  | 'checksMissed'
  | 'streamEndsUnasked'
  | 'leaveRetries'
  | 'hangUpRetries'
  | 'unexpected'

export interface ModemStep {
  state: ModemState
  effects: ModemEffect[]
}

const check = 'AT+FCLASS?'
const endOfStream = Uint8Array.of(dle, dleCode.etx)
const endOfDuplex = Uint8Array.of(dle, dleCode.caret)
const carriageReturn = Uint8Array.of(0x0d)
const factorySettings = Buffer.from('\rAT&F\r')

const done: LineCommandResult = { done: true }
const refuse = (refused: string): LineCommandResult => ({ done: false, refused })
const count = (what: ModemCount): ModemEffect => ({ do: 'count', what })
const stay = (state: ModemState): ModemStep => ({ state, effects: [] })
const unexpected = (state: ModemState): ModemStep => ({ state, effects: [count('unexpected')] })

export function advanceModem(
  state: ModemState,
  input: ModemInput,
  nowMs: number,
  options: PreparationOptions,
): ModemStep {
  switch (input.type) {
    case 'start':
      if (state.name !== 'closed') return stay(state)
      return { state: { name: 'opening', ladder: freshLadder, rung: undefined }, effects: [{ do: 'openPort' }] }
    case 'stop':
      return {
        state: { name: 'closed' },
        effects: [...refusals(state, 'deviceAbsent'), { do: 'cancelTimers' }, { do: 'closePort' }],
      }
    case 'openFailed':
      return state.name === 'opening' ? lose(state, input.reason, nowMs) : unexpected(state)
    case 'portClosed':
      return isOpen(state) ? lose(state, input.reason, nowMs) : stay(state)
    case 'writeStalled':
      return isOpen(state) ? lose(state, 'writeStalled', nowMs) : stay(state)
    case 'soundStalled':
      return state.name === 'voice' || state.name === 'leaving' ? lose(state, 'soundStalled', nowMs) : stay(state)
    case 'opened':
      if (state.name !== 'opening') return unexpected(state)
      return resync({ name: 'resyncing', ladder: state.ladder, rung: state.rung, step: 0 })
    case 'hookAsked':
      return input.hook === 'offHook' ? seize(state, input.id) : release(state, input.id)
    case 'replied':
      return replied(state, input.command, input.reply, nowMs, options)
    case 'streamEnded':
      return streamEnded(state)
    case 'timerFired':
      return timerFired(state, input.timer, nowMs, options)
  }
}

type In<Name extends ModemState['name']> = Extract<ModemState, { name: Name }>

function isOpen(state: ModemState): boolean {
  return state.name !== 'closed' && state.name !== 'waiting' && state.name !== 'opening'
}

function refusals(state: ModemState, reason: string): ModemEffect[] {
  const ids = 'releases' in state ? [...state.releases] : []
  if (state.name === 'seizing') ids.push(state.command)
  return ids.map((id) => ({ do: 'settle', id, result: refuse(reason) }))
}

function lose(state: ModemState, reason: string, nowMs: number, atLeastMs = 0): ModemStep {
  if (!('ladder' in state)) return stay(state)
  const readyMs = 'readyAtMs' in state ? nowMs - state.readyAtMs : 0
  const { state: ladder, delayMs, rung } = climb(modemLadder, state.ladder, nowMs, readyMs)
  return {
    state: { name: 'waiting', ladder, rung },
    effects: [
      ...refusals(state, 'deviceAbsent'),
      { do: 'cancelTimers' },
      { do: 'closePort' },
      count('failures'),
      { do: 'tellLost', reason, wasReady: 'readyAtMs' in state },
      { do: 'setTimer', timer: 'reopen', ms: Math.max(delayMs, atLeastMs) },
    ],
  }
}

function resync(state: In<'resyncing'>): ModemStep {
  const wait: ModemEffect = { do: 'setTimer', timer: 'resync', ms: modemTimings.resyncMs }
  const bytes = [endOfStream, endOfDuplex, state.rung ? factorySettings : carriageReturn][state.step]!
  const rung: ModemEffect[] = state.step === 2 && state.rung ? [count('factorySettings')] : []
  return { state, effects: [{ do: 'listenForText' }, ...rung, { do: 'write', bytes }, wait] }
}

function preparing(state: In<'preparing'>, nowMs: number, options: PreparationOptions): ModemStep {
  const step = prepare(state.answers, options)
  switch (step.next) {
    case 'command':
      return { state, effects: [{ do: 'ask', command: step.command, timeoutMs: step.timeoutMs }] }
    case 'failed':
      return lose(state, step.reason, nowMs)
    case 'unfit': {
      // Once it may have been noise on the cable.
      const isSure = state.ladder.failures > 0
      const lost = lose(state, step.reason, nowMs, isSure ? modemTimings.unfitMs : 0)
      return { state: lost.state, effects: [count('refusals'), ...lost.effects] }
    }
    case 'ready':
      return {
        state: { name: 'idle', ladder: state.ladder, modem: step.modem, readyAtMs: nowMs, unanswered: 0 },
        effects: [
          { do: 'tellReady', modem: step.modem },
          { do: 'setTimer', timer: 'check', ms: modemTimings.checkMs },
        ],
      }
  }
}

function readyOf({ ladder, modem, readyAtMs }: Ready): Ready {
  return { ladder, modem, readyAtMs }
}

function seize(state: ModemState, command: number): ModemStep {
  if (state.name === 'voice') return { state, effects: [{ do: 'settle', id: command, result: done }] }
  if (state.name !== 'idle') {
    const reason = 'readyAtMs' in state ? 'busy' : 'deviceAbsent'
    return { state, effects: [{ do: 'settle', id: command, result: refuse(reason) }] }
  }
  return {
    state: { ...readyOf(state), name: 'seizing', step: 'hook', command, releases: [] },
    effects: [
      { do: 'cancelTimer', timer: 'check' },
      { do: 'ask', command: 'AT+VLS=1', timeoutMs: modemTimings.seizeMs },
    ],
  }
}

function release(state: ModemState, id: number): ModemStep {
  switch (state.name) {
    case 'idle':
      return { state, effects: [{ do: 'settle', id, result: done }] }
    case 'seizing':
    case 'leaving':
      return stay({ ...state, releases: [...state.releases, id] })
    case 'voice':
      return {
        state: { ...readyOf(state), name: 'leaving', step: 'draining', tries: 1, releases: [id] },
        effects: [{ do: 'setTimer', timer: 'leave', ms: modemTimings.drainMs }],
      }
    default:
      return { state, effects: [{ do: 'settle', id, result: refuse('deviceAbsent') }] }
  }
}

function leaveStream(state: Ready, releases: readonly number[], tries = 1): ModemStep {
  return {
    state: { ...readyOf(state), name: 'leaving', step: 'stream', tries, releases },
    effects: [
      { do: 'write', bytes: state.modem.chip.leave },
      { do: 'setTimer', timer: 'leave', ms: modemTimings.leaveMs },
    ],
  }
}

function hangUp(state: Ready, releases: readonly number[], tries = 1): ModemStep {
  const command = tries === 1 ? 'AT+VLS=0' : 'ATH'
  return {
    state: { ...readyOf(state), name: 'leaving', step: 'hook', tries, releases },
    effects: [
      { do: 'cancelTimer', timer: 'leave' },
      { do: 'ask', command, timeoutMs: modemTimings.hangUpMs },
    ],
  }
}

function after(first: ModemEffect[], { state, effects }: ModemStep): ModemStep {
  return { state, effects: [...first, ...effects] }
}

function replied(
  state: ModemState,
  command: string,
  reply: AtReply,
  nowMs: number,
  options: PreparationOptions,
): ModemStep {
  switch (state.name) {
    case 'preparing':
      return preparing({ ...state, answers: [...state.answers, { command, reply }] }, nowMs, options)
    case 'idle':
      return command === check ? checked(state, reply, nowMs) : stay(state)
    case 'seizing':
      return command === check ? stay(state) : seized(state, reply)
    case 'leaving':
      return state.step === 'hook' && command !== check ? hungUp(state, reply, nowMs) : stay(state)
    default:
      return unexpected(state)
  }
}

function checked(state: In<'idle'>, { result, lines }: AtReply, nowMs: number): ModemStep {
  const again: ModemEffect = { do: 'setTimer', timer: 'check', ms: modemTimings.checkMs }
  if (result === 'ok' && lines.some((line) => /^(?:\+FCLASS:\s*)?8(?:\.0)?$/.test(line)))
    return { state: { ...state, unanswered: 0 }, effects: [again] }
  // Once may be noise on the cable; twice it is not the modem any more that was made ready.
  if (state.unanswered >= 1) return lose(state, result === 'timeout' ? 'mute' : 'settingsLost', nowMs)
  return {
    state: { ...state, unanswered: state.unanswered + 1 },
    effects: [count('checksMissed'), { do: 'ask', command: check, timeoutMs: modemTimings.seizeMs }],
  }
}

function seized(state: In<'seizing'>, { result }: AtReply): ModemStep {
  const { releases, command } = state
  const settle = (outcome: LineCommandResult): ModemEffect => ({ do: 'settle', id: command, result: outcome })
  if (state.step === 'hook') {
    if (releases.length > 0) return after([settle(refuse('superseded'))], hangUp(state, releases))
    if (result !== 'ok') return after([settle(refuse(seizeRefusals[result] ?? 'hookRefused'))], hangUp(state, []))
    return {
      state: { ...state, step: 'stream' },
      effects: [
        { do: 'tellHook', hook: 'offHook' },
        { do: 'ask', command: 'AT+VTR', timeoutMs: modemTimings.streamMs },
      ],
    }
  }
  if (result === 'connect') {
    if (releases.length > 0) return after([settle(refuse('superseded'))], leaveStream(state, releases))
    return { state: { ...readyOf(state), name: 'voice' }, effects: [settle(done)] }
  }
  // Without an answer the stream may be on or not: its end is harmless to a modem that has none.
  const way = result === 'timeout' ? leaveStream(state, releases) : hangUp(state, releases)
  return after([settle(refuse('streamRefused'))], way)
}

const seizeRefusals: Partial<Record<AtReply['result'], string>> = { noDialTone: 'noBattery', timeout: 'timeout' }

function streamEnded(state: ModemState): ModemStep {
  const settle: ModemEffect = { do: 'setTimer', timer: 'leave', ms: modemTimings.settleMs }
  if (state.name === 'leaving' && (state.step === 'stream' || state.step === 'draining'))
    return { state: { ...state, step: 'settling', tries: 1 }, effects: [{ do: 'listenForText' }, settle] }
  if (state.name !== 'voice') return stay(state)
  // If it was noise and the stream goes on, this ends it; else the modem does not mind.
  return {
    state: { ...readyOf(state), name: 'leaving', step: 'settling', tries: 1, releases: [] },
    effects: [
      count('streamEndsUnasked'),
      { do: 'write', bytes: state.modem.chip.leave },
      { do: 'setTimer', timer: 'leave', ms: modemTimings.leaveMs },
    ],
  }
}

function hungUp(state: In<'leaving'>, { result }: AtReply, nowMs: number): ModemStep {
  if (result !== 'ok') {
    if (state.tries >= 2) return lose(state, 'hookStuck', nowMs)
    return after([count('hangUpRetries')], hangUp(state, state.releases, state.tries + 1))
  }
  return {
    state: { ...readyOf(state), name: 'idle', unanswered: 0 },
    effects: [
      { do: 'tellHook', hook: 'onHook' },
      ...state.releases.map((id): ModemEffect => ({ do: 'settle', id, result: done })),
      { do: 'setTimer', timer: 'check', ms: modemTimings.checkMs },
    ],
  }
}

function timerFired(state: ModemState, timer: ModemTimer, nowMs: number, options: PreparationOptions): ModemStep {
  if (timer === 'reopen' && state.name === 'waiting')
    return { state: { name: 'opening', ladder: state.ladder, rung: state.rung }, effects: [{ do: 'openPort' }] }
  if (timer === 'resync' && state.name === 'resyncing') {
    if (state.step < 2) return resync({ ...state, step: state.step + 1 })
    const next: In<'preparing'> = { name: 'preparing', ladder: state.ladder, answers: [] }
    return after([{ do: 'listenForText' }], preparing(next, nowMs, options))
  }
  if (timer === 'check' && state.name === 'idle')
    return { state, effects: [{ do: 'ask', command: check, timeoutMs: modemTimings.seizeMs }] }
  if (timer === 'leave' && state.name === 'leaving') {
    if (state.step === 'draining') return leaveStream(state, state.releases)
    if (state.step === 'settling') return hangUp(state, state.releases)
    if (state.step !== 'stream') return unexpected(state)
    if (state.tries >= 2) return lose(state, 'streamStuck', nowMs)
    return after([count('leaveRetries')], leaveStream(state, state.releases, state.tries + 1))
  }
  return unexpected(state)
}
