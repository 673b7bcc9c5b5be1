// The link to a board as a table: from this state, by this input, to that state with these effects.
import t from 'tap'
import type { Configured, Welcome } from '../../../drivers/fxo/board-messages.ts'
import {
  advanceLink,
  type LinkEffect,
  type LinkInput,
  type LinkState,
  linkTimings,
} from '../../../drivers/fxo/link-machine.ts'

const welcome: Welcome = {
  session: 7,
  major: 1,
  minor: 0,
  refusal: '',
  firmware: 'f',
  board: 'b',
  serial: 's',
  ports: 1,
  sampleRate: 8000,
  frameSamples: 160,
  resumed: false,
}
const configured: Configured = { requestId: 1, ports: [], status: [], refusal: '' }

const opening: LinkState = { name: 'opening', losses: 0 }
const waiting: LinkState = { name: 'waiting', losses: 1 }
const greeting: LinkState = { name: 'greeting', losses: 0, session: 7, tries: 1 }
const configuring: LinkState = { name: 'configuring', losses: 0, session: 7, tries: 1, welcome }
const ready: LinkState = { name: 'ready', losses: 2, session: 7, welcome, unanswered: 0 }

const lost = (reason: string, wasReady: boolean, ms: number): LinkEffect[] => [
  { do: 'cancelTimers' },
  { do: 'closePort' },
  { do: 'tellLost', reason, wasReady },
  { do: 'setTimer', timer: 'reopen', ms },
]
const reply: LinkEffect = { do: 'setTimer', timer: 'reply', ms: linkTimings.replyMs }
const unexpected: LinkEffect[] = [{ do: 'count', what: 'unexpected' }]
const fired = (timer: 'reopen' | 'reply' | 'ping' | 'stable'): LinkInput => ({ type: 'timerFired', timer })

