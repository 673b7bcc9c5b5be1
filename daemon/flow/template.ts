// A parameter's text taken apart once, filled in each time its block runs: literal pieces and references.
import { findReferences, type ReferenceSource, resolveReference, wholeReference } from './references.ts'

export interface Template {
  /** Whether the text has references at all. */
  readonly dynamic: boolean
  /** One reference that fills the whole text, without data: undefined. Inside a text it leaves nothing behind. */
  fill(source: ReferenceSource): string | undefined
}

export function compileTemplate(text: string): Template {
  const whole = wholeReference(text)
  if (whole) return { dynamic: true, fill: (source) => resolveReference(whole.segments, source) }
  const references = findReferences(text)
  if (references.length === 0) return { dynamic: false, fill: () => text }

  const pieces: string[] = []
  let at = 0
  for (const reference of references) {
    pieces.push(text.slice(at, reference.offset))
    at = reference.offset + reference.text.length
  }
  const rest = text.slice(at)
  return {
    dynamic: true,
    fill(source) {
      let filled = ''
      for (const [index, reference] of references.entries())
        filled += (pieces[index] ?? '') + (resolveReference(reference.segments, source) ?? '')
      return filled + rest
    },
  }
}
