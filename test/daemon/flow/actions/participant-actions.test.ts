// Actions that the party on the line hears: parameters, conditions and errors, a table each.
import { type DigitBuffer, ParticipantError } from '../../../../daemon/flow/host.ts'
import type { FakeHost } from '../fake-host.ts'
import { can, checkTable, table } from './action-table.ts'

const media = { Uri: 's3://bucket/a.wav', SourceType: 'S3', MediaType: 'Audio' }
const digits = (text: string) => (host: FakeHost) => {
  host.participant!.answers = [{ outcome: 'digits', digits: text }]
}
const nobody = (host: FakeHost) => {
  host.participant = undefined
}
const chat = (host: FakeHost) => {
  host.channel = 'CHAT'
}

table('MessageParticipant', [
  {
    what: 'a text',
    parameters: { Text: 'Hello' },
    leads: 'next',
    shows: (host, t) => t.same(host.participant?.heard, ['Hello']),
  },
  {
    what: 'a text with references',
    parameters: { Text: 'Hello $.CustomerEndpoint.DisplayName' },
    leads: 'next',
    shows: (host, t) => t.same(host.participant?.heard, ['Hello Ada']),
  },
  {
    what: 'markup',
    parameters: { SSML: '<speak>Hello</speak>' },
    leads: 'next',
    shows: (host, t) => t.same(host.participant?.heard, ['<speak>Hello</speak>']),
  },
  {
    what: 'a prompt by name',
    parameters: { PromptId: 'welcome' },
    leads: 'next',
    shows: (host, t) => t.same(host.participant?.heard, ['<p-welcome>']),
  },
  {
    what: 'a prompt by attribute',
    parameters: { PromptId: '$.Attributes.prompt' },
    given: (host) => Object.assign(host.attributes, { prompt: 'music' }),
    leads: 'next',
    shows: (host, t) => t.same(host.participant?.heard, ['<p-music>']),
  },
  {
    what: 'a prompt that is not there',
    parameters: { PromptId: 'nothing' },
    leads: 'NoMatchingError',
    result: /no prompt nothing/,
  },
  { what: 'a prompt without data', parameters: { PromptId: '$.Attributes.prompt' }, leads: 'NoMatchingError' },
  { what: 'a file in a bucket', parameters: { Media: media }, leads: 'NoMatchingError', result: /bucket/ },
  { what: 'nothing', parameters: {}, leads: 'NoMatchingError' },
  { what: '6001 characters', parameters: { Text: 'x'.repeat(6001) }, leads: 'NoMatchingError', result: /6000/ },
  {
    what: 'speech that fails',
    parameters: { Text: 'x' },
    given: (host) => Object.assign(host.participant!, { fault: new ParticipantError('speechFailed', 'mute') }),
    leads: 'NoMatchingError',
    result: /mute/,
  },
  { what: 'nobody on the line', parameters: { Text: 'x' }, given: nobody, leads: 'NoMatchingError' },
  {
    what: 'a task hears nothing',
    parameters: { Text: 'x' },
    given: (host) => Object.assign(host, { channel: 'TASK' }),
    leads: 'next',
    shows: (host, t) => t.same(host.participant?.heard, []),
  },
])
checkTable('MessageParticipant', [
  [{ Text: 'Hello' }, undefined],
  [{ SSML: '$.Attributes.greeting' }, undefined],
  [{ PromptId: 'welcome', SkipWhenDTMFBufferEnabled: 'false' }, undefined],
  [{}, /None of PromptId, Text, SSML, Media is given/],
  [{ Text: 'a', PromptId: 'welcome' }, /exclude each other/],
  [{ Text: 5 }, /Text is no text/],
  [{ Text: 'x'.repeat(6001) }, /more than 6000/],
  [{ Media: media }, undefined],
  [{ Text: 'a', Volume: '3' }, /^warning Parameters.Volume: Volume is no parameter/],
])

