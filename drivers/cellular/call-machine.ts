// The one call of a cellular module, as a pure function: (call, input) to next call and effects.
//
//   none ─RING─▶ incoming ─goOffHook: ATA─▶ answering ─▶ active ─▶ clearing ─▶ none
//    └─dial: ATD─▶ dialling ─alerting, answered─▶ active ┘ │ sound off, then AT+CHUP
//   (any) ─the network ends it─▶ none, told as farEndHungUp; CLCC is asked every second, for news may be lost
//
// Sound is registered once a call is active, and again while the module refuses or stays silent; it is off before the
// call ends, else the USB device of some modules goes away (hardware notes B2).
import type { AtReply } from '../at/at-dialogue.ts'
import type { FarEndCause, HookState, LineCommandResult } from '../line-driver.ts'
import type { ModuleFamily } from './module-families.ts'
import type { ModuleNews } from './module-news.ts'

export const callTimings = {
  pollMs: 1000,
  answerMs: 700,
  callMs: 1700,
  soundRetryMs: 500,
  /** What the module has not sent yet at the end of a call, the last words of a prompt, is some frames at most. */
  drainMs: 160,
  /** Tries of the sound in one call, 12 s and more: some modules refuse it at first. */
  soundTries: 24,
  hangUpTries: 3,
} as const

export type Call =
  | { is: 'none' }
  | { is: 'incoming'; unseen: number; callerTold: boolean }
  | { is: 'answering'; command: number; releases: readonly number[] }
  | { is: 'dialling'; command: number | undefined; alerts: boolean; unseen: number; releases: readonly number[] }
  | { is: 'active'; sound: 'asked' | 'on' | 'refused'; tries: number; unseen: number }
  | { is: 'draining'; releases: readonly number[] }
  | { is: 'clearing'; releases: readonly number[]; tries: number }
  /** Will not be hung up: the module is to be begun anew. */
  | { is: 'stuck' }

export const idleCall: Call = { is: 'none' }

export type CallTimer = 'poll' | 'sound' | 'drain'

export type CallInput =
  | { type: 'asked'; id: number; command: { type: 'goOffHook' | 'goOnHook' } | { type: 'dial'; number: string } }
  | { type: 'replied'; command: string; reply: AtReply }
  | { type: 'news'; news: ModuleNews }
  /** Nothing is heard, or only digital silence, though the sound is on. */
  | { type: 'soundMissing' }
  | { type: 'callTimerFired'; timer: CallTimer }
  | { type: 'lost' }

export type CallEffect =
  | { do: 'ask'; command: string; timeoutMs: number }
  | { do: 'setCallTimer'; timer: CallTimer; ms: number }
  | { do: 'cancelCallTimers' }
  | { do: 'settle'; id: number; result: LineCommandResult }
  | { do: 'tellHook'; hook: HookState }
  | { do: 'tellRing' }
  | { do: 'tellCaller'; number?: string; withheld?: 'private' | 'unavailable' }
  | { do: 'tellDigit'; digit: string }
  | { do: 'tellProgress'; progress: 'alerting' | 'answered' }
  | { do: 'tellGone'; cause: FarEndCause }
  | { do: 'tellNetwork'; news: ModuleNews }
  | { do: 'startSound' }
  | { do: 'stopSound' }
  | { do: 'countCall'; what: 'soundRetries' | 'soundLost' | 'soundRefused' | 'hangUpRetries' | 'callsMissedByNews' }

export interface CallStep {
  call: Call
  effects: CallEffect[]
}

const poll = 'AT+CLCC'
const hangUp = 'AT+CHUP'
const done: LineCommandResult = { done: true }
const refuse = (refused: string): LineCommandResult => ({ done: false, refused })
const stay = (call: Call): CallStep => ({ call, effects: [] })
const ask = (command: string, timeoutMs: number = callTimings.answerMs): CallEffect => ({
  do: 'ask',
  command,
  timeoutMs,
})
const pollSoon: CallEffect = { do: 'setCallTimer', timer: 'poll', ms: callTimings.pollMs }

export function advanceCall(call: Call, input: CallInput, family: ModuleFamily): CallStep {
  switch (input.type) {
    case 'asked':
      return asked(call, input.id, input.command, family)
    case 'replied':
      return replied(call, input.command, input.reply, family)
    case 'news':
      return told(call, input.news, family)
    case 'soundMissing':
      if (call.is !== 'active' || call.sound !== 'on') return stay(call)
      return withCount('soundLost', askSound({ ...call, tries: call.tries + 1 }, family))
    case 'callTimerFired':
      return timerFired(call, input.timer, family)
    case 'lost':
      return { call: idleCall, effects: [...settleAll(call, refuse('deviceAbsent')), ...quiet] }
  }
}

const quiet: CallEffect[] = [{ do: 'cancelCallTimers' }, { do: 'stopSound' }]

