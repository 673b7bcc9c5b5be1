// A telephone line as a table: from this state, by this input, to that state with these effects.
import t from 'tap'
import type { LegEnd } from '../../../daemon/leg/leg.ts'
import { advanceLine } from '../../../daemon/line/line-machine.ts'
import {
  type LineEffect,
  type LineInput,
  type LineState,
  type LineTimer,
  lineTimings,
} from '../../../daemon/line/line-states.ts'

const count = (what: Extract<LineEffect, { do: 'count' }>['what']): LineEffect => ({ do: 'count', what })
const set = (timer: LineTimer, ms: number): LineEffect => ({
  do: 'setTimer',
  timer,
  ms,
})
const end = (by: LegEnd['by'], blame: LegEnd['blame'], reason: string): LegEnd => ({ by, blame, reason })
const ended = (...of: Parameters<typeof end>): LineEffect => ({ do: 'endLeg', end: end(...of) })
const fired = (timer: LineTimer): LineInput => ({ type: 'timerFired', timer })

const ann = { number: '+15550001', name: 'ANN' }
const announced: LineEffect[] = [count('callerIds'), { do: 'announceLeg', caller: ann }]
const announcedUnknown: LineEffect[] = [
  count('callerIdsMissing'),
  { do: 'announceLeg', caller: { withheld: 'unavailable' } },
]

type Ringing = Extract<LineState, { name: 'ringing' }>
type Clearing = Extract<LineState, { name: 'clearing' }>

const idle: LineState = { name: 'idle' }
const faulted: LineState = { name: 'faulted' }
const ringing: Ringing = { name: 'ringing', caller: undefined, ringing: true, stoppedAtMs: undefined, leg: 'none' }
const paused: Ringing = { ...ringing, ringing: false, stoppedAtMs: 3000 }
const offered: Ringing = { ...paused, caller: ann, leg: 'announced' }
const opening: LineState = { name: 'answering', step: 'openingAudio', portId: undefined }
const seizing: LineState = { name: 'answering', step: 'seizing', portId: 4 }
const talking: LineState = { name: 'talking', portId: 4, offHookAtMs: 9000 }
const clearing = (why: LegEnd | undefined): Clearing => ({
  name: 'clearing',
  end: why,
  tries: 1,
  released: false,
  ringing: false,
})
const released: Clearing = { ...clearing(undefined), released: true }
const cleared: LineEffect[] = [
  { do: 'cancelTimers' },
  { do: 'closeAudio' },
  { do: 'goOnHook' },
  set('release', lineTimings.releaseRetryMs),
]
const burst = set('ring', lineTimings.ringBurstMs)
const hungUp = end('farEnd', 'none', 'hangUp')
const ringStarted = (atMs: number): LineInput => ({ type: 'ringStarted', atMs })
const callerId: LineInput = { type: 'callerIdReceived', caller: ann, atMs: 100 }
const offHook: LineInput = { type: 'hookChanged', hook: 'offHook' }
const onHook: LineInput = { type: 'hookChanged', hook: 'onHook' }
const held: LineState = { name: 'answering', step: 'openingAudio', portId: undefined, isHeld: true }
const lostDevice: LineEffect[] = [{ do: 'cancelTimers' }, { do: 'closeAudio' }, count('deviceLosses')]
const retried: LineEffect[] = [
  count('releaseRetries'),
  { do: 'cancelTimer', timer: 'guard' },
  { do: 'goOnHook' },
  set('release', lineTimings.releaseRetryMs),
]