/** A telephone whose digits are kept until they are asked for. */
function typedAhead(host: FakeHost, typed: string): void {
  let kept = typed
  const digitBuffer: DigitBuffer = {
    start: () => {
      kept = ''
    },
    stop: () => {
      const digits = kept
      kept = ''
      return digits
    },
    get length() {
      return kept.length
    },
  }
  Object.assign(host.participant!, { digitBuffer })
}

table('MessageParticipant', [
  {
    what: 'typed ahead, to be skipped then',
    parameters: { Text: 'Hello', SkipWhenDTMFBufferEnabled: 'true' },
    given: (host) => typedAhead(host, '1'),
    leads: 'next',
    result: 'typed ahead',
    shows: (host, t) => t.same(host.participant?.heard, []),
  },
  {
    what: 'typed ahead, and to be heard all the same',
    parameters: { Text: 'Hello', SkipWhenDTMFBufferEnabled: 'false' },
    given: (host) => typedAhead(host, '1'),
    leads: 'next',
    shows: (host, t) => t.same(host.participant?.heard, ['Hello']),
  },
  {
    what: 'a file in a bucket, of which prompts/ has one of the name',
    parameters: { Media: { ...media, Uri: 's3://bucket/a/welcome.wav' } },
    leads: 'next',
    shows: (host, t) => t.same(host.participant?.heard, ['<p-welcome>']),
  },
  {
    what: 'a file that is fetched',
    parameters: { Media: media },
    given: (host) => can(host, { fetchPrompt: async (uri) => `fetched ${uri}` }),
    leads: 'next',
    shows: (host, t) => t.same(host.participant?.heard, ['<fetched s3://bucket/a.wav>']),
  },
  {
    what: 'a file that is not to be had',
    parameters: { Media: media },
    given: (host) => can(host, { fetchPrompt: async () => undefined }),
    leads: 'NoMatchingError',
    result: /not to be had/,
  },
])

const menu = { Text: 'Press 1', StoreInput: 'False', InputTimeLimitSeconds: '5' }
const store = (rest: Record<string, unknown> = {}) => ({
  Text: 'Your number',
  StoreInput: 'True',
  InputTimeLimitSeconds: '7',
  InputValidation: { CustomValidation: { MaximumLength: '4' } },
  ...rest,
})
const phone = (NumberFormat: string, CountryCode?: string) =>
  store({ InputValidation: { PhoneNumberValidation: { NumberFormat, ...(CountryCode ? { CountryCode } : {}) } } })

