// What may be said, as a grammar; the words of it in a dictionary of CMU's form.
import t from 'tap'
import { grammarOf, understood, wordsOf } from '../../../daemon/speech/grammar.ts'
import { Pronunciations } from '../../../daemon/speech/pronunciations.ts'

const spoken: [phrase: string, words: string][] = [
  ['Yes', 'yes'],
  ['press 1', 'press one'],
  ['room 24', 'room twenty four'],
  ['40', 'forty'],
  ['13', 'thirteen'],
  ['007', 'zero zero seven'],
  ['1234', 'one two three four'],
  ['What’s my balance?', "what's my balance"],
  ["'tis the 'end'", 'tis the end'],
  ['check-in; order | <x> = {y}', 'check in order x y'],
  ['', ''],
  ['!?', ''],
]
for (const [phrase, words] of spoken)
  t.test(`${JSON.stringify(phrase)} is said ${JSON.stringify(words)}`, async (t) => {
    t.equal(wordsOf(phrase).join(' '), words)
  })

const all = () => true

t.test('phrases become alternatives, each once', async (t) => {
  const grammar = grammarOf({ phrases: ['Yes', 'yes!', 'no thanks'] }, all, false)
  t.equal(grammar?.jsgf, '#JSGF V1.0;\ngrammar expected;\npublic <expected> = yes | no thanks;\n')
  t.same([...(grammar?.words ?? [])], ['yes', 'no', 'thanks'])
})

t.test('digits, so many', async (t) => {
  const jsgf = grammarOf({ phrases: [], digits: { minimum: 2, maximum: 4 } }, all, false)?.jsgf
  t.match(jsgf, /<expected> = <digit> <digit> \[<digit> \[<digit>\]\];\n<digit> = zero \| one .* \| nine \| oh;/)
  t.match(grammarOf({ phrases: ['help'], digits: { minimum: 1, maximum: 1 } }, all, false)?.jsgf, /= help \| <digit>;/)
})

t.test('a phrase with a word nobody knows is left out, and named', async (t) => {
  const grammar = grammarOf({ phrases: ['zxqv please', 'yes'] }, (word) => word !== 'zxqv', false)
  t.same([grammar?.unknownPhrases, [...(grammar?.words ?? [])]], [['zxqv please'], ['yes']])
  t.equal(
    grammarOf({ phrases: ['zxqv'] }, () => false, false),
    undefined,
  )
  t.equal(grammarOf({ phrases: [] }, all, false), undefined)
})

t.test('a hostile list is bounded', async (t) => {
  const phrases = Array.from({ length: 10_000 }, (_, index) => `word ${index}`)
  t.ok((grammarOf({ phrases }, all, false)?.jsgf.length ?? 0) < 200_000)
  t.same(grammarOf({ phrases: ['a '.repeat(1000)] }, all, false), undefined)
})

t.test('strict: sounds that are no phrase are understood as nothing', async (t) => {
  t.match(grammarOf({ phrases: ['yes'] }, all, true)?.jsgf, /yes \| <other>;\n<other> = \(@aa \| @ae/)
  t.same(['@aa @b ', 'yes ', ' technical support'].map(understood), ['', 'yes', 'technical support'])
})

t.test('a dictionary gives every pronunciation of a word, and of that word only', async (t) => {
  const file = t.testdir({ dict: 'a AH\na(2) EY\nan AE N\nthe DH AH\nthe(2) DH IY\nzero Z IH R OW' })
  const dictionary = await Pronunciations.load(`${file}/dict`)
  t.equal(dictionary.linesOf('a'), 'a AH\na(2) EY\n')
  t.equal(dictionary.linesOf('the'), 'the DH AH\nthe(2) DH IY\n')
  t.equal(dictionary.linesOf('zero'), 'zero Z IH R OW\n')
  t.same(
    ['an', 'th', 'he', 'x', ''].map((word) => dictionary.has(word)),
    [true, false, false, false, false],
  )
})