const table: [string, LineState, LineInput, LineState, LineEffect[]][] = [
  [
    'a device that comes: every line is put on-hook first',
    faulted,
    { type: 'deviceReady' },
    clearing(undefined),
    cleared,
  ],
  [
    'a device that comes with a line held for its caller: the call goes on',
    faulted,
    { type: 'deviceReady', takeOver: true },
    held,
    [{ do: 'resumeLeg' }, { do: 'openAudio' }],
  ],
  [
    'its sound is there: they talk',
    held,
    { type: 'audioOpened', portId: 3 },
    { name: 'talking', portId: 3, offHookAtMs: -Infinity },
    [count('callsResumed'), { do: 'answerLeg', portId: 3 }],
  ],
  ['it is told that the line is off-hook', held, offHook, held, []],
  [
    'the board had given the line up meanwhile',
    held,
    onHook,
    clearing({ by: 'us', blame: 'line', reason: 'releasedByBoard' }),
    cleared,
  ],
  [
    'the caller hangs up before the sound is there',
    held,
    { type: 'farEndGone', gone: { evidence: 'currentLost', durationMs: 250 } },
    clearing({ by: 'farEnd', blame: 'none', reason: 'hangUp' }),
    cleared,
  ],
  ['a ring without a device', faulted, ringStarted(0), faulted, [count('ignoredSignals')]],
  ['a ring', idle, ringStarted(1000), ringing, [count('rings'), burst]],
  ['a caller ID before the first ring', idle, callerId, { name: 'idle', early: { caller: ann, atMs: 100 } }, []],
  [
    'the ring it belongs to: announced at once',
    { name: 'idle', early: { caller: ann, atMs: 100 } },
    ringStarted(1000),
    { ...ringing, caller: ann, leg: 'announced' },
    [count('rings'), burst, ...announced],
  ],
  [
    'a caller ID that is too old for this ring',
    { name: 'idle', early: { caller: ann, atMs: 100 } },
    ringStarted(20_000),
    ringing,
    [count('rings'), burst],
  ],
  [
    'an idle line found off-hook is put on-hook',
    idle,
    offHook,
    clearing(undefined),
    [count('unexpectedOffHooks'), ...cleared],
  ],
  ['an idle line told on-hook', idle, onHook, idle, []],
  [
    'the end of the first burst: the caller ID, or a second ring, is waited for',
    ringing,
    { type: 'ringStopped', atMs: 3000 },
    paused,
    [set('ring', 6000)],
  ],
  ['the caller ID: announced', paused, callerId, offered, announced],
  [
    'the second ring: announced without',
    paused,
    ringStarted(7000),
    { ...paused, ringing: true, leg: 'announced' },
    [burst, ...announcedUnknown],
  ],
  [
    'the second half of a double ring is no second ring',
    paused,
    ringStarted(3200),
    { ...paused, ringing: true },
    [burst],
  ],
  ['a second caller ID changes nothing', offered, callerId, offered, [count('ignoredSignals')]],
  [
    'rings after the announcement go on',
    offered,
    { type: 'ringStopped', atMs: 9000 },
    { ...offered, stoppedAtMs: 9000 },
    [set('ring', 6000)],
  ],
  [
    'a caller who gives up after the announcement',
    offered,
    fired('ring'),
    idle,
    [{ do: 'cancelTimers' }, count('callsAbandoned'), ended('farEnd', 'none', 'cancelled')],
  ],
  [
    'a caller who gives up before it: nobody hears of it',
    paused,
    fired('ring'),
    idle,
    [{ do: 'cancelTimers' }, count('callsAbandoned')],
  ],
  ['an answer', offered, { type: 'answerAsked' }, opening, [{ do: 'cancelTimers' }, { do: 'openAudio' }]],
  [
    'a caller nobody wants rings on without us',
    offered,
    { type: 'hangUpAsked', reason: 'declined' },
    { ...offered, leg: 'gone' },
    [ended('us', 'none', 'declined')],
  ],
  [
    'somebody picked up a parallel telephone, or the board has gone mad: released',
    offered,
    offHook,
    clearing(end('us', 'line', 'unexpectedOffHook')),
    [count('unexpectedOffHooks'), ...cleared],
  ],
  ['audio is open: off-hook', opening, { type: 'audioOpened', portId: 4 }, seizing, [{ do: 'goOffHook' }]],
  ['audio can not be opened', opening, { type: 'audioFailed' }, clearing(end('us', 'us', 'audioFailed')), cleared],
  [
    'off-hook: the call stands',
    seizing,
    { type: 'offHookDone', atMs: 9000 },
    talking,
    [count('callsAnswered'), { do: 'answerLeg', portId: 4 }],
  ],
  ['off-hook is told before it is acked', seizing, offHook, seizing, []],
  [
    'off-hook is refused',
    seizing,
    { type: 'offHookRefused', reason: 'noBattery' },
    clearing(end('us', 'line', 'noBattery')),
    cleared,
  ],
  [
    'a hang-up while answering',
    seizing,
    { type: 'hangUpAsked', reason: 'hangUp' },
    clearing(end('us', 'none', 'hangUp')),
    cleared,
  ],
  ['the ring that was tripped ends', seizing, { type: 'ringStopped', atMs: 1 }, seizing, [count('ignoredSignals')]],
  [
    'the far end hangs up',
    talking,
    { type: 'farEndGone', gone: { evidence: 'currentLost', durationMs: 250 } },
    clearing(hungUp),
    [count('farEndHangUps'), ...cleared],
  ],
  ['we hang up', talking, { type: 'hangUpAsked', reason: 'hangUp' }, clearing(end('us', 'none', 'hangUp')), cleared],
  ['the audio port failed', talking, { type: 'audioLost' }, clearing(end('us', 'us', 'mediaLost')), cleared],
  ['the board released the line by itself', talking, onHook, clearing(end('us', 'line', 'releasedByBoard')), cleared],
  ['a ring in a call is a glitch', talking, ringStarted(1), talking, [count('ignoredSignals')]],
  [
    'the release is confirmed: the leg ends, the guard time runs',
    clearing(hungUp),
    onHook,
    { ...released },
    [{ do: 'cancelTimer', timer: 'release' }, set('guard', 1000), { do: 'endLeg', end: hungUp }],
  ],
  [
    'the command’s answer confirms it as well',
    clearing(undefined),
    { type: 'onHookDone' },
    released,
    [{ do: 'cancelTimer', timer: 'release' }, set('guard', 1000)],
  ],
  ['confirmed twice', released, onHook, released, []],
  ['not confirmed in time: told again', clearing(hungUp), fired('release'), { ...clearing(hungUp), tries: 2 }, retried],
  [
    'not confirmed after three: the leg is let go, blaming the line',
    { ...clearing(hungUp), tries: 3 },
    fired('release'),
    { ...clearing(undefined), tries: 4 },
    [...retried, ended('farEnd', 'line', 'hangUp')],
  ],
  [
    'without a leg it is told again, for ever',
    { ...clearing(undefined), tries: 99 },
    fired('release'),
    { ...clearing(undefined), tries: 100 },
    retried,
  ],
  [
    'off-hook again in the guard time: released again',
    released,
    offHook,
    { ...clearing(undefined), tries: 2 },
    retried,
  ],
  ['a ring in the guard time is remembered', released, ringStarted(1), { ...released, ringing: true }, []],
  [
    'and so is who rings',
    { ...released, ringing: true },
    callerId,
    { ...released, ringing: true, early: { caller: ann, atMs: 100 } },
    [],
  ],
  [
    'after the guard time the caller is announced at once',
    { ...released, ringing: true, early: { caller: ann, atMs: 100 } },
    { type: 'timerFired', timer: 'guard' },
    { ...ringing, caller: ann, leg: 'announced' },
    [count('rings'), burst, ...announced],
  ],
  [
    'a caller ID in the guard time, and the next ring after it',
    { ...released, early: { caller: ann, atMs: 100 } },
    { type: 'timerFired', timer: 'guard' },
    { name: 'idle', early: { caller: ann, atMs: 100 } },
    [],
  ],
  [
    'a ring that ended in the guard time is not',
    { ...released, ringing: true },
    { type: 'ringStopped', atMs: 2 },
    released,
    [],
  ],
  ['the guard time is over', released, fired('guard'), idle, []],
  [
    'the guard time is over and it rings',
    { ...released, ringing: true },
    fired('guard'),
    ringing,
    [count('rings'), burst],
  ],
  ['the device is lost while idle', idle, { type: 'deviceLost' }, faulted, lostDevice],
  [
    'the device is lost with a caller ringing',
    offered,
    { type: 'deviceLost' },
    faulted,
    [...lostDevice, ended('us', 'line', 'deviceLost')],
  ],
  [
    'the device is lost in mid-call',
    talking,
    { type: 'deviceLost' },
    faulted,
    [...lostDevice, ended('us', 'line', 'deviceLost')],
  ],
  [
    'the device is lost while clearing',
    clearing(hungUp),
    { type: 'deviceLost' },
    faulted,
    [...lostDevice, { do: 'endLeg', end: hungUp }],
  ],
  ['the device is lost twice', faulted, { type: 'deviceLost' }, faulted, []],
  [
    'an answer where nothing rings is a fault of this program',
    idle,
    { type: 'answerAsked' },
    idle,
    [count('illegalMoves'), { do: 'reportIllegal', input: 'answerAsked' }],
  ],
  [
    'a second answer in a call ends that call',
    talking,
    { type: 'answerAsked' },
    clearing(end('us', 'us', 'illegalMove')),
    [count('illegalMoves'), { do: 'reportIllegal', input: 'answerAsked' }, ...cleared],
  ],
]

for (const [name, from, input, to, effects] of table)
  t.test(name, async (t) => {
    t.same(advanceLine(from, input), { state: to, effects })
  })

t.test('every input in every state leads to a state of the picture', async (t) => {
  const inputs = new Map<string, LineInput>(table.map(([, , input]) => [JSON.stringify(input), input]))
  const states = [idle, faulted, ringing, paused, offered, opening, seizing, talking, clearing(hungUp), released]
  const moves: Record<string, string[]> = {
    faulted: ['faulted', 'clearing', 'answering'],
    idle: ['idle', 'ringing', 'clearing', 'faulted'],
    ringing: ['ringing', 'idle', 'answering', 'clearing', 'faulted'],
    answering: ['answering', 'talking', 'clearing', 'faulted'],
    talking: ['talking', 'clearing', 'faulted'],
    clearing: ['clearing', 'idle', 'ringing', 'faulted'],
  }
  for (const state of states)
    for (const input of inputs.values()) {
      const to = advanceLine(state, input).state.name
      t.ok(moves[state.name]?.includes(to), `${state.name} by ${input.type} to ${to}`)
    }
})
