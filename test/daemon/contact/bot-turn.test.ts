// How long a bot listens, and for what: Lex's defaults and its session attributes.
import t from 'tap'
import { botTurn } from '../../../daemon/contact/bot-turn.ts'

const slot = { intent: 'Order', name: 'number', type: 'digits' } as const
const expectation = { phrases: ['one'], maximumDigits: 4, digits: { minimum: 4, maximum: 4 }, slot }

t.test('by default', async (t) => {
  t.same(botTurn({}, undefined), {
    firstDigitTimeoutMs: 5000,
    interDigitTimeoutMs: 5000,
    maximumDigits: 1,
    terminator: '#',
    cancelKey: true,
    speech: { phrases: [], startTimeoutMs: 3000, endSilenceMs: 600, maximumMs: 12_000, interruptsPrompt: true },
  })
})

t.test('what the bot expects', async (t) => {
  t.match(botTurn({}, expectation), {
    maximumDigits: 4,
    speech: { phrases: ['one'], digits: { minimum: 4, maximum: 4 } },
  })
})

for (const [what, attributes, turn] of [
  ['any slot', { 'x-amz-lex:audio:start-timeout-ms:*:*': '1500' }, { speech: { startTimeoutMs: 1500 } }],
  ['this slot of any intent', { 'x-amz-lex:audio:end-timeout-ms:*:number': '900' }, { speech: { endSilenceMs: 900 } }],
  ['any slot of this intent', { 'x-amz-lex:audio:max-length-ms:Order:*': '99999' }, { speech: { maximumMs: 15_000 } }],
  [
    'the one that names most',
    { 'x-amz-lex:dtmf:end-timeout-ms:*:*': '1000', 'x-amz-lex:dtmf:end-timeout-ms:Order:number': '2000' },
    { interDigitTimeoutMs: 2000 },
  ],
  ['another slot', { 'x-amz-lex:audio:start-timeout-ms:Order:size': '1' }, { speech: { startTimeoutMs: 3000 } }],
  [
    'keys',
    { 'x-amz-lex:dtmf:end-character:*:*': '*', 'x-amz-lex:dtmf:max-length:*:*': '2' },
    { terminator: '*', maximumDigits: 2 },
  ],
  ['no interruption', { 'x-amz-lex:allow-interrupt:*:*': 'False' }, { speech: { interruptsPrompt: false } }],
  ['nonsense', { 'x-amz-lex:audio:start-timeout-ms:*:*': 'soon' }, { speech: { startTimeoutMs: 3000 } }],
] as const)
  t.test(`an attribute for ${what}`, async (t) => {
    t.match(botTurn(attributes, expectation), turn)
  })
