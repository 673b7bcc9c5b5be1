// A text as a list of words, the same however it was written or said: lower case, without punctuation.

/** `3.5`, `1,500`, `2027-03-01`, `don't` and `twenty-one` are one word each. */
const wordPattern = /[\p{L}\p{N}\p{M}]+(?:['.,/-][\p{L}\p{N}\p{M}]+)*/gu
/** Scripts that put no spaces between words. */
const unspaced = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/u

export function wordsOf(text: string): string[] {
  const plain = text.normalize('NFKC').toLowerCase().replaceAll('’', "'")
  if (!unspaced.test(plain)) return plain.match(wordPattern) ?? []
  const segments = new Intl.Segmenter(undefined, { granularity: 'word' }).segment(plain)
  return [...segments].filter(({ isWordLike }) => isWordLike).map(({ segment }) => segment)
}

/** Words that carry no meaning of their own in a request: they neither make nor spoil a match. English. */
const fillers = new Set(
  (
    "a about am an and are at be can could do for from get give go hello hey hi how i i'd i'll i'm i've in is it it's " +
    'just like me my need of okay on or please so some thank thanks that the this to uh um want was well what with ' +
    'would you your'
  ).split(' '),
)

export function isFiller(word: string): boolean {
  return fillers.has(word)
}
