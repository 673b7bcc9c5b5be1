// The call of a cellular module as a table: from this call, by this input, to that one with these effects.
import t from 'tap'
import type { AtResult } from '../../../drivers/at/at-dialogue.ts'
import {
  advanceCall,
  type Call,
  type CallEffect,
  type CallInput,
  callTimings,
} from '../../../drivers/cellular/call-machine.ts'
import { moduleFamilies } from '../../../drivers/cellular/module-families.ts'
import { type ModuleNews, readNews } from '../../../drivers/cellular/module-news.ts'

const family = moduleFamilies[0]!
const none: Call = { is: 'none' }
const incoming: Call = { is: 'incoming', unseen: 0, callerTold: false }
const answering: Call = { is: 'answering', command: 7, releases: [] }
const dialling: Call = { is: 'dialling', command: 7, alerts: false, unseen: 0, releases: [] }
const dialled: Call = { ...dialling, command: undefined }
const active: Call = { is: 'active', sound: 'on', tries: 1, unseen: 0 }
const clearing: Call = { is: 'clearing', releases: [8], tries: 1 }

const asked = (type: 'goOffHook' | 'goOnHook', id: number): CallInput => ({ type: 'asked', id, command: { type } })
const dial = (number: string): CallInput => ({ type: 'asked', id: 7, command: { type: 'dial', number } })
const replied = (command: string, result: AtResult): CallInput => ({
  type: 'replied',
  command,
  reply: { result, lines: [], final: '' },
})
const news = (line: string): CallInput => {
  const read = readNews(line)
  if (!read) throw new Error(`${line} is no news`)
  return { type: 'news', news: read }
}
const ask = (command: string, timeoutMs: number = callTimings.answerMs): CallEffect => ({
  do: 'ask',
  command,
  timeoutMs,
})
const settled = (id: number, refused?: string): CallEffect => ({
  do: 'settle',
  id,
  result: refused === undefined ? { done: true } : { done: false, refused },
})
const poll: CallEffect = { do: 'setCallTimer', timer: 'poll', ms: callTimings.pollMs }
const quiet: CallEffect[] = [{ do: 'cancelCallTimers' }, { do: 'stopSound' }]
const off: CallEffect = { do: 'tellHook', hook: 'offHook' }

