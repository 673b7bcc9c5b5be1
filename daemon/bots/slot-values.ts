// What an answer means for a slot: the value, from words or from keys, or nothing when it does not fit the slot.
import type { SlotDefinition } from './bots.ts'
import { spokenDigits, spokenNumber } from './number-words.ts'
import { type DateContext, keyedDate, spokenDate } from './spoken-dates.ts'
import { wordsOf } from './words.ts'

const yes = new Set([
  'yes',
  'yeah',
  'yep',
  'yup',
  'sure',
  'correct',
  'right',
  'ok',
  'okay',
  'true',
  'absolutely',
  'ja',
  'oui',
])
const no = new Set([
  'no',
  'nope',
  'nah',
  'not',
  "don't",
  'wrong',
  'incorrect',
  'negative',
  'false',
  'never',
  'nein',
  'non',
])

/** `words` are those of the whole text, or of the part of an utterance where the slot stands. */
export function slotValue(slot: SlotDefinition, words: readonly string[], context: DateContext): string | undefined {
  switch (slot.type) {
    case 'digits':
      return fittingDigits(slot, spokenDigits(words))
    case 'number':
      return spokenNumber(words)?.toString()
    case 'yesNo':
      if (words.some((word) => no.has(word))) return 'No'
      return words.some((word) => yes.has(word)) ? 'Yes' : undefined
    case 'date':
      return spokenDate(words, context)
    case 'choice':
      return chosen(slot, words)
    case 'text':
      return words.length > 0 ? words.join(' ') : undefined
  }
}

export function keyedSlotValue(slot: SlotDefinition, keys: string, context: DateContext): string | undefined {
  switch (slot.type) {
    case 'digits':
      return fittingDigits(slot, keys)
    case 'number':
      return /^[0-9]{1,15}$/.test(keys) ? String(Number(keys)) : undefined
    case 'yesNo':
      return keys === '1' ? 'Yes' : keys === '2' ? 'No' : undefined
    case 'date':
      return keyedDate(keys, context)
    case 'choice':
      return slot.choices.find(({ dtmf }) => dtmf === keys)?.value
    case 'text':
      return keys === '' ? undefined : keys
  }
}

/** Most keys an answer may have. */
export function mostKeys(slot: SlotDefinition): number {
  switch (slot.type) {
    case 'digits':
      return slot.maximumDigits
    case 'number':
      return 15
    case 'yesNo':
      return 1
    case 'date':
      return 8
    case 'choice':
      return Math.max(1, ...slot.choices.map(({ dtmf }) => dtmf?.length ?? 0))
    case 'text':
      return 1024
  }
}

/** What can be said for a slot, as far as it can be listed. */
export function slotPhrases(slot: SlotDefinition): string[] {
  if (slot.type === 'yesNo') return ['yes', 'no']
  if (slot.type !== 'choice') return []
  return slot.choices.flatMap(({ value, synonyms }) => [value, ...synonyms])
}

function fittingDigits({ minimumDigits, maximumDigits }: SlotDefinition, digits: string): string | undefined {
  const fits = /^[0-9]+$/.test(digits) && digits.length >= minimumDigits && digits.length <= maximumDigits
  return fits ? digits : undefined
}

/** The choice whose words stand in the answer one after the other; of several the one with most words. */
function chosen(slot: SlotDefinition, words: readonly string[]): string | undefined {
  let best: { value: string; length: number } | undefined
  for (const { value, synonyms } of slot.choices)
    for (const phrase of [value, ...synonyms]) {
      const sought = wordsOf(phrase)
      if (sought.length > (best?.length ?? 0) && includesRun(words, sought)) best = { value, length: sought.length }
    }
  return best?.value
}

function includesRun(words: readonly string[], sought: readonly string[]): boolean {
  return words.some((_, start) => sought.every((word, index) => words[start + index] === word))
}
