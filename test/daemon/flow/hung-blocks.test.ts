// Whatever a block waits for may throw, hang, or hang and not be stopped: the block takes its error branch within its
// time, and another contact in the same flow goes its way meanwhile.
import t from 'tap'
import { MockClock, settle } from '../../support/mock-clock.ts'
import { FakeHost } from './fake-host.ts'
import { type Block, bye, end } from './flow-text.ts'
import { run } from './run-support.ts'

type Misbehave = (signal: AbortSignal) => Promise<never>

const media = { Uri: 's3://bucket/a.wav', SourceType: 'S3', MediaType: 'Audio' }
const alias = { AliasArn: 'orders' }
const participant = (method: 'play' | 'collect') => (host: FakeHost, misbehave: Misbehave) => {
  Object.assign(host.participant!, { [method]: (_what: unknown, signal: AbortSignal) => misbehave(signal) })
}
/** The abilities end with the signal as their last argument. */
const ability = (name: string) => (host: FakeHost, misbehave: Misbehave) => {
  Object.assign(host, { [name]: (...given: unknown[]) => misbehave(lastSignal(given)) })
}
function lastSignal(given: unknown[]): AbortSignal {
  const last = given.at(-1)
  if (last instanceof AbortSignal) return last
  return (last as { signal: AbortSignal }).signal
}

const waits: [
  what: string,
  type: string,
  parameters: Record<string, unknown>,
  break_: (host: FakeHost, misbehave: Misbehave) => void,
  channel?: 'CHAT',
][] = [
  ['the speech engine', 'MessageParticipant', { Text: 'x' }, participant('play')],
  [
    'the keys, or the recogniser',
    'GetParticipantInput',
    { Text: 'x', InputTimeLimitSeconds: '5' },
    participant('collect'),
  ],
  ['the fetching of a prompt', 'MessageParticipant', { Media: media }, ability('fetchPrompt')],
  ['a bot', 'ConnectParticipantWithLexBot', { Text: 'x', LexV2Bot: alias }, ability('askBot')],
  [
    'a function',
    'InvokeLambdaFunction',
    { LambdaFunctionARN: 'lookup', InvocationTimeLimitSeconds: '8' },
    ability('invokeFunction'),
  ],
  ['a hook', 'GetCustomerProfile', { ProfileRequestData: {} }, ability('invokeHook')],
  ['the contents of an e-mail', 'LoadContactContent', { ContentType: 'EmailMessage' }, ability('loadContactContent')],
  ['the detection of a machine', 'CheckOutboundCallStatus', {}, ability('outboundCallStatus')],
  ['a view', 'ShowView', { ViewResource: { Id: 'v' }, InvocationTimeLimitSeconds: '60' }, ability('showView'), 'CHAT'],
  ['a wait', 'Wait', { TimeLimitSeconds: '60' }, ability('wait'), 'CHAT'],
]
const ways: [what: string, misbehave: Misbehave][] = [
  ['throws', () => Promise.reject(new TypeError('a bug'))],
  [
    'hangs',
    (signal) => new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
  ],
  ['hangs and can not be stopped', () => new Promise(() => undefined)],
]
const sorry: Block = {
  id: 'sorry',
  type: 'UpdateContactAttributes',
  parameters: { Attributes: { failed: 'yes' } },
  next: 'bye',
}
/** Longer than the longest time a block may take by default, and its grace. */
const patienceMs = 16 * 60_000

for (const [what, type, parameters, break_, channel] of waits)
  for (const [how, misbehave] of ways)
    t.test(`${what} ${how}: the error branch, and nobody else is harmed`, async (t) => {
      const clock = new MockClock()
      const block: Block = { id: 'block', type, parameters, next: 'end', errors: { NoMatchingError: 'sorry' } }
      const blocks = [block, sorry, bye, end]
      const start = (host: FakeHost) => {
        if (channel) host.channel = channel
        return run(blocks, { host, clock })
      }
      const [bad, other] = [new FakeHost(), new FakeHost()]
      break_(bad, misbehave)
      const failing = start(bad)
      await settle()
      t.ok((await start(other)).path.length >= 2, 'the other contact, meanwhile')
      await clock.advance(patienceMs)
      const { path, end: ended } = await failing
      t.same(path.slice(0, 2), ['block', 'sorry'])
      t.not(ended.type, 'failed')
      t.equal(clock.liveTimers, 0)
    })