table('GetParticipantInput', [
  {
    what: 'the key of a condition',
    parameters: menu,
    conditions: ['1', '2'],
    given: digits('2'),
    leads: '= 2',
    result: '2',
  },
  { what: 'star and hash are keys', parameters: menu, conditions: ['*', '#'], given: digits('#'), leads: '= #' },
  { what: 'another key', parameters: menu, conditions: ['1'], given: digits('9'), leads: 'NoMatchingCondition' },
  { what: 'no key', parameters: menu, conditions: ['1'], leads: 'InputTimeLimitExceeded' },
  {
    what: 'a menu asks for one digit, without terminator or cancel key',
    parameters: menu,
    leads: 'InputTimeLimitExceeded',
    shows: (host, t) =>
      t.same(host.participant?.asked, [
        {
          prompt: [{ kind: 'text', text: 'Press 1', ssml: false }],
          firstDigitTimeoutMs: 5000,
          interDigitTimeoutMs: 5000,
          maximumDigits: 1,
          terminator: '',
          cancelKey: false,
        },
      ]),
  },
  {
    what: 'StoreInput left out is a menu',
    parameters: { PromptId: 'welcome', InputTimeLimitSeconds: 5 },
    conditions: ['1'],
    given: digits('1'),
    leads: '= 1',
  },
  {
    what: 'an entry is stored',
    parameters: store(),
    given: digits('1234'),
    leads: 'next',
    result: '1234',
    shows: (host, t) =>
      t.match(host.participant?.asked[0], {
        firstDigitTimeoutMs: 7000,
        interDigitTimeoutMs: 5000,
        maximumDigits: 4,
        terminator: '#',
        cancelKey: true,
      }),
  },
  { what: 'nothing entered is stored as Timeout', parameters: store(), leads: 'next', result: 'Timeout' },
  {
    what: 'the terminator alone is nothing entered',
    parameters: store(),
    given: digits(''),
    leads: 'next',
    result: 'Timeout',
  },
  {
    what: 'terminator, cancel key and gap as configured',
    parameters: store({
      DTMFConfiguration: { InputTerminationSequence: '##', DisableCancelKey: 'True', InterdigitTimeLimitSeconds: '2' },
    }),
    leads: 'next',
    shows: (host, t) =>
      t.match(host.participant?.asked[0], { interDigitTimeoutMs: 2000, terminator: '##', cancelKey: false }),
  },
  {
    what: 'a local number',
    parameters: phone('Local', 'US'),
    given: digits('2065550100'),
    leads: 'next',
    result: '+12065550100',
  },
  {
    what: 'an international number',
    parameters: phone('E164'),
    given: digits('442079460100'),
    leads: 'next',
    result: '+442079460100',
  },
  { what: 'no number', parameters: phone('Local', 'US'), given: digits('123'), leads: 'InvalidPhoneNumber' },
  { what: 'no number keyed in at all', parameters: phone('Local', 'US'), leads: 'next', result: 'Timeout' },
  {
    what: 'a country that is none',
    parameters: phone('Local', 'XX'),
    given: digits('2065550100'),
    leads: 'InvalidPhoneNumber',
  },
  {
    what: 'no validation',
    parameters: store({ InputValidation: {} }),
    leads: 'NoMatchingError',
    result: /InputValidation is missing/,
  },
  {
    what: 'a length that is none',
    parameters: store({ InputValidation: { CustomValidation: { MaximumLength: 'many' } } }),
    leads: 'NoMatchingError',
  },
  { what: 'no time', parameters: { Text: 'x' }, leads: 'NoMatchingError' },
  {
    what: 'a flag that is none',
    parameters: { ...menu, StoreInput: 'perhaps' },
    leads: 'NoMatchingError',
    result: /neither true nor false/,
  },
  {
    what: 'the buffer, where there is none',
    parameters: { EnableDTMFBuffer: 'true' },
    leads: 'NoMatchingError',
    result: /ahead of time/,
  },
  {
    what: 'the buffer starts',
    parameters: { EnableDTMFBuffer: 'true' },
    given: (host) => typedAhead(host, ''),
    leads: 'next',
    shows: (host, t) => t.same([host.participant?.digitBuffer?.length, host.participant?.heard], [0, []]),
  },
  {
    what: 'the buffer stops, and what was typed is kept',
    parameters: { EnableDTMFBuffer: 'false', StoreInput: 'true' },
    given: (host) => typedAhead(host, '4711'),
    leads: 'next',
    result: '4711',
    shows: (host, t) => t.equal(host.participant?.digitBuffer?.length, 0),
  },
  {
    what: 'the buffer stops, and what was typed is forgotten',
    parameters: { EnableDTMFBuffer: 'false' },
    given: (host) => typedAhead(host, '4711'),
    leads: 'next',
  },
  {
    what: 'a prompt that is not there',
    parameters: { PromptId: 'x', InputTimeLimitSeconds: '5' },
    leads: 'NoMatchingError',
  },
  { what: 'a chat', parameters: menu, given: chat, leads: 'NoMatchingError' },
  { what: 'nobody on the line', parameters: menu, given: nobody, leads: 'NoMatchingError' },
])
checkTable('GetParticipantInput', [
  [menu, undefined, ['1', '*', '#']],
  [{ ...menu, InputTimeLimitSeconds: '$.Attributes.seconds' }, undefined, ['1']],
  [menu, /not one key/, ['12']],
  [menu, /not one key/, ['NumberGreaterThan 3']],
  [{ Text: 'x' }, /InputTimeLimitSeconds is missing/],
  [{ ...menu, InputTimeLimitSeconds: '0' }, /InputTimeLimitSeconds is "0"/],
  [{ ...menu, InputTimeLimitSeconds: '700' }, undefined, ['1']],
  [{ InputTimeLimitSeconds: '5' }, undefined, ['1']],
  [{ ...menu, InputValidation: {} }, /only for stored input/],
  [store(), undefined],
  [store(), /no conditions/, ['1']],
  [store({ InputValidation: undefined }), /None of PhoneNumberValidation, CustomValidation/],
  [store({ InputValidation: { CustomValidation: { MaximumLength: '0' } } }), /MaximumLength is "0"/],
  [store({ InputValidation: { CustomValidation: { MaximumLength: '1024' } } }), /No more than 1000 digits/],
  [{ Text: 'x', LexV2Bot: { AliasArn: 'x' } }, /LexV2Bot is for ConnectParticipantWithLexBot/],
  [phone('Local', 'GB'), undefined],
  [phone('Local'), /needs a country/],
  [phone('National'), /NumberFormat is "National"/],
  [store({ DTMFConfiguration: { InputTerminationSequence: 'abc' } }), /InputTerminationSequence is "abc"/],
  [store({ DTMFConfiguration: { InterdigitTimeLimitSeconds: '60' } }), /InterdigitTimeLimitSeconds is "60"/],
  [store({ InputEncryption: { EncryptionKeyId: 'k', Key: 'pem' } }), undefined],
  [store({ InputEncryption: { Key: 'pem' } }), /EncryptionKeyId is missing/],
  [{ EnableDTMFBuffer: 'true' }, undefined],
  [{ EnableDTMFBuffer: 'perhaps' }, /EnableDTMFBuffer is "perhaps"/],
  [{ ...menu, MaxDigits: 1 }, /^warning Parameters.MaxDigits/],
])