const table: [string, Call, CallInput, Record<string, unknown>, CallEffect[]][] = [
  ['it rings', none, news('RING'), { is: 'incoming' }, [{ do: 'tellRing' }, poll]],
  ['it rings on', incoming, news('+CRING: VOICE'), { is: 'incoming' }, [{ do: 'tellRing' }]],
  [
    'the list of calls tells of a ring that was lost',
    none,
    news('+CLCC: 1,1,4,0,0,"+1555",145'),
    { is: 'incoming' },
    [{ do: 'tellRing' }, poll],
  ],
  [
    'the caller is told once',
    incoming,
    news('+CLIP: "+1555",145,"",0,"",0'),
    { callerTold: true },
    [{ do: 'tellCaller', number: '+1555' }],
  ],
  ['and not again', { ...incoming, callerTold: true }, news('+CLIP: "+1555",145,"",0,"",0'), { is: 'incoming' }, []],
  [
    'answered',
    incoming,
    asked('goOffHook', 7),
    { is: 'answering', command: 7 },
    [{ do: 'cancelCallTimers' }, ask('ATA', callTimings.callMs)],
  ],
  [
    'sound is asked for once the call is active',
    answering,
    replied('ATA', 'ok'),
    { is: 'active', sound: 'asked' },
    [settled(7), off, ask('AT+CPCMREG=1'), poll],
  ],
  ['and flows', { ...active, sound: 'asked' }, replied('AT+CPCMREG=1', 'ok'), { sound: 'on' }, [{ do: 'startSound' }]],
  [
    'refused, it is asked for again',
    { ...active, sound: 'asked' },
    replied('AT+CPCMREG=1', 'error'),
    { sound: 'refused', tries: 2 },
    [
      { do: 'countCall', what: 'soundRetries' },
      { do: 'setCallTimer', timer: 'sound', ms: callTimings.soundRetryMs },
    ],
  ],
  [
    'but not for ever',
    { ...active, sound: 'asked', tries: callTimings.soundTries },
    replied('AT+CPCMREG=1', 'error'),
    { sound: 'refused' },
    [{ do: 'countCall', what: 'soundRefused' }],
  ],
  ['nobody rings: nothing to be answered', none, asked('goOffHook', 7), { is: 'none' }, [settled(7, 'noCall')]],
  ['a call out', none, dial('+441234'), { is: 'dialling', command: 7 }, [ask('ATD+441234;', callTimings.callMs)]],
  ['somebody rings already: glare', incoming, dial('1'), { is: 'incoming' }, [settled(7, 'glare')]],
  ['a number that is none', none, dial('1;+CFUN=0'), { is: 'none' }, [settled(7, 'invalidNumber')]],
  ['the module took it', dialling, replied('ATD+441234;', 'ok'), { command: undefined }, [settled(7), off, poll]],
  [
    'the network said busy at once',
    dialling,
    replied('ATD+441234;', 'busy'),
    { is: 'clearing' },
    [settled(7, 'busy'), ...quiet, ask('AT+CHUP', callTimings.callMs)],
  ],
  [
    'it rings there',
    dialled,
    news('+CLCC: 1,0,3,0,0,"1",129'),
    { alerts: true },
    [{ do: 'tellProgress', progress: 'alerting' }],
  ],
  [
    'somebody answers',
    dialled,
    news('VOICE CALL: BEGIN'),
    { is: 'active' },
    [{ do: 'tellProgress', progress: 'answered' }, ask('AT+CPCMREG=1'), poll],
  ],
  ['busy', dialled, news('BUSY'), { is: 'none' }, [...quiet, { do: 'tellGone', cause: 'busy' }]],
  [
    'we hang up: the last words are sent first',
    active,
    asked('goOnHook', 8),
    { is: 'draining' },
    [{ do: 'setCallTimer', timer: 'drain', ms: callTimings.drainMs }],
  ],
  [
    'then sound is off before the call is',
    { is: 'draining', releases: [8] },
    { type: 'callTimerFired', timer: 'drain' },
    { is: 'clearing', releases: [8] },
    [...quiet, ask('AT+CPCMREG=0'), ask('AT+CHUP', callTimings.callMs)],
  ],
  ['over', clearing, replied('AT+CHUP', 'ok'), { is: 'none' }, [{ do: 'tellHook', hook: 'onHook' }, settled(8)]],
  [
    'a hang-up without an answer is asked again',
    clearing,
    replied('AT+CHUP', 'timeout'),
    { is: 'clearing', tries: 2 },
    [{ do: 'countCall', what: 'hangUpRetries' }, ask('AT+CHUP', callTimings.callMs)],
  ],
  [
    'and given up in the end',
    { ...clearing, tries: callTimings.hangUpTries },
    replied('AT+CHUP', 'timeout'),
    { is: 'stuck' },
    [settled(8, 'timeout')],
  ],
  [
    'the far end hangs up',
    active,
    news('NO CARRIER'),
    { is: 'none' },
    [...quiet, ask('AT+CPCMREG=0'), { do: 'tellGone', cause: 'hangUp' }],
  ],
  ['a list without our call may be old', active, replied('AT+CLCC', 'ok'), { unseen: 1 }, [poll]],
  [
    'the third one is not',
    { ...active, unseen: 2 },
    replied('AT+CLCC', 'ok'),
    { is: 'none' },
    [
      { do: 'countCall', what: 'callsMissedByNews' },
      ...quiet,
      ask('AT+CPCMREG=0'),
      { do: 'tellGone', cause: 'hangUp' },
    ],
  ],
  ['the list tells of our call', { ...active, unseen: 2 }, news('+CLCC: 1,1,0,0,0,"1",129'), { unseen: 0 }, []],
  ['a data call is none of ours', none, news('+CLCC: 1,1,4,1,0,"1",129'), { is: 'none' }, []],
  ['the module is lost', answering, { type: 'lost' }, { is: 'none' }, [settled(7, 'deviceAbsent'), ...quiet]],
]

for (const [fact, call, input, after, effects] of table)
  t.test(fact, async (t) => {
    const step = advanceCall(call, input, family)
    t.match(step.call, after)
    t.same(step.effects, effects)
  })

const lines: [string, ModuleNews | undefined][] = [
  ['+CLIP: "",128,"",0,"",1', { news: 'callerId', withheld: 'private' }],
  ['+CLIP: "",128', { news: 'callerId', withheld: 'unavailable' }],
  ['^DSCI: 1,0,7,0,+441234,145', { news: 'call', state: 'alerting', number: '+441234' }],
  ['+QTONEDET: 35', { news: 'digit', digit: '#' }],
  ['+RXDTMF: 5', { news: 'digit', digit: '5' }],
  ['+DTMF: *', { news: 'digit', digit: '*' }],
  ['+CREG: 1,5', { news: 'registration', registration: 'roaming' }],
  ['+CREG: 2', { news: 'registration', registration: 'searching' }],
  ['+CREG: 2,1,"00C3","0001",7', { news: 'registration', registration: 'home' }],
  ['+CSQ: 99,99', { news: 'signal', dbm: undefined }],
  ['+CSQ: 0,0', { news: 'signal', dbm: -113 }],
  ['VOICE CALL: END: 000017', { news: 'callEnded', cause: 'hangUp' }],
  ['MISSED_CALL: 10:00AM +1555', { news: 'callEnded', cause: 'hangUp' }],
  ['OK', undefined],
  ['867962046123456', undefined],
  ['+CGMR: LE20B05', undefined],
]

for (const [line, read] of lines) t.same(readNews(line), read, line)
