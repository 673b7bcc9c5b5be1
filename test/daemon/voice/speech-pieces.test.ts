// Where a text is cut, so that its first words are heard early.
import t from 'tap'
import { plainText } from '../../../daemon/voice/markup-for-engines.ts'
import { cutIntoPieces, type SpeechPiece } from '../../../daemon/voice/speech-pieces.ts'
import { readSsml } from '../../../daemon/voice/ssml.ts'

const wordsOf = (pieces: SpeechPiece[]) => pieces.map(({ events }) => plainText(events))
const cut = (text: string) => cutIntoPieces([{ type: 'text', text }], { atPauses: false, atSentences: true })
const sentence = (number: number) => `This is the sentence with the number ${number}.`
const sentences = (count: number) => Array.from({ length: count }, (_, index) => sentence(index + 1)).join(' ')

const cases: [what: string, text: string, pieces: string[]][] = [
  ['a short text is one breath', 'Hello. How are you?', ['Hello. How are you?']],
  ['the first piece ends with the first sentence', sentences(4), [sentence(1), [2, 3, 4].map(sentence).join(' ')]],
  [
    'the others are longer',
    sentences(9),
    [sentence(1), [2, 3, 4, 5].map(sentence).join(' '), [6, 7, 8, 9].map(sentence).join(' ')],
  ],
  [
    'a very short first sentence takes the next along',
    `Hello! ${sentences(4)}`,
    [`Hello! ${sentence(1)}`, [2, 3, 4].map(sentence).join(' ')],
  ],
  [
    'titles, initials and abbreviations end no sentence',
    `${'You are connected with the practice of '}Dr. J. Smith and Mrs. Miller in St. Ives, e.g. for an appointment. ${sentences(2)}`,
    [
      'You are connected with the practice of Dr. J. Smith and Mrs. Miller in St. Ives, e.g. for an appointment.',
      sentences(2),
    ],
  ],
  [
    'amounts are not cut',
    `You owe us 1.234.567,89 euros. ${sentences(3)}`,
    ['You owe us 1.234.567,89 euros.', sentences(3)],
  ],
  [
    'a long first sentence ends with a clause',
    `${'one two three four five '.repeat(6)}six, seven eight nine, ten. ${sentences(1)}`,
    [`${'one two three four five '.repeat(6)}six,`, `seven eight nine, ten. ${sentences(1)}`],
  ],
  [
    'Japanese',
    `${'今日は晴れです。'.repeat(16)}`,
    ['今日は晴れです。今日は晴れです。今日は晴れです。', '今日は晴れです。'.repeat(13)],
  ],
  ['a text without any end', 'x'.repeat(3000), ['x'.repeat(3000)]],
]
for (const [what, text, pieces] of cases)
  t.test(what, async (t) => {
    t.same(wordsOf(cut(text)), pieces)
  })

t.test('a speaker pauses between the pieces, not behind the last', async (t) => {
  t.same(
    cut(sentences(9)).map(({ leadingPauseMs, trailingPauseMs }) => [leadingPauseMs, trailingPauseMs]),
    [
      [0, 350],
      [0, 350],
      [0, 0],
    ],
  )
})

t.test('what is open over a cut is closed, and opened again', async (t) => {
  const ssml = `<speak><prosody rate="slow">${sentences(2)}</prosody> <lang xml:lang="fr-FR">${sentences(5)}</lang></speak>`
  for (const { events } of cutIntoPieces(readSsml(ssml), { atPauses: false, atSentences: true })) {
    const open: string[] = []
    for (const event of events) {
      if (event.type === 'open') open.push(event.name)
      if (event.type === 'close') t.equal(event.name, open.pop())
      if (event.type === 'text' && event.text.trim() !== '') t.same(open.length, 1, event.text)
    }
    t.same(open, [])
  }
})

t.test('a pause in the text takes the place of the speaker’s own', async (t) => {
  const ssml = `<speak>${sentence(1)}<break time="2s"/>${sentences(4)}</speak>`
  const pieces = cutIntoPieces(readSsml(ssml), { atPauses: false, atSentences: true })
  t.equal(pieces[0]?.trailingPauseMs, 2000)
})

t.test('words that belong together stay together', async (t) => {
  const ssml = `<speak>${sentence(1)} <say-as interpret-as="address">${sentences(4)}</say-as></speak>`
  const pieces = cutIntoPieces(readSsml(ssml), { atPauses: false, atSentences: true })
  t.same(wordsOf(pieces), [sentence(1), sentences(4)])
})

t.test('for engines without pauses each pause is a cut', async (t) => {
  const ssml = '<speak><break time="1s"/>One<break time="200ms"/>two<break time="3s"/></speak>'
  const pieces = cutIntoPieces(readSsml(ssml), { atPauses: true, atSentences: false })
  t.same(wordsOf(pieces), ['One', 'two'])
  t.same(
    pieces.map(({ leadingPauseMs, trailingPauseMs }) => [leadingPauseMs, trailingPauseMs]),
    [
      [1000, 200],
      [0, 3000],
    ],
  )
})

t.test('nothing is one piece of nothing', async (t) => {
  t.same(wordsOf(cut('')), [''])
})

t.test('a hostile text is cut in no time', async (t) => {
  const startMs = performance.now()
  for (const text of [
    '. '.repeat(3000),
    'a. '.repeat(2000),
    `${'('.repeat(3000)}.`,
    ' '.repeat(6000),
    '."'.repeat(3000),
  ])
    cut(text)
  const tookMs = performance.now() - startMs
  t.ok(tookMs < 1000, `${tookMs.toFixed(0)} ms`)
})