const loop = (Messages: unknown, rest: Record<string, unknown> = {}) => ({
  Messages,
  InterruptFrequencySeconds: '30',
  ...rest,
})
table('MessageParticipantIteratively', [
  {
    what: 'the list, until the interrupt',
    parameters: loop([{ Text: 'Please wait' }, { PromptId: 'music' }, { SSML: '<speak>x</speak>' }]),
    conditions: ['MessagesInterrupted'],
    leads: '= MessagesInterrupted',
    shows: (host, t) => {
      t.same(host.participant?.heard, ['Please wait', '<p-music>', '<speak>x</speak>'])
      t.same(host.participant?.interrupts, [30_000])
    },
  },
  { what: 'an empty list', parameters: loop([]), leads: 'NoMatchingError' },
  { what: 'no list', parameters: { Messages: 'music' }, leads: 'NoMatchingError' },
  {
    what: 'one prompt that is not there',
    parameters: loop([{ Text: 'x' }, { PromptId: 'nothing' }]),
    leads: 'NoMatchingError',
  },
  { what: 'a file in a bucket', parameters: loop([{ Media: media }]), leads: 'NoMatchingError' },
  {
    what: 'an interrupt at once',
    parameters: loop([{ Text: 'x' }], { InterruptFrequencySeconds: '0' }),
    leads: 'NoMatchingError',
  },
  { what: 'a chat', parameters: loop([{ Text: 'x' }]), given: chat, leads: 'NoMatchingError' },
])
checkTable(
  'MessageParticipantIteratively',
  [
    [{ Messages: [{ Text: 'x' }] }, undefined],
    [loop([{ PromptId: 'music' }]), undefined, ['MessagesInterrupted']],
    [loop([{ PromptId: 'music' }]), /branch MessagesInterrupted is missing/],
    [{ Messages: [] }, /at least one entry/],
    [{ Messages: [{ Text: 'x' }, {}] }, /Parameters.Messages\[1\]: None of/],
    [{ Messages: [{ PromptId: 'nothing' }] }, /no prompt nothing/],
    [
      loop([{ Text: 'x' }], { ContinueMessagingDuringInterrupt: 'true' }),
      /^warning .*stop at the interrupt/,
      ['MessagesInterrupted'],
    ],
  ],
  'customerQueue',
)

table('DisconnectParticipant', [
  { what: 'drops the party', parameters: {}, leads: 'disconnect' },
  { what: 'nobody to drop', parameters: {}, given: nobody, leads: 'ended' },
])
