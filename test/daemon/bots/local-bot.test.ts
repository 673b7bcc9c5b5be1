// Callers talk to the reception: in full, in part, in keys, in riddles.
import t from 'tap'
import type { BotOutcome } from '../../../daemon/bots/bots.ts'
import { MockClock } from '../../support/mock-clock.ts'
import { botRig, localBot, nothingLeft } from './bot-rig.ts'

const understood: [what: string, said: string, intent: string, confidence: number | undefined][] = [
  ['an utterance, word for word', 'billing', 'Billing', 1],
  ['however it is written', '  My INVOICE!', 'Billing', 1],
  ["with a typewriter's or a printer's apostrophe", 'A question about my bill.', 'Billing', 1],
  ['among words without meaning', "I'd like billing, please", 'Billing', 0.95],
  ['among other words', 'put me through to billing', 'Billing', 0.65],
  ['in another order, in part', 'my bill: there is a question', 'Billing', 0.64],
  ['nothing that fits', 'what is the weather', 'FallbackIntent', undefined],
  ['silence', '', 'FallbackIntent', undefined],
  ['words of no meaning only', 'please a the', 'FallbackIntent', undefined],
  ['a word of the prototype', 'constructor __proto__', 'FallbackIntent', undefined],
]
for (const [what, said, intent, confidence] of understood)
  t.test(`the caller says ${what}`, async (t) => {
    const rig = botRig()
    const outcome = await rig.ask({ text: said })
    if (!outcome.ok) return t.fail(outcome.detail)
    t.equal(outcome.done, true)
    t.equal(outcome.lex.IntentName, intent)
    t.equal(outcome.lex.IntentConfidence?.Score, confidence)
    t.equal(outcome.lex.DialogState, 'ReadyForFulfillment')
    return t.same(await rig.close(), nothingLeft)
  })

const asked = (text: string, slots: object) => ({
  ok: true,
  done: false,
  lex: { IntentName: 'BookVisit', DialogState: 'ElicitSlot', Slots: slots },
  messages: [{ text, type: 'PlainText' }],
})

t.test('slots are asked for one after the other, then the dialog is done', async (t) => {
  const rig = botRig()
  t.match(await rig.ask({ text: 'book a visit' }), asked('What is your account number?', {}))
  t.match(await rig.ask({ text: "it's one two three double four five" }), asked('On which day?', { account: '123445' }))
  t.match(await rig.ask({ text: 'tomorrow' }), {
    messages: [{ text: '<speak>Morning or afternoon?</speak>', type: 'SSML' }],
  })
  t.same(await rig.ask({ text: 'after lunch would be best' }), {
    ok: true,
    done: true,
    lex: {
      IntentName: 'BookVisit',
      Slots: { account: '123445', day: '2026-01-06', part: 'afternoon' },
      SessionAttributes: {},
      DialogState: 'ReadyForFulfillment',
      IntentConfidence: { Score: 1 },
      AlternateIntents: [],
    },
    messages: [{ text: 'Thank you.', type: 'PlainText' }],
  } satisfies BotOutcome)
  t.match(await rig.ask({ text: 'billing' }), { lex: { IntentName: 'Billing' } }, 'and the next one begins anew')
  t.same(await rig.close(), nothingLeft)
})

t.test('the same by keys', async (t) => {
  const rig = botRig()
  t.match(await rig.ask({ dtmf: '2' }), asked('What is your account number?', {}))
  t.match(await rig.ask({ dtmf: '123456' }), asked('On which day?', { account: '123456' }))
  t.match(await rig.ask({ dtmf: '03042027' }), { lex: { Slots: { day: '2027-04-03' } } })
  t.match(await rig.ask({ dtmf: '1' }), { done: true, lex: { Slots: { part: 'morning' } } })
  t.match(await rig.ask({ dtmf: '9' }), { done: true, lex: { IntentName: 'FallbackIntent' } }, 'a key of no intent')
  t.same(await rig.close(), nothingLeft)
})

t.test('what the caller has told already is not asked for', async (t) => {
  const rig = botRig()
  t.match(await rig.ask({ text: 'I need you to visit account 123456 on Friday please' }), {
    done: false,
    lex: { Slots: { account: '123456', day: '2026-01-09' } },
    messages: [{ type: 'SSML' }],
  })
  t.same(await rig.close(), nothingLeft)
})

