// A voice modem as a table: from this state, by this input, to that state with these effects.
import t from 'tap'
import type { AtReply, AtResult } from '../../../drivers/at/at-dialogue.ts'
import { chips } from '../../../drivers/modem/chips.ts'
import {
  advanceModem,
  type ModemEffect,
  type ModemInput,
  type ModemState,
  modemTimings,
} from '../../../drivers/modem/modem-machine.ts'
import { freshLadder } from '../../../drivers/process/recovery-ladder.ts'

const modem = { chip: chips[0]!, coding: 'ulaw', model: 'CX', firmware: '1' } as const
const ready = { ladder: freshLadder, modem, readyAtMs: 1000 }
const idle: ModemState = { ...ready, name: 'idle', unanswered: 0 }
const hooking: ModemState = { ...ready, name: 'seizing', step: 'hook', command: 7, releases: [] }
const streaming: ModemState = { ...hooking, step: 'stream' }
const voice: ModemState = { ...ready, name: 'voice' }
const leaving: ModemState = { ...ready, name: 'leaving', step: 'stream', tries: 1, releases: [8] }
const hangingUp: ModemState = { ...leaving, step: 'hook' }

const says = (result: AtResult, ...lines: string[]): AtReply => ({ result, lines, final: result })
const replied = (command: string, reply: AtReply): ModemInput => ({ type: 'replied', command, reply })
const settled = (id: number, refused?: string): ModemEffect => ({
  do: 'settle',
  id,
  result: refused === undefined ? { done: true } : { done: false, refused },
})
const ask = (command: string, timeoutMs: number): ModemEffect => ({ do: 'ask', command, timeoutMs })
const hangUp = [{ do: 'cancelTimer', timer: 'leave' }, ask('AT+VLS=0', modemTimings.hangUpMs)] satisfies ModemEffect[]
const leave = [
  { do: 'write', bytes: modem.chip.leave },
  { do: 'setTimer', timer: 'leave', ms: modemTimings.leaveMs },
] satisfies ModemEffect[]

