// A text cut where a speaker would breathe, so that the first piece is heard while the rest is still being made. Pauses
// at the ends of a piece are told apart from the speech: the speech is trimmed of silence, they are not.
import type { SsmlEvent } from './ssml.ts'

export interface SpeechPiece {
  /** Whole by itself: what is open over the cut is closed and opened again. Pauses in it lie between words. */
  events: readonly SsmlEvent[]
  leadingPauseMs: number
  trailingPauseMs: number
}

/** What comes after the last words: how good a place to cut it is, and how long a speaker pauses there. */
type Boundary = 'none' | 'clause' | 'sentence' | 'paragraph'

const boundaryMs: Readonly<Record<Boundary, number>> = { none: 0, clause: 150, sentence: 350, paragraph: 600 }

/** A text no longer than this is said in one breath. */
const wholeCharacters = 120
/** From this length a piece ends with its sentence: the first soon, the others with few programs to run. */
const firstCharacters = 20
const nextCharacters = 160
/** From this length a piece ends with its clause. */
const firstClauseCharacters = 120
const nextClauseCharacters = 320
/** Of all pauses together at one end. */
const maximumPauseMs = 60_000

export interface CutOptions {
  /** For engines that make no pauses: they become ends of pieces. */
  atPauses: boolean
  /** False: one piece of all, unless pauses cut it. */
  atSentences: boolean
}

/** At least one piece. */
export function cutIntoPieces(events: readonly SsmlEvent[], options: CutOptions): SpeechPiece[] {
  const cutter = new Cutter(options, lengthOf(events) > wholeCharacters)
  for (const event of events) cutter.take(event)
  return cutter.finish()
}

function lengthOf(events: readonly SsmlEvent[]): number {
  return events.reduce((length, event) => length + (event.type === 'text' ? event.text.trim().length : 0), 0)
}

class Cutter {
  readonly #options: CutOptions
  readonly #isLong: boolean
  readonly #pieces: SpeechPiece[] = []
  readonly #open: (SsmlEvent & { type: 'open' })[] = []
  #events: SsmlEvent[] = []
  #leadingPauseMs = 0
  /** Pauses since something was last spoken; not yet known to lie between words. */
  #pendingPauseMs = 0
  #characters = 0
  #boundary: Boundary = 'none'

  constructor(options: CutOptions, isLong: boolean) {
    this.#options = options
    this.#isLong = isLong
  }

  take(event: SsmlEvent): void {
    if (event.type === 'text') this.#takeText(event.text)
    else if (event.type === 'pause') this.#takePause(event.ms)
    else if (event.type === 'open') {
      this.#cutIfDue()
      this.#open.push(event)
      this.#events.push(event)
    } else {
      this.#open.pop()
      this.#events.push(event)
      if (this.#characters === 0) return
      if (event.name === 'p') this.#boundary = 'paragraph'
      else if (event.name === 's' && this.#boundary !== 'paragraph') this.#boundary = 'sentence'
    }
  }

  finish(): SpeechPiece[] {
    this.#end(0)
    return this.#pieces
  }

  #takeText(text: string): void {
    for (const { words, boundary } of this.#isCuttable()
      ? sentencesOf(text)
      : [{ words: text, boundary: 'none' as const }]) {
      if (words.trim() === '') {
        if (this.#characters > 0) this.#events.push({ type: 'text', text: ' ' })
        continue
      }
      this.#cutIfDue()
      if (this.#pendingPauseMs > 0) this.#events.push({ type: 'pause', ms: bounded(this.#pendingPauseMs) })
      this.#pendingPauseMs = 0
      this.#events.push({ type: 'text', text: words })
      this.#characters += words.length
      this.#boundary = boundary
    }
  }

  #takePause(ms: number): void {
    if (this.#characters > 0) this.#pendingPauseMs += ms
    else this.#leadingPauseMs += ms
  }

  /** Words that stand for others, or have a sound of their own, stay together. */
  #isCuttable(): boolean {
    const whole = ['say-as', 'sub', 'phoneme', 'w']
    return this.#isLong && this.#options.atSentences && !this.#open.some(({ name }) => whole.includes(name))
  }

  #cutIfDue(): void {
    if (this.#characters === 0) return
    const atPause = this.#options.atPauses && this.#pendingPauseMs > 0
    if (!atPause && !(this.#isCuttable() && this.#isLongEnough())) return
    this.#end(boundaryMs[this.#boundary])
    this.#events.push(...this.#open)
  }

  #isLongEnough(): boolean {
    const isFirst = this.#pieces.length === 0
    if (this.#boundary === 'none') return false
    if (this.#boundary === 'clause') return this.#characters >= (isFirst ? firstClauseCharacters : nextClauseCharacters)
    return this.#characters >= (isFirst ? firstCharacters : nextCharacters)
  }

  /** A pause the text asks for takes the place of the speaker's own. */
  #end(ownPauseMs: number): void {
    const closings = this.#open.map(({ name }): SsmlEvent => ({ type: 'close', name })).reverse()
    this.#pieces.push({
      events: [...this.#events, ...closings],
      leadingPauseMs: bounded(this.#leadingPauseMs),
      trailingPauseMs: bounded(this.#pendingPauseMs > 0 ? this.#pendingPauseMs : ownPauseMs),
    })
    this.#events = []
    this.#leadingPauseMs = 0
    this.#pendingPauseMs = 0
    this.#characters = 0
    this.#boundary = 'none'
  }
}

function bounded(pauseMs: number): number {
  return Math.min(pauseMs, maximumPauseMs)
}

/** End of a sentence or clause, with the quotes that belong to it, and the space behind. */
const endPattern = /([.!?…]["'’”)\]]*|[,;:–—])\s+(?=\S)|[。！？]["'’”」』)]*/gu
const abbreviation =
  /(?:^|[\s(])(?:\p{Lu}|Dr|Mr|Mrs|Ms|St|Prof|No|Nr|Inc|Ltd|Co|Jr|Sr|vs|ca|bzw|approx|[a-z]\.[a-z]|z\.B|u\.a)\.$/u

function* sentencesOf(text: string): Generator<{ words: string; boundary: Boundary }> {
  let start = 0
  for (const match of text.matchAll(endPattern)) {
    const end = match.index + match[0].length
    const words = text.slice(start, end)
    const mark = match[1] ?? match[0]
    const isClause = /^[,;:–—]/.test(mark)
    if (!isClause && mark.startsWith('.') && (abbreviation.test(words.trimEnd()) || /\p{Ll}/u.test(text[end] ?? '')))
      continue
    yield { words, boundary: isClause ? 'clause' : 'sentence' }
    start = end
  }
  if (start < text.length)
    yield { words: text.slice(start), boundary: /[.!?…。！？]\s*$/.test(text) ? 'sentence' : 'none' }
}