function withCount(what: Extract<CallEffect, { do: 'countCall' }>['what'], { call, effects }: CallStep): CallStep {
  return { call, effects: [{ do: 'countCall', what }, ...effects] }
}

function settleAll(call: Call, result: LineCommandResult): CallEffect[] {
  const ids = 'releases' in call ? [...call.releases] : []
  if (call.is === 'answering' || (call.is === 'dialling' && call.command !== undefined)) ids.push(call.command!)
  return ids.map((id) => ({ do: 'settle', id, result }))
}

function asked(
  call: Call,
  id: number,
  command: Extract<CallInput, { type: 'asked' }>['command'],
  family: ModuleFamily,
): CallStep {
  const answer = (result: LineCommandResult): CallStep => ({ call, effects: [{ do: 'settle', id, result }] })
  switch (command.type) {
    case 'goOffHook':
      if (call.is === 'active') return answer(done)
      if (call.is !== 'incoming') return answer(refuse(call.is === 'none' ? 'noCall' : 'busy'))
      return {
        call: { is: 'answering', command: id, releases: [] },
        effects: [{ do: 'cancelCallTimers' }, ask('ATA', callTimings.callMs)],
      }
    case 'dial':
      // Somebody rings in the same moment: that call goes before (glare).
      if (call.is !== 'none') return answer(refuse(call.is === 'incoming' ? 'glare' : 'busy'))
      if (!/^\+?[\d*#]{1,32}$/.test(command.number)) return answer(refuse('invalidNumber'))
      return {
        call: { is: 'dialling', command: id, alerts: false, unseen: 0, releases: [] },
        effects: [ask(`ATD${command.number};`, callTimings.callMs)],
      }
    case 'goOnHook':
      if (call.is === 'none') return answer(done)
      if (call.is === 'active' && call.sound === 'on')
        return {
          call: { is: 'draining', releases: [id] },
          effects: [{ do: 'setCallTimer', timer: 'drain', ms: callTimings.drainMs }],
        }
      if (
        call.is === 'answering' ||
        call.is === 'clearing' ||
        call.is === 'draining' ||
        (call.is === 'dialling' && call.command !== undefined)
      )
        return stay({ ...call, releases: [...call.releases, id] })
      return clear(call, [id], family)
  }
}

function clear(call: Call, releases: readonly number[], family: ModuleFamily): CallStep {
  const hasSound = call.is === 'active' || call.is === 'draining'
  const soundOff: CallEffect[] = hasSound ? [ask(family.soundOff)] : []
  return {
    call: { is: 'clearing', releases, tries: 1 },
    effects: [...quiet, ...soundOff, ask(hangUp, callTimings.callMs)],
  }
}

function activate(family: ModuleFamily): CallStep {
  const active: Extract<Call, { is: 'active' }> = { is: 'active', sound: 'asked', tries: 1, unseen: 0 }
  const sound = askSound(active, family)
  return { call: sound.call, effects: [...sound.effects, pollSoon] }
}

function askSound(call: Extract<Call, { is: 'active' }>, family: ModuleFamily): CallStep {
  return { call: { ...call, sound: 'asked' }, effects: [ask(family.soundOn)] }
}

function replied(call: Call, command: string, reply: AtReply, family: ModuleFamily): CallStep {
  const isOk = reply.result === 'ok' || reply.result === 'connect'
  switch (call.is) {
    case 'answering': {
      if (command !== 'ATA') return stay(call)
      const settle: CallEffect = { do: 'settle', id: call.command, result: isOk ? done : refuse('answerRefused') }
      if (isOk && call.releases.length === 0)
        return prepend([settle, { do: 'tellHook', hook: 'offHook' }], activate(family))
      const cleared = clear(isOk ? { is: 'active', sound: 'on', tries: 0, unseen: 0 } : call, call.releases, family)
      return prepend([settle], cleared)
    }
    case 'dialling': {
      if (command === poll) return polled(call, reply, family)
      if (!command.startsWith('ATD') || call.command === undefined) return stay(call)
      const settle: CallEffect = {
        do: 'settle',
        id: call.command,
        result: isOk ? done : refuse(dialRefusals[reply.result] ?? 'dialRefused'),
      }
      const dialled: Call = { ...call, command: undefined, releases: [] }
      if (!isOk || call.releases.length > 0) return prepend([settle], clear(dialled, call.releases, family))
      return { call: dialled, effects: [settle, { do: 'tellHook', hook: 'offHook' }, pollSoon] }
    }
    case 'incoming':
      return command === poll ? polled(call, reply, family) : stay(call)
    case 'active':
      if (command === poll) return polled(call, reply, family)
      return command === family.soundOn ? soundAnswered(call, isOk) : stay(call)
    case 'clearing':
      return command === hangUp ? cleared(call, isOk) : stay(call)
    default:
      return stay(call)
  }
}

const dialRefusals: Partial<Record<AtReply['result'], string>> = {
  busy: 'busy',
  noAnswer: 'noAnswer',
  noCarrier: 'unreachable',
  timeout: 'timeout',
}

function prepend(first: CallEffect[], { call, effects }: CallStep): CallStep {
  return { call, effects: [...first, ...effects] }
}

function soundAnswered(call: Extract<Call, { is: 'active' }>, isOk: boolean): CallStep {
  if (isOk) return { call: { ...call, sound: 'on' }, effects: [{ do: 'startSound' }] }
  if (call.tries >= callTimings.soundTries)
    return { call: { ...call, sound: 'refused' }, effects: [{ do: 'countCall', what: 'soundRefused' }] }
  return {
    call: { ...call, sound: 'refused', tries: call.tries + 1 },
    effects: [
      { do: 'countCall', what: 'soundRetries' },
      { do: 'setCallTimer', timer: 'sound', ms: callTimings.soundRetryMs },
    ],
  }
}

/** The list of calls was told by news; empty twice in a row, the end of ours was not. */
function polled(call: Extract<Call, { unseen: number }>, { result }: AtReply, family: ModuleFamily): CallStep {
  const unseen = result === 'ok' ? call.unseen + 1 : call.unseen
  if (unseen > 2) return withCount('callsMissedByNews', gone(call, 'hangUp', family))
  return { call: { ...call, unseen }, effects: [pollSoon] }
}

function cleared(call: Extract<Call, { is: 'clearing' }>, isOk: boolean): CallStep {
  if (!isOk && call.tries < callTimings.hangUpTries)
    return {
      call: { ...call, tries: call.tries + 1 },
      effects: [{ do: 'countCall', what: 'hangUpRetries' }, ask(hangUp, callTimings.callMs)],
    }
  if (!isOk) return { call: { is: 'stuck' }, effects: settleAll(call, refuse('timeout')) }
  return { call: idleCall, effects: [{ do: 'tellHook', hook: 'onHook' }, ...settleAll(call, done)] }
}

function gone(call: Call, cause: FarEndCause, family: ModuleFamily): CallStep {
  const soundOff: CallEffect[] = call.is === 'active' ? [ask(family.soundOff)] : []
  return {
    call: idleCall,
    effects: [...quiet, ...soundOff, { do: 'tellGone', cause }, ...settleAll(call, refuse('callGone'))],
  }
}

function told(call: Call, news: ModuleNews, family: ModuleFamily): CallStep {
  switch (news.news) {
    case 'ring':
      if (call.is === 'none')
        return { call: { is: 'incoming', unseen: 0, callerTold: false }, effects: [{ do: 'tellRing' }, pollSoon] }
      return { call, effects: call.is === 'incoming' ? [{ do: 'tellRing' }] : [] }
    case 'callerId': {
      // Told with every ring; once is enough.
      if (call.is !== 'incoming' || call.callerTold) return stay(call)
      const { news: _, ...caller } = news
      return { call: { ...call, callerTold: true }, effects: [{ do: 'tellCaller', ...caller }] }
    }
    case 'call':
      return callTold(call, news.state, family)
    case 'callEnded':
      if (call.is === 'none' || call.is === 'clearing') return stay(call)
      return call.is === 'draining' ? clear(call, call.releases, family) : gone(call, news.cause, family)
    case 'digit':
      return { call, effects: call.is === 'active' ? [{ do: 'tellDigit', digit: news.digit }] : [] }
    case 'registration':
    case 'signal':
    case 'operator':
      return { call, effects: [{ do: 'tellNetwork', news }] }
    default:
      return stay(call)
  }
}

function callTold(call: Call, state: Extract<ModuleNews, { news: 'call' }>['state'], family: ModuleFamily): CallStep {
  // The list tells of this call, whatever its state: it is there.
  const seen: Call = 'unseen' in call ? { ...call, unseen: 0 } : call
  if (state === 'ended') return told(seen, { news: 'callEnded', cause: 'hangUp' }, family)
  if (seen.is === 'none' && state === 'incoming') return told(seen, { news: 'ring' }, family)
  if (seen.is === 'dialling' && seen.command === undefined) {
    if (state === 'alerting' && !seen.alerts)
      return { call: { ...seen, alerts: true }, effects: [{ do: 'tellProgress', progress: 'alerting' }] }
    if (state === 'active') return prepend([{ do: 'tellProgress', progress: 'answered' }], activate(family))
  }
  return stay(seen)
}

function timerFired(call: Call, timer: CallTimer, family: ModuleFamily): CallStep {
  if (timer === 'drain') return call.is === 'draining' ? clear(call, call.releases, family) : stay(call)
  if (timer === 'sound') return call.is === 'active' && call.sound !== 'on' ? askSound(call, family) : stay(call)
  return 'unseen' in call ? { call, effects: [ask(poll)] } : stay(call)
}