t.test('an answer that is not understood is asked for again, then the dialog fails', async (t) => {
  const rig = botRig()
  await rig.ask({ text: 'book a visit' })
  t.match(await rig.ask({ text: 'one two three' }), asked('Six digits, please.', {}))
  t.match(await rig.ask({ text: '' }), asked('Six digits, please.', {}))
  t.match(await rig.ask({ dtmf: '1234567' }), {
    ok: true,
    done: true,
    lex: { IntentName: 'BookVisit', DialogState: 'Failed' },
  })
  t.match(await rig.ask({ text: 'billing' }), { lex: { IntentName: 'Billing' } }, 'the next dialog begins anew')
  t.same(await rig.close(), nothingLeft)
})

t.test('a slot may have its own number of attempts', async (t) => {
  const rig = botRig()
  await rig.ask({ text: 'book a visit' })
  await rig.ask({ dtmf: '123456' })
  t.match(await rig.ask({ text: 'whenever' }), asked('On which day?', {}))
  t.match(await rig.ask({ text: 'whenever' }), {
    done: true,
    lex: { DialogState: 'Failed', Slots: { account: '123456' } },
  })
  t.same(await rig.close(), nothingLeft)
})

t.test('a caller who plainly wants something else gets it', async (t) => {
  const rig = botRig()
  await rig.ask({ text: 'book a visit' })
  t.match(await rig.ask({ text: 'cancel everything' }), { done: true, lex: { IntentName: 'Cancel' } })
  t.same(await rig.close(), nothingLeft)
})

t.test('alternates are told, likeliest first', async (t) => {
  const rig = botRig([
    localBot({
      intents: [
        { name: 'A', utterances: ['red car'] },
        { name: 'B', utterances: ['red car insurance'] },
        { name: 'C', utterances: ['boat'] },
      ],
    }),
  ])
  const outcome = await rig.ask({ text: 'red car insurance' })
  t.match(outcome, { lex: { IntentName: 'B', AlternateIntents: [{ IntentName: 'A', Slots: {} }] } })
  t.equal(outcome.ok && outcome.lex.AlternateIntents.length, 1)
  t.same(await rig.close(), nothingLeft)
})

t.test('below the threshold the fallback intent is taken, with its own words', async (t) => {
  const rig = botRig([
    localBot({
      confidenceThreshold: 0.9,
      fallbackIntent: 'Lost',
      intents: [
        { name: 'A', utterances: ['car'] },
        { name: 'Lost', closing: 'One moment.' },
      ],
    }),
  ])
  t.match(await rig.ask({ text: 'boat and car and train' }), {
    done: true,
    lex: { IntentName: 'Lost', AlternateIntents: [{ IntentName: 'A' }] },
    messages: [{ text: 'One moment.' }],
  })
  t.equal(rig.bots.counters().fallback, 1)
  t.same(await rig.close(), nothingLeft)
})

t.test('a language without spaces', async (t) => {
  const rig = botRig([localBot({ locale: 'ja-JP', intents: [{ name: 'Visit', utterances: ['訪問'] }] })])
  t.match(await rig.ask({ text: '訪問をお願いします', locale: 'ja-JP' }), { lex: { IntentName: 'Visit' } })
  t.same(await rig.close(), nothingLeft)
})

t.test('what may be said or pressed next', async (t) => {
  const rig = botRig()
  t.same(rig.bots.expects('Reception', 'c-1'), {
    phrases: ['billing', 'my invoice', 'a question about my bill', 'book a visit', 'cancel everything'],
    maximumDigits: 2,
  })
  await rig.ask({ dtmf: '2' })
  t.same(rig.bots.expects('Reception', 'c-1'), {
    phrases: [],
    maximumDigits: 6,
    digits: { minimum: 6, maximum: 6 },
    slot: { intent: 'BookVisit', name: 'account', type: 'digits' },
  })
  await rig.ask({ dtmf: '123456' })
  await rig.ask({ text: 'today' })
  t.match(rig.bots.expects('Reception', 'c-1'), {
    phrases: ['morning', 'early', 'afternoon', 'late', 'after lunch'],
    maximumDigits: 1,
  })
  t.equal(rig.bots.expects('constructor', 'c-1'), undefined)
  t.same(await rig.close(), nothingLeft)
})

