// A secret goes through every block that could show it: neither the flow log nor the end of the flow, the daemon's log
// nor a trace has it. What a caller keyed in for encryption is nowhere; what was keyed in openly, only in the flow log.
import { generateKeyPairSync } from 'node:crypto'
import t from 'tap'
import { isSecretName, withoutSecrets } from '../../../daemon/flow/secrets.ts'
import { redactFields } from '../../../daemon/log/redact.ts'
import { presses, trace } from '../author/author-support.ts'
import { can } from './actions/action-table.ts'
import { FakeHost } from './fake-host.ts'
import { type Block, bye, end, flowOf, say } from './flow-text.ts'
import { run } from './run-support.ts'

const marker = '90817263'
const caught = { NoMatchingError: 'bye', NoMatchingCondition: 'bye' }

t.test('names that tell a secret, in any spelling', async (t) => {
  const secret = [
    'password',
    'API-Key',
    'x-api-key',
    'accessToken',
    'PIN',
    'card_number',
    'Credit Card',
    'Authorization',
  ]
  const plain = ['pineapple', 'spinning', 'tokens', 'name', 'Text', 'PhoneNumber', 'EncryptionKeyId', 'pinned']
  t.same(
    secret.filter((name) => !isSecretName(name)),
    [],
  )
  t.same(plain.filter(isSecretName), [])
  const answer = { user: { id: 1, token: marker, pins: ['a'], pin: { old: marker, new: [marker, null] } } }
  t.same(withoutSecrets(answer), {
    user: { id: 1, token: '*****', pins: ['a'], pin: { old: '*****', new: ['*****', null] } },
  })
})

const pin = '$.Attributes.pin'
const ways: [what: string, block: Partial<Block> & { type: string }][] = [
  ['set as another attribute', { type: 'UpdateContactAttributes', parameters: { Attributes: { copy: pin } } }],
  ['set under its name', { type: 'UpdateContactAttributes', parameters: { Attributes: { pin: marker } } }],
  ['said', { type: 'MessageParticipant', parameters: { Text: `Your number is ${pin}.` } }],
  [
    'given to a function, and answered by it',
    {
      type: 'InvokeLambdaFunction',
      parameters: {
        LambdaFunctionARN: 'lookup',
        InvocationTimeLimitSeconds: '3',
        LambdaInvocationAttributes: { entered: pin, password: marker },
      },
    },
  ],
  ['as the id of a queue', { type: 'UpdateContactTargetQueue', parameters: { QueueId: pin } }],
  ['as the id of a flow', { type: 'TransferToFlow', parameters: { ContactFlowId: pin } }],
  [
    'as a number to call',
    { type: 'TransferParticipantToThirdParty', parameters: { ThirdPartyPhoneNumber: `x${pin}` } },
  ],
  ['as a time', { type: 'GetParticipantInput', parameters: { InputTimeLimitSeconds: `x${pin}` } }],
  ['compared, and found', { type: 'Compare', parameters: { ComparisonValue: pin }, conditions: { [marker]: 'bye' } }],
  ['compared, without a branch', { type: 'Compare', parameters: { ComparisonValue: pin }, errors: {} }],
  ['in a flow attribute', { type: 'UpdateFlowAttributes', parameters: { FlowAttributes: { pin: { Value: marker } } } }],
  [
    'as a tag, and in what the host throws',
    { type: 'TagContact', parameters: { Tags: { secret: marker, other: pin } } },
  ],
  ['as the id of hours', { type: 'CheckHoursOfOperation', parameters: { HoursOfOperationId: pin }, conditions: {} }],
]
for (const [what, block] of ways)
  t.test(`a secret ${what} is not shown`, async (t) => {
    const host = new FakeHost()
    const told: string[] = []
    host.attributes.pin = marker
    can(host, {
      invokeFunction: async () => ({ ok: true, result: { token: marker } }),
      transferToThirdParty: async () => 'callFailed',
      tagContact: () => {
        throw new Error(`can't tag ${marker}`)
      },
      reportDefect: (identifier, reason) => told.push(`${identifier} ${reason}`),
    })
    const ran = await run([{ id: 'a', next: 'bye', errors: caught, ...block }, bye, end], { host })
    t.notMatch(JSON.stringify([host.logged, ran.end, told]), marker)
    t.equal(host.logged[0]?.Identifier, 'a', 'the block is logged all the same')
  })

const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const keyIn = (rest: Record<string, unknown>): Block => ({
  id: 'ask',
  type: 'GetParticipantInput',
  parameters: {
    Text: 'Your card',
    StoreInput: 'True',
    InputTimeLimitSeconds: '5',
    InputValidation: { CustomValidation: { MaximumLength: '8' } },
    ...rest,
  },
  next: 'use',
  errors: caught,
})
const encrypted = keyIn({
  InputEncryption: { EncryptionKeyId: 'k', Key: publicKey.export({ type: 'spki', format: 'pem' }).toString() },
})
const use: Block = {
  id: 'use',
  type: 'UpdateContactAttributes',
  parameters: { Attributes: { card: '$.StoredCustomerInput' } },
  next: 'say',
  errors: caught,
}
const wrongQueue: Block = {
  id: 'say',
  type: 'UpdateContactTargetQueue',
  parameters: { QueueId: '$.StoredCustomerInput' },
  next: 'bye',
}

t.test('an entry to be encrypted is nowhere in the clear: flow log, end, attributes', async (t) => {
  const host = new FakeHost()
  host.participant!.answers = [{ outcome: 'digits', digits: marker }]
  const ran = await run([encrypted, use, wrongQueue, bye], { host })
  t.match(host.logged[0], { Results: '*****' })
  t.match(host.attributes.card, /^[A-Za-z0-9+/=]{300,}$/, 'ciphertext is what is kept')
  t.notMatch(JSON.stringify([host.logged, ran.end, host.attributes]), marker)
})

t.test('nor in the trace of a simulated caller', async (t) => {
  const flow = flowOf([encrypted, use, say('say', 'Thank you', 'bye'), bye])
  const { events, lines } = await trace(flow, presses(marker))
  t.match(lines.join('\n'), 'pressed: *****')
  t.notMatch(JSON.stringify([events, lines]), marker)
})

t.test('an open entry is in the flow log, and in no end of a flow that the daemon logs', async (t) => {
  const host = new FakeHost()
  host.participant!.answers = [{ outcome: 'digits', digits: marker }]
  const ran = await run([keyIn({}), use, wrongQueue, bye], { host })
  t.match(host.logged[0], { Results: marker })
  t.match(ran.end, { type: 'failed', reason: 'NoMatchingError has no branch: there is no queue *****' })
  t.notMatch(JSON.stringify(redactFields({ end: ran.end, storedCustomerInput: marker, digits: marker })), marker)
})
