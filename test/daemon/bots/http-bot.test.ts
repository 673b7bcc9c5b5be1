// A bot behind an HTTP endpoint that speaks RecognizeText of Lex V2, well or badly.
import t from 'tap'
import type { HttpBotDefinition } from '../../../daemon/bots/bots.ts'
import { SystemClock } from '../../../daemon/clock.ts'
import { HttpEndpoint } from '../../support/http-endpoint.ts'
import { until } from '../../support/wait.ts'
import { botRig, nothingLeft } from './bot-rig.ts'

const banker = (url: string): HttpBotDefinition => ({
  name: 'Banker',
  kind: 'http',
  locale: 'en-GB',
  url,
  headers: { Authorization: 'Bearer k3y' },
  timeoutS: 8,
  concurrency: 10,
})
const rigOf = (url: string) => botRig([banker(url)], { clock: new SystemClock() })

const elicits = {
  sessionId: 'c-1',
  messages: [{ content: 'How much?', contentType: 'PlainText' }, { contentType: 'ImageResponseCard' }],
  sessionState: {
    dialogAction: { type: 'ElicitSlot', slotToElicit: 'amount' },
    intent: { name: 'Transfer', state: 'InProgress', slots: { amount: null } },
    sessionAttributes: { step: '1' },
  },
  interpretations: [
    { intent: { name: 'Transfer', slots: { amount: null } }, nluConfidence: { score: 0.87 } },
    { intent: { name: 'Balance', slots: {} }, nluConfidence: { score: 0.4 } },
    { intent: { name: 'FallbackIntent' } },
  ],
}
const closes = {
  messages: [{ content: '<speak>Done.</speak>', contentType: 'SSML' }],
  sessionState: {
    dialogAction: { type: 'Close' },
    intent: {
      name: 'Transfer',
      state: 'Fulfilled',
      slots: {
        amount: { shape: 'Scalar', value: { originalValue: 'fifty', interpretedValue: '50', resolvedValues: ['50'] } },
        tags: { shape: 'List', values: [{ value: { interpretedValue: 'a' } }, { value: { interpretedValue: 'b' } }] },
        missing: null,
      },
    },
    sessionAttributes: { step: '2' },
  },
  interpretations: [
    {
      intent: { name: 'Transfer', slots: {} },
      nluConfidence: 0.95,
      sentimentResponse: {
        sentiment: 'POSITIVE',
        sentimentScore: { positive: 0.9, negative: 0.01, neutral: 0.08, mixed: 0.01 },
      },
    },
  ],
}

t.test('a dialog of two turns', async (t) => {
  const endpoint = await HttpEndpoint.open((_asked, turn) => ({ body: JSON.stringify(turn === 1 ? elicits : closes) }))
  const rig = rigOf(endpoint.url)
  t.same(await rig.ask({ bot: 'Banker', text: 'send money', sessionAttributes: { caller: '+44' } }), {
    ok: true,
    done: false,
    lex: {
      IntentName: 'Transfer',
      Slots: {},
      SessionAttributes: { step: '1' },
      DialogState: 'ElicitSlot',
      IntentConfidence: { Score: 0.87 },
      AlternateIntents: [
        { IntentName: 'Balance', IntentConfidence: { Score: 0.4 }, Slots: {} },
        { IntentName: 'FallbackIntent', Slots: {} },
      ],
    },
    messages: [{ text: 'How much?', type: 'PlainText' }],
  })
  t.same(await rig.ask({ bot: 'Banker', dtmf: '50' }), {
    ok: true,
    done: true,
    lex: {
      IntentName: 'Transfer',
      Slots: { amount: '50', tags: 'a, b' },
      SessionAttributes: { step: '2' },
      DialogState: 'Fulfilled',
      IntentConfidence: { Score: 0.95 },
      AlternateIntents: [],
      SentimentResponse: {
        Label: 'POSITIVE',
        Scores: { Positive: 0.9, Negative: 0.01, Mixed: 0.01, Neutral: 0.08 },
      },
    },
    messages: [{ text: '<speak>Done.</speak>', type: 'SSML' }],
  })
  await rig.ask({ bot: 'Banker', text: 'again' })
  const [first, second, third] = endpoint.asked.map(({ body }) => JSON.parse(body))
  t.equal(endpoint.asked[0]?.headers.authorization, 'Bearer k3y')
  t.same(first, {
    botName: 'Banker',
    localeId: 'en_GB',
    sessionId: 'c-1',
    inputMode: 'Text',
    text: 'send money',
    requestAttributes: { 'x-amz-lex:channels:platform': 'Connect' },
    sessionState: { sessionAttributes: { caller: '+44' } },
  })
  t.match(second, { inputMode: 'DTMF', text: '50', sessionState: elicits.sessionState }, 'the state goes back')
  t.same(third.sessionState, { sessionAttributes: { step: '2' } }, 'until the dialog is done')
  t.same(await rig.close(), nothingLeft)
  await endpoint.close()
})