t.test('session attributes are kept, changed and given back', async (t) => {
  const rig = botRig()
  await rig.ask({ text: 'billing', sessionAttributes: { a: '1', b: '1' } })
  t.match(await rig.ask({ text: 'billing', sessionAttributes: { b: '2' } }), {
    lex: { SessionAttributes: { a: '1', b: '2' } },
  })
  t.same(await rig.close(), nothingLeft)
})

t.test('two callers have two dialogs; one that is over is forgotten', async (t) => {
  const rig = botRig()
  await rig.ask({ sessionId: 'c-1', text: 'book a visit' })
  t.match(await rig.ask({ sessionId: 'c-2', text: 'billing' }), { done: true })
  t.match(await rig.ask({ sessionId: 'c-1', text: '123456' }), asked('On which day?', {}))
  rig.bots.forget('c-1')
  t.match(await rig.ask({ sessionId: 'c-1', text: 'billing' }), { done: true })
  t.same(await rig.close(), nothingLeft)
})

t.test('a dialog nobody goes on with is forgotten after five minutes', async (t) => {
  const clock = new MockClock()
  const rig = botRig(undefined, { clock })
  await rig.ask({ text: 'book a visit' })
  await clock.advance(299_000)
  t.match(await rig.ask({ text: '123456' }), asked('On which day?', {}))
  await clock.advance(300_000)
  t.match(await rig.ask({ text: 'today' }), { lex: { IntentName: 'FallbackIntent' } })
  t.match(rig.bots.counters(), { sessions: 1, sessionsExpired: 1 })
  t.same(await rig.close(), nothingLeft)
})

t.test('of too many dialogs the one asked longest ago is forgotten', async (t) => {
  const rig = botRig(undefined, { sessions: { maximum: 2 } })
  for (const sessionId of ['c-1', 'c-2']) await rig.ask({ sessionId, text: 'book a visit' })
  await rig.ask({ sessionId: 'c-1', text: 'hm' })
  await rig.ask({ sessionId: 'c-3', text: 'book a visit' })
  t.match(await rig.ask({ sessionId: 'c-1', text: '123456' }), { lex: { Slots: { account: '123456' } } })
  t.match(await rig.ask({ sessionId: 'c-2', text: '123456' }), { lex: { IntentName: 'FallbackIntent' } })
  t.match(rig.bots.counters(), { sessions: 2, sessionsEvicted: 2 })
  t.same(await rig.close(), nothingLeft)
})

const refusals: [what: string, said: Parameters<ReturnType<typeof botRig>['ask']>[0], reason: string][] = [
  ['a bot nobody declared', { bot: 'constructor', text: 'x' }, 'notFound'],
  ['another language', { text: 'x', locale: 'de-DE' }, 'wrongLocale'],
  ['a text without end', { text: 'x'.repeat(1025) }, 'tooLarge'],
  ['attributes without end', { text: 'x', sessionAttributes: { a: 'x'.repeat(17_000) } }, 'tooLarge'],
  ['a caller who has left', { text: 'x', signal: AbortSignal.abort() }, 'aborted'],
]
for (const [what, said, reason] of refusals)
  t.test(`refused: ${what}`, async (t) => {
    const rig = botRig()
    t.match(await rig.ask(said), { ok: false, reason })
    t.match(rig.bots.counters(), { asked: 1, [reason]: 1, sessions: 0 })
    t.same(await rig.close(), nothingLeft)
  })

t.test('the same language of another country is understood', async (t) => {
  const rig = botRig()
  t.match(await rig.ask({ text: 'billing', locale: 'en-US' }), { ok: true })
  t.same(await rig.close(), nothingLeft)
})

t.test('the longest text against utterances of many slots takes no time', async (t) => {
  const names = ['a', 'b', 'c', 'd', 'e', 'f']
  const slots = names.map((name) => ({ name, type: 'text' }))
  const utterance = `${names.map((name) => `{${name}}`).join(' ')} end`
  const rig = botRig([localBot({ intents: [{ name: 'Many', utterances: Array(20).fill(utterance), slots }] })])
  const startedMs = performance.now()
  await rig.ask({ text: 'x '.repeat(512) })
  const tookMs = performance.now() - startedMs
  t.ok(tookMs < 1000, `${tookMs.toFixed(0)} ms`)
  t.same(await rig.close(), nothingLeft)
})
