// A parameter's text taken apart once, filled in each time its block runs: literal pieces and references.
import type { FlowValue } from './flow-value.ts'
import { findReferences, type ReferenceSource, resolveReference, resolveValue, wholeReference } from './references.ts'

export interface Template {
  /** Whether the text has references at all. */
  readonly dynamic: boolean
  /** One reference that fills the whole text, without data: undefined. Inside a text it leaves nothing behind. */
  fill(source: ReferenceSource): string | undefined
  /** The same; one reference that fills the whole text keeps the structure of what it stands for. */
  value(source: ReferenceSource): FlowValue | undefined
}

export function compileTemplate(text: string): Template {
  const whole = wholeReference(text)
  if (whole)
    return {
      dynamic: true,
      fill: (source) => resolveReference(whole.segments, source),
      value: (source) => resolveValue(whole.segments, source),
    }
  const references = findReferences(text)
  if (references.length === 0) return { dynamic: false, fill: () => text, value: () => text }

  const pieces: string[] = []
  let at = 0
  for (const reference of references) {
    pieces.push(text.slice(at, reference.offset))
    at = reference.offset + reference.text.length
  }
  const rest = text.slice(at)
  const fill = (source: ReferenceSource) => {
    let filled = ''
    for (const [index, reference] of references.entries())
      filled += (pieces[index] ?? '') + (resolveReference(reference.segments, source) ?? '')
    return filled + rest
  }
  return { dynamic: true, fill, value: fill }
}
