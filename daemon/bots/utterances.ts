// How likely a text means an intent: its utterances are compiled once, and held against the words of the text.
//
//   whole utterance 1 · utterance inside the text 0.5 to 0.95, by how much of the text it covers · most of its words 0 to 0.8
import type { IntentDefinition, SlotDefinition } from './bots.ts'
import { slotValue } from './slot-values.ts'
import type { DateContext } from './spoken-dates.ts'
import { isFiller, wordsOf } from './words.ts'

type Part = { word: string } | { slot: SlotDefinition }

export interface CompiledIntent {
  intent: IntentDefinition
  utterances: Part[][]
}

export interface IntentMatch {
  intent: IntentDefinition
  /** 0 to 1. */
  confidence: number
  slots: Record<string, string>
}

/** A slot inside an utterance takes at most so many words. */
const longestSlotWords = 12
/** Of an utterance's words so many must be there for it to count at all. */
const leastRecall = 0.6

/** `{name}` of no slot of the intent is the configuration's fault and told there; here it is left out. */
export function compileIntent(intent: IntentDefinition): CompiledIntent {
  const utterances = intent.utterances.map((utterance) =>
    utterance.split(/(\{[^}]*\})/).flatMap((piece): Part[] => {
      if (!piece.startsWith('{')) return wordsOf(piece).map((word) => ({ word }))
      const slot = intent.slots.find(({ name }) => name === piece.slice(1, -1).trim())
      return slot ? [{ slot }] : []
    }),
  )
  return { intent, utterances: utterances.filter((parts) => parts.length > 0) }
}

/** Every intent that may be meant, likeliest first; equally likely ones in the order of the bot. */
export function matchIntents(
  intents: readonly CompiledIntent[],
  words: readonly string[],
  context: DateContext,
): IntentMatch[] {
  return intents
    .map(({ intent, utterances }) => {
      const best: IntentMatch = { intent, confidence: 0, slots: {} }
      for (const parts of utterances) {
        const match = matchUtterance(parts, words, context)
        if (match.confidence > best.confidence) Object.assign(best, match)
      }
      return best
    })
    .filter(({ confidence }) => confidence > 0)
    .sort((a, b) => b.confidence - a.confidence)
}

type UtteranceMatch = Omit<IntentMatch, 'intent'>

function matchUtterance(parts: readonly Part[], words: readonly string[], context: DateContext): UtteranceMatch {
  let best: UtteranceMatch = { confidence: 0, slots: {} }
  const attempt: Attempt = { parts, words, context, hopeless: new Set() }
  for (let start = 0; start < words.length; start++) {
    const found = matchFrom(attempt, 0, start)
    if (!found) continue
    const around = [...words.slice(0, start), ...words.slice(found.end)]
    const confidence = confidenceInside(found.end - start, around)
    if (confidence > best.confidence) best = { confidence, slots: found.slots }
  }
  return best.confidence > 0 ? best : { confidence: likeness(parts, words), slots: {} }
}

function confidenceInside(covered: number, around: readonly string[]): number {
  if (around.length === 0) return 1
  const other = around.filter((word) => !isFiller(word)).length
  return rounded(0.5 + 0.45 * (covered / (covered + other)))
}

interface Found {
  /** Behind the last word. */
  end: number
  slots: Record<string, string>
}

interface Attempt {
  parts: readonly Part[]
  words: readonly string[]
  context: DateContext
  /** Parts and words that led nowhere: without it, several slots in a long text would take time without end. */
  hopeless: Set<number>
}

/** The utterance from this part and this word on; a slot takes as many words as it can. */
function matchFrom(attempt: Attempt, partIndex: number, start: number): Found | undefined {
  const { parts, words, context, hopeless } = attempt
  const part = parts[partIndex]
  if (!part) return { end: start, slots: {} }
  if ('word' in part) return words[start] === part.word ? matchFrom(attempt, partIndex + 1, start + 1) : undefined
  const place = partIndex * (words.length + 1) + start
  if (hopeless.has(place)) return undefined
  for (let end = Math.min(words.length, start + longestSlotWords); end > start; end--) {
    const value = slotValue(part.slot, words.slice(start, end), context)
    const found = value === undefined ? undefined : matchFrom(attempt, partIndex + 1, end)
    if (found && value !== undefined) return { end: found.end, slots: { ...found.slots, [part.slot.name]: value } }
  }
  hopeless.add(place)
  return undefined
}

/** Words in common, whatever their order: the harmonic mean of how much of either side they are, damped. */
function likeness(parts: readonly Part[], words: readonly string[]): number {
  // A slot's value must be heard where it stands, or be asked for.
  const wanted = new Set(parts.flatMap((part) => ('word' in part && !isFiller(part.word) ? [part.word] : [])))
  const said = new Set(words.filter((word) => !isFiller(word)))
  const common = [...wanted].filter((word) => said.has(word)).length
  if (common === 0 || common / wanted.size < leastRecall) return 0
  return rounded((0.8 * 2 * common) / (wanted.size + said.size))
}

function rounded(confidence: number): number {
  return Math.round(confidence * 100) / 100
}