/** State after, by name and step; effects; what is told of it. */
const table: [string, ModemState, ModemInput, Partial<ModemState> | Record<string, unknown>, ModemEffect[]][] = [
  [
    'a call is answered: off-hook first',
    idle,
    { type: 'hookAsked', id: 7, hook: 'offHook' },
    { name: 'seizing', step: 'hook', command: 7 },
    [{ do: 'cancelTimer', timer: 'check' }, ask('AT+VLS=1', modemTimings.seizeMs)],
  ],
  [
    'then the stream',
    hooking,
    replied('AT+VLS=1', says('ok')),
    { name: 'seizing', step: 'stream' },
    [{ do: 'tellHook', hook: 'offHook' }, ask('AT+VTR', modemTimings.streamMs)],
  ],
  ['then it is on', streaming, replied('AT+VTR', says('connect')), { name: 'voice' }, [settled(7)]],
  [
    'a line without dial tone or battery is given back',
    hooking,
    replied('AT+VLS=1', says('noDialTone')),
    { name: 'leaving', step: 'hook' },
    [settled(7, 'noBattery'), ...hangUp],
  ],
  [
    'a stream that is refused too',
    streaming,
    replied('AT+VTR', says('error')),
    { name: 'leaving', step: 'hook' },
    [settled(7, 'streamRefused'), ...hangUp],
  ],
  [
    'a stream of which nothing is known is ended first',
    streaming,
    replied('AT+VTR', says('timeout')),
    { name: 'leaving', step: 'stream' },
    [settled(7, 'streamRefused'), ...leave],
  ],
  [
    'hung up while it is seized: off-hook is undone as soon as it is answered',
    { ...hooking, releases: [8] },
    replied('AT+VLS=1', says('ok')),
    { name: 'leaving', step: 'hook', releases: [8] },
    [settled(7, 'superseded'), ...hangUp],
  ],
  [
    'an answer to the check before is none to the seizing',
    hooking,
    replied('AT+FCLASS?', says('ok', '8')),
    { name: 'seizing', step: 'hook' },
    [],
  ],
  [
    'a call is ended: its last words are played first',
    voice,
    { type: 'hookAsked', id: 8, hook: 'onHook' },
    { name: 'leaving', step: 'draining' },
    [{ do: 'setTimer', timer: 'leave', ms: modemTimings.drainMs }],
  ],
  [
    'then the stream is left',
    { ...leaving, step: 'draining' },
    { type: 'timerFired', timer: 'leave' },
    { name: 'leaving', step: 'stream' },
    leave,
  ],
  [
    'the OK that answers no command passes',
    leaving,
    { type: 'streamEnded' },
    { name: 'leaving', step: 'settling' },
    [{ do: 'listenForText' }, { do: 'setTimer', timer: 'leave', ms: modemTimings.settleMs }],
  ],
  [
    'then the line is given back',
    { ...leaving, step: 'settling' },
    { type: 'timerFired', timer: 'leave' },
    { name: 'leaving', step: 'hook' },
    hangUp,
  ],
  [
    'and the call is over',
    hangingUp,
    replied('AT+VLS=0', says('ok')),
    { name: 'idle' },
    [{ do: 'tellHook', hook: 'onHook' }, settled(8), { do: 'setTimer', timer: 'check', ms: modemTimings.checkMs }],
  ],
  [
    'a stream that does not end is told so again',
    leaving,
    { type: 'timerFired', timer: 'leave' },
    { name: 'leaving', step: 'stream', tries: 2 },
    [{ do: 'count', what: 'leaveRetries' }, ...leave],
  ],
  [
    'a hang-up that is refused is said in other words',
    hangingUp,
    replied('AT+VLS=0', says('error')),
    { name: 'leaving', step: 'hook', tries: 2 },
    [{ do: 'count', what: 'hangUpRetries' }, { do: 'cancelTimer', timer: 'leave' }, ask('ATH', modemTimings.hangUpMs)],
  ],
  [
    'on-hook asked of an idle modem is done',
    idle,
    { type: 'hookAsked', id: 8, hook: 'onHook' },
    { name: 'idle' },
    [settled(8)],
  ],
  [
    'off-hook asked of a modem that hangs up is refused',
    hangingUp,
    { type: 'hookAsked', id: 9, hook: 'offHook' },
    { name: 'leaving' },
    [settled(9, 'busy')],
  ],
  [
    'one check without an answer is asked again',
    idle,
    replied('AT+FCLASS?', says('timeout')),
    { name: 'idle', unanswered: 1 },
    [{ do: 'count', what: 'checksMissed' }, ask('AT+FCLASS?', modemTimings.seizeMs)],
  ],
  ['no sound in a call that is over is none of our business', idle, { type: 'soundStalled' }, { name: 'idle' }, []],
]

for (const [fact, state, input, after, effects] of table)
  t.test(fact, async (t) => {
    const step = advanceModem(state, input, 2000, { callerId: 'etsiFsk' })
    t.match(step.state, after)
    t.same(step.effects, effects)
  })

const lost: [string, ModemState, ModemInput, string][] = [
  ['the plug is pulled', voice, { type: 'portClosed', reason: 'unplugged' }, 'unplugged'],
  ['no sound comes', voice, { type: 'soundStalled' }, 'soundStalled'],
  ['it takes nothing', voice, { type: 'writeStalled' }, 'writeStalled'],
  ['two checks are not answered', { ...idle, unanswered: 1 }, replied('AT+FCLASS?', says('timeout')), 'mute'],
  ['it is in class 0 again', { ...idle, unanswered: 1 }, replied('AT+FCLASS?', says('ok', '0')), 'settingsLost'],
  ['its stream does not end', { ...leaving, tries: 2 }, { type: 'timerFired', timer: 'leave' }, 'streamStuck'],
  ['it does not hang up', { ...hangingUp, tries: 2 }, replied('ATH', says('error')), 'hookStuck'],
]

for (const [fact, state, input, reason] of lost)
  t.test(`lost: ${fact}`, async (t) => {
    const { state: after, effects } = advanceModem(state, input, 2000, { callerId: 'etsiFsk' })
    t.match(after, { name: 'waiting', ladder: { failures: 1 } })
    t.match(
      effects.find((effect) => effect.do === 'tellLost'),
      { reason, wasReady: true },
    )
    for (const id of 'releases' in state ? state.releases : [])
      t.ok(effects.some((effect) => effect.do === 'settle' && effect.id === id && !effect.result.done))
  })
