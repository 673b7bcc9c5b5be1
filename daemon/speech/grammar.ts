// What may be said, as a JSpeech grammar for PocketSphinx, and the words of it for its dictionary. Pure.
import type { ExpectedSpeech } from './recogniser.ts'

export interface Grammar {
  jsgf: string
  words: ReadonlySet<string>
  /** Phrases left out, because a word of them is not in the dictionary. */
  unknownPhrases: readonly string[]
}

/** Bounds what one flow can ask of the program. */
const mostPhrases = 2000
const longestPhraseWords = 20

const digitNames = ['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine']
const teens = [
  'ten',
  'eleven',
  'twelve',
  'thirteen',
  'fourteen',
  'fifteen',
  'sixteen',
  'seventeen',
  'eighteen',
  'nineteen',
]
const tens = ['twenty', 'thirty', 'forty', 'fifty', 'sixty', 'seventy', 'eighty', 'ninety']

/** Begins the name of a sound that stands for itself; no word of a phrase has the sign. */
const soundSign = '@'
/** The sounds of the model (CMU's phone set). */
export const sounds =
  'AA AE AH AO AW AY B CH D DH EH ER EY F G HH IH IY JH K L M N NG OW OY P R S SH T TH UH UW V W Y Z ZH'.split(' ')

/** `isKnown`: whether the dictionary has the word. Undefined when nothing is left that could be said. */
export function grammarOf(
  expected: ExpectedSpeech,
  isKnown: (word: string) => boolean,
  strict: boolean,
): Grammar | undefined {
  const words = new Set<string>()
  const phrases = new Set<string>()
  const unknownPhrases: string[] = []
  for (const phrase of expected.phrases.slice(0, mostPhrases)) {
    const spoken = wordsOf(phrase)
    if (spoken.length === 0 || spoken.length > longestPhraseWords || !spoken.every(isKnown)) unknownPhrases.push(phrase)
    else {
      phrases.add(spoken.join(' '))
      for (const word of spoken) words.add(word)
    }
  }
  const rules = [...phrases]
  let extra = ''
  if (expected.digits) {
    for (const word of [...digitNames, 'oh']) words.add(word)
    extra += `<digit> = ${digitNames.join(' | ')} | oh;\n`
    rules.push(digitsRule(expected.digits))
  }
  if (rules.length === 0) return undefined
  if (strict) extra += `<other> = (${sounds.map((sound) => soundWord(sound)).join(' | ')})+;\n`
  const jsgf = `#JSGF V1.0;\ngrammar expected;\npublic <expected> = ${[...rules, ...(strict ? ['<other>'] : [])].join(' | ')};\n${extra}`
  return { jsgf, words, unknownPhrases }
}

/** Lines that give each sound a word of its own. */
export function soundDictionary(): string {
  return sounds.map((sound) => `${soundWord(sound)} ${sound}\n`).join('')
}

/** What was understood, of the program's own words; empty when it was none of the phrases. */
export function understood(hypothesis: string): string {
  return hypothesis.includes(soundSign) ? '' : hypothesis.trim()
}

function soundWord(sound: string): string {
  return `${soundSign}${sound.toLowerCase()}`
}

function digitsRule({ minimum, maximum }: { minimum: number; maximum: number }): string {
  const least = Math.max(1, Math.min(minimum, 30))
  const most = Math.max(least, Math.min(maximum, 30))
  const needed = Array(least).fill('<digit>').join(' ')
  const more = most - least
  return `${needed}${' [<digit>'.repeat(more)}${']'.repeat(more)}`
}

/** Plain lower-case words; numbers as they are said. Signs that JSGF has a meaning for can't get through. */
export function wordsOf(phrase: string): string[] {
  return phrase
    .toLowerCase()
    .replaceAll('’', "'")
    .replace(/[0-9]+/g, (digits) => ` ${numberWords(digits)} `)
    .split(/[^a-zà-öø-ÿ']+/)
    .map((word) => word.replace(/^'+|'+$/g, ''))
    .filter((word) => word !== '')
}

/** Up to 99 as a number, the rest digit by digit. */
function numberWords(digits: string): string {
  const value = Number(digits)
  if (digits.length > 2 || digits.startsWith('0'))
    return [...digits].map((digit) => digitNames[Number(digit)]).join(' ')
  if (value < 10) return digitNames[value] ?? ''
  if (value < 20) return teens[value - 10] ?? ''
  const ten = tens[Math.floor(value / 10) - 2] ?? ''
  return value % 10 === 0 ? ten : `${ten} ${digitNames[value % 10]}`
}