const states: [what: string, sessionState: object, state: string, done: boolean, intent: string][] = [
  ['asks for an intent', { dialogAction: { type: 'ElicitIntent' } }, 'ElicitIntent', false, ''],
  ['asks for a yes', { dialogAction: { type: 'ConfirmIntent' }, intent: { name: 'A' } }, 'ConfirmIntent', false, 'A'],
  ['has failed', { dialogAction: { type: 'Close' }, intent: { name: 'A', state: 'Failed' } }, 'Failed', true, 'A'],
  [
    'leaves the work to the flow',
    { dialogAction: { type: 'Close' }, intent: { name: 'A', state: 'ReadyForFulfillment' } },
    'ReadyForFulfillment',
    true,
    'A',
  ],
  ['says the intent only', { intent: { name: 'A' } }, 'ReadyForFulfillment', true, 'A'],
]
for (const [what, sessionState, state, done, intent] of states)
  t.test(`an endpoint that ${what}`, async (t) => {
    const endpoint = await HttpEndpoint.open(() => ({ body: JSON.stringify({ sessionState }) }))
    const rig = rigOf(endpoint.url)
    t.match(await rig.ask({ bot: 'Banker', text: 'x' }), {
      ok: true,
      done,
      lex: { DialogState: state, IntentName: intent },
      messages: [],
    })
    t.same(await rig.close(), nothingLeft)
    await endpoint.close()
  })

const faults: [what: string, body: string, reason: string, detail: RegExp][] = [
  ['says nothing', '', 'badResponse', /empty/],
  ['speaks of something else', '{"hello":1}', 'badResponse', /Lex V2's shape: sessionState/],
  ['has slots that are none', '{"sessionState":{"intent":{"name":"A","slots":{"a":7}}}}', 'badResponse', /slots/],
  ['wants the unheard of', '{"sessionState":{"dialogAction":{"type":"Dance"}}}', 'badResponse', /Dance/],
  ['talks without end', JSON.stringify({ a: 'x'.repeat(40_000) }), 'tooLarge', /larger/],
]
for (const [what, body, reason, detail] of faults)
  t.test(`an endpoint that ${what}`, async (t) => {
    const endpoint = await HttpEndpoint.open(() => ({ body }))
    const rig = rigOf(endpoint.url)
    t.match(await rig.ask({ bot: 'Banker', text: 'x' }), { ok: false, reason, detail })
    t.ok(rig.logged.some(({ message }) => message === 'a bot failed'))
    t.match(rig.bots.counters(), { asked: 1, [reason]: 1, sessions: 0 })
    t.same(await rig.close(), nothingLeft)
    await endpoint.close()
  })

t.test('an endpoint that hangs, and a caller who leaves', async (t) => {
  const endpoint = await HttpEndpoint.open(() => ({ hang: true }))
  const rig = rigOf(endpoint.url)
  t.match(await rig.ask({ bot: 'Banker', text: 'x', timeoutMs: 100 }), { ok: false, reason: 'timeout' })
  const call = new AbortController()
  const outcome = rig.ask({ bot: 'Banker', text: 'x', signal: call.signal })
  await until('the endpoint to be asked', () => endpoint.asked.length === 2)
  call.abort()
  t.match(await outcome, { ok: false, reason: 'aborted' })
  t.same(await rig.close(), nothingLeft)
  await endpoint.close()
})

t.test('anything may be said to it, and many keys pressed', async (t) => {
  const rig = rigOf('http://127.0.0.1:9')
  t.same(rig.bots.expects('Banker', 'c-1'), { phrases: [], maximumDigits: 1024 })
  t.same(await rig.close(), nothingLeft)
})
