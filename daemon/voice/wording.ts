// Elements that only stand for other words (say-as, sub) become those words, for voices that know no such elements.
import type { SsmlEvent } from './ssml.ts'

type Spelling = 'digits' | 'characters' | 'ordinal' | 'silent' | undefined

interface Open {
  name: string
  spelling: Spelling
}

/** What is left: text, pauses, and all elements but say-as, sub, phoneme and w. */
export function wordsOf(events: readonly SsmlEvent[]): SsmlEvent[] {
  const words: SsmlEvent[] = []
  const open: Open[] = []
  for (const event of events) {
    const spelling = open.at(-1)?.spelling
    if (event.type === 'open') {
      open.push({ name: event.name, spelling: spellingOf(event) ?? spelling })
      const alias = event.name === 'sub' ? event.attributes.get('alias') : undefined
      if (alias !== undefined && spelling !== 'silent') words.push({ type: 'text', text: spell(alias, spelling) })
      if (!isWording(event.name)) words.push(event)
    } else if (event.type === 'close') {
      open.pop()
      if (!isWording(event.name)) words.push(event)
    } else if (event.type === 'pause') words.push(event)
    else if (spelling !== 'silent') words.push({ type: 'text', text: spell(event.text, spelling) })
  }
  return words
}

function isWording(name: string): boolean {
  return name === 'say-as' || name === 'sub' || name === 'phoneme' || name === 'w'
}

function spellingOf({ name, attributes }: SsmlEvent & { type: 'open' }): Spelling {
  if (name === 'sub' && attributes.has('alias')) return 'silent'
  if (name !== 'say-as') return undefined
  switch (attributes.get('interpret-as')) {
    case 'digits':
    case 'telephone':
      return 'digits'
    case 'characters':
    case 'spell-out':
    case 'verbatim':
      return 'characters'
    case 'ordinal':
      return 'ordinal'
    // Polly bleeps it.
    case 'expletive':
      return 'silent'
    default:
      return undefined
  }
}

/** Characters stand alone, so that the voice says each by its name. */
function spell(text: string, how: Spelling): string {
  if (how === 'digits') return text.replace(/[0-9]/g, ' $& ').replace(/[()-]/g, ' ')
  if (how === 'characters') return [...text.toUpperCase()].filter((character) => character.trim() !== '').join(', ')
  if (how === 'ordinal') return text.replace(/\b[0-9]{1,9}\b/g, (digits) => `${digits}${ordinalEnding(digits)}`)
  return text
}

/** English, as voices of other languages have no way to be told. */
function ordinalEnding(digits: string): string {
  if (/1[123]$/.test(digits)) return 'th'
  return { 1: 'st', 2: 'nd', 3: 'rd' }[digits.at(-1) ?? ''] ?? 'th'
}