const table: [string, LinkState, LinkInput, LinkState, LinkEffect[]][] = [
  ['a start opens the port', { name: 'closed' }, { type: 'start' }, opening, [{ do: 'openPort' }]],
  ['a second start does nothing', ready, { type: 'start' }, ready, []],
  [
    'an open port is greeted',
    opening,
    { type: 'opened', session: 7 },
    greeting,
    [{ do: 'sendHello', session: 7 }, reply],
  ],
  [
    'a port that can not be opened is tried again',
    opening,
    { type: 'openFailed', reason: 'no such file' },
    waiting,
    lost('no such file', false, 250),
  ],
  ['the wait over, it opens', waiting, fired('reopen'), { name: 'opening', losses: 1 }, [{ do: 'openPort' }]],
  [
    'a welcome is followed by the configuration',
    greeting,
    { type: 'welcomeReceived', welcome },
    configuring,
    [{ do: 'sendConfigure' }, reply],
  ],
  [
    'a welcome to an older session is stale',
    greeting,
    { type: 'welcomeReceived', welcome: { ...welcome, session: 6 } },
    greeting,
    [{ do: 'count', what: 'staleFrames' }],
  ],
  [
    'a board that refuses our version is left alone for long',
    greeting,
    { type: 'welcomeReceived', welcome: { ...welcome, major: 0, refusal: 'speaks 2' } },
    waiting,
    [{ do: 'count', what: 'refusals' }, ...lost('versionRefused: speaks 2', false, 30_000)],
  ],
  [
    'a board that chose a version we do not speak, too',
    greeting,
    { type: 'welcomeReceived', welcome: { ...welcome, major: 3 } },
    waiting,
    [
      { do: 'count', what: 'refusals' },
      ...lost('versionRefused: the board chose protocol 3, this host speaks 1: update the firmware', false, 30_000),
    ],
  ],
  [
    'no answer to the greeting: once more',
    greeting,
    fired('reply'),
    { ...greeting, tries: 2 },
    [{ do: 'sendHello', session: 7 }, reply],
  ],
  [
    'no answer to the last greeting: reopen',
    { ...greeting, tries: linkTimings.replyTries },
    fired('reply'),
    waiting,
    lost('noWelcome', false, 250),
  ],
  [
    'no answer to the configuration: once more',
    configuring,
    fired('reply'),
    { ...configuring, tries: 2 },
    [{ do: 'sendConfigure' }, reply],
  ],
  [
    'a configuration that is refused is left alone for long',
    configuring,
    { type: 'configuredReceived', configured: { ...configured, refusal: 'port 9' } },
    waiting,
    [{ do: 'count', what: 'refusals' }, ...lost('configRefused: port 9', false, 30_000)],
  ],
  [
    'configured, the board is ready and pinged',
    configuring,
    { type: 'configuredReceived', configured },
    { ...ready, losses: 0, unanswered: 1 },
    [
      { do: 'cancelTimers' },
      { do: 'tellReady', welcome, configured },
      { do: 'sendPing' },
      { do: 'setTimer', timer: 'ping', ms: 1000 },
      { do: 'setTimer', timer: 'stable', ms: 10_000 },
    ],
  ],
  ['a configuration nobody asked for', greeting, { type: 'configuredReceived', configured }, greeting, unexpected],
  [
    'every second a ping',
    ready,
    fired('ping'),
    { ...ready, unanswered: 1 },
    [{ do: 'sendPing' }, { do: 'setTimer', timer: 'ping', ms: 1000 }],
  ],
  ['a pong is life', { ...ready, unanswered: 2 }, { type: 'pongReceived', session: 7 }, ready, []],
  ['a pong of another session is not', ready, { type: 'pongReceived', session: 6 }, ready, unexpected],
  [
    'two pings unanswered: the board is mute',
    { ...ready, unanswered: 2 },
    fired('ping'),
    { name: 'waiting', losses: 3 },
    lost('mute', true, 1000),
  ],
  ['ready for long, the ladder begins anew', ready, fired('stable'), { ...ready, losses: 0 }, []],
  [
    'the port closed: a hint that saves waiting',
    ready,
    { type: 'portClosed', reason: 'gone' },
    { name: 'waiting', losses: 3 },
    lost('gone', true, 1000),
  ],
  ['the port we closed ourselves', waiting, { type: 'portClosed', reason: 'gone' }, waiting, []],
  [
    'a board that takes no bytes',
    ready,
    { type: 'writeStalled' },
    { name: 'waiting', losses: 3 },
    lost('writeStalled', true, 1000),
  ],
  [
    'a board that speaks first has been reset: a new session, the port stays open',
    ready,
    { type: 'welcomeReceived', welcome: { ...welcome, session: 0 } },
    { name: 'greeting', losses: 2, session: 8, tries: 1 },
    [
      { do: 'cancelTimers' },
      { do: 'count', what: 'boardResets' },
      { do: 'tellLost', reason: 'boardReset', wasReady: true },
      { do: 'sendHello', session: 8 },
      reply,
    ],
  ],
  ['a stop, from anywhere', ready, { type: 'stop' }, { name: 'closed' }, [{ do: 'cancelTimers' }, { do: 'closePort' }]],
  ['a timer out of its time', ready, fired('reply'), ready, unexpected],
]

for (const [name, from, input, to, effects] of table)
  t.test(name, async (t) => {
    t.same(advanceLink(from, input), { state: to, effects })
  })

t.test('the delay before a reopen grows, has a longest, and never ends', async (t) => {
  const delays: number[] = []
  let state: LinkState = opening
  for (let i = 0; i < 10; i++) {
    const step = advanceLink(state, { type: 'openFailed', reason: 'absent' })
    for (const effect of step.effects) if (effect.do === 'setTimer') delays.push(effect.ms)
    state = advanceLink(step.state, fired('reopen')).state
  }
  t.same(delays, [250, 500, 1000, 2000, 4000, 8000, 10_000, 10_000, 10_000, 10_000])
  t.equal(state.name, 'opening')
})
