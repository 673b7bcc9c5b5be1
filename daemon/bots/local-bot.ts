// The dialog of a bot that understands on the box: a pure function from what is known and what was said to what is
// known then and what to say.
//
//   nothing known ─ intent understood ─▶ slot missing: ElicitSlot ⟲ answers ─▶ all known: ReadyForFulfillment
//        └─ none: fallback intent              └─ too many answers not understood: Failed
import type { BotExpectation, BotMessage, DialogState, IntentDefinition, LocalBotDefinition } from './bots.ts'
import { keyedSlotValue, mostKeys, slotPhrases, slotValue } from './slot-values.ts'
import type { DateContext } from './spoken-dates.ts'
import { type CompiledIntent, compileIntent, type IntentMatch, matchIntents } from './utterances.ts'
import { wordsOf } from './words.ts'

export interface LocalBot {
  definition: LocalBotDefinition
  intents: CompiledIntent[]
}

/** A dialog under way: an intent with a slot that is asked for. */
export interface Dialog {
  match: IntentMatch
  alternates: IntentMatch[]
  eliciting: string
  /** Answers not understood since the slot was asked for. */
  misses: number
}

export interface Turn {
  /** Absent when the dialog is done. */
  dialog?: Dialog
  state: DialogState
  /** Of the fallback intent no confidence is known. */
  match: Omit<IntentMatch, 'confidence'> & { confidence?: number }
  alternates: IntentMatch[]
  messages: BotMessage[]
}

export type Said = { text: string } | { keys: string }

/** Words of a text that are looked at. */
const mostWords = 100
/** Interpretations beside the first, as many as Lex gives. */
const mostAlternates = 4

export function compileBot(definition: LocalBotDefinition): LocalBot {
  return { definition, intents: definition.intents.map(compileIntent) }
}

export function takeTurn(bot: LocalBot, dialog: Dialog | undefined, said: Said, context: DateContext): Turn {
  const words = 'text' in said ? wordsOf(said.text).slice(0, mostWords) : []
  const slot = dialog?.match.intent.slots.find(({ name }) => name === dialog.eliciting)
  if (!dialog || !slot) return begin(bot, said, words, context)
  const value = 'keys' in said ? keyedSlotValue(slot, said.keys, context) : spokenValue()
  if (value !== undefined) {
    const slots = { ...dialog.match.slots, [slot.name]: value }
    return goOn({ ...dialog.match, slots }, dialog.alternates)
  }
  // A caller who says something else, and says it plainly, has changed their mind.
  const [other] = matchIntents(bot.intents, words, context)
  if (other?.confidence === 1 && other.intent !== dialog.match.intent) return goOn(other, dialog.alternates)
  const misses = dialog.misses + 1
  if (misses >= slot.attempts)
    return { state: 'Failed', match: dialog.match, alternates: dialog.alternates, messages: [] }
  return elicit(dialog.match, dialog.alternates, slot.name, slot.retryPrompt ?? slot.prompt, misses)

  function spokenValue(): string | undefined {
    if (!slot || !('text' in said)) return undefined
    return slot.type === 'text' ? said.text.trim() || undefined : slotValue(slot, words, context)
  }
}

/** What may be said or pressed next. */
export function expectation({ definition, intents }: LocalBot, dialog: Dialog | undefined): BotExpectation {
  const slot = dialog?.match.intent.slots.find(({ name }) => name === dialog.eliciting)
  if (slot)
    return {
      phrases: slotPhrases(slot),
      maximumDigits: mostKeys(slot),
      slot: { intent: dialog!.match.intent.name, name: slot.name, type: slot.type },
      ...(slot.type === 'digits' && { digits: { minimum: slot.minimumDigits, maximum: slot.maximumDigits } }),
    }
  const phrases = intents.flatMap(({ utterances }) =>
    utterances
      .filter((parts) => parts.every((part) => 'word' in part))
      .map((parts) => parts.map((part) => ('word' in part ? part.word : '')).join(' ')),
  )
  const keys = definition.intents.flatMap(({ dtmf }) => dtmf.map((entry) => entry.length))
  const isMute = intents.every(({ utterances }) => utterances.length === 0)
  return {
    phrases: [...new Set(phrases)],
    maximumDigits: Math.max(1, ...keys),
    ...(isMute && { keysOnly: true }),
  }
}

function begin(bot: LocalBot, said: Said, words: readonly string[], context: DateContext): Turn {
  const { intents, confidenceThreshold } = bot.definition
  if ('keys' in said) {
    const intent = intents.find(({ dtmf }) => dtmf.includes(said.keys))
    return intent ? goOn({ intent, confidence: 1, slots: {} }, []) : fallback(bot.definition, [])
  }
  const matches = matchIntents(bot.intents, words, context).slice(0, mostAlternates + 1)
  const [best, ...others] = matches
  if (!best || best.confidence < confidenceThreshold) return fallback(bot.definition, matches.slice(0, mostAlternates))
  return goOn(best, others)
}

/** Asks for the next slot that must be known and is not; with none left the dialog is done. */
function goOn(match: IntentMatch, alternates: IntentMatch[]): Turn {
  const missing = match.intent.slots.find(
    ({ name, prompt }) => prompt !== undefined && !Object.hasOwn(match.slots, name),
  )
  if (missing) return elicit(match, alternates, missing.name, missing.prompt, 0)
  return { state: 'ReadyForFulfillment', match, alternates, messages: messages(match.intent.closing) }
}

function elicit(
  match: IntentMatch,
  alternates: IntentMatch[],
  eliciting: string,
  prompt: string | undefined,
  misses: number,
): Turn {
  const dialog: Dialog = { match, alternates, eliciting, misses }
  return { dialog, state: 'ElicitSlot', match, alternates, messages: messages(prompt) }
}

/** As in Lex, the fallback intent is at once ready; an intent of its name says what is said then. */
function fallback({ intents, fallbackIntent }: LocalBotDefinition, alternates: IntentMatch[]): Turn {
  const declared = intents.find(({ name }) => name === fallbackIntent)
  const intent: IntentDefinition = declared ?? { name: fallbackIntent, utterances: [], dtmf: [], slots: [] }
  const match = { intent, slots: {} }
  return { state: 'ReadyForFulfillment', match, alternates, messages: messages(intent.closing) }
}

function messages(text: string | undefined): BotMessage[] {
  if (text === undefined) return []
  return [{ text, type: /^\s*<speak[\s>]/.test(text) ? 'SSML' : 'PlainText' }]
}
