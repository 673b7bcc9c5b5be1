// A parameter's text taken apart once, filled in each time its block runs: literal pieces and references.
import type { FlowValue } from './flow-value.ts'
import {
  findReferences,
  type Reference,
  type ReferenceSource,
  resolveReference,
  resolveValue,
  wholeReference,
} from './references.ts'
import { isSecretName, masked } from './secrets.ts'

export interface Template {
  /** Whether the text has references at all. */
  readonly dynamic: boolean
  /** One reference that fills the whole text, without data: undefined. Inside a text it leaves nothing behind. */
  fill(source: ReferenceSource): string | undefined
  /** The same; one reference that fills the whole text keeps the structure of what it stands for. */
  value(source: ReferenceSource): FlowValue | undefined
  /** As `fill`, with what references to secrets stand for masked. */
  fillForLog(source: ReferenceSource): string | undefined
  /** References to secrets, by their name. */
  readonly secrets: readonly Reference[]
  /** Whether it has what a caller keyed in. */
  readonly hasStoredInput: boolean
}

export function compileTemplate(text: string): Template {
  const whole = wholeReference(text)
  if (whole) {
    const fill = (source: ReferenceSource) => resolveReference(whole.segments, source)
    return {
      dynamic: true,
      fill,
      value: (source) => resolveValue(whole.segments, source),
      fillForLog: isSecret(whole) ? () => masked : fill,
      secrets: [whole].filter(isSecret),
      hasStoredInput: isStoredInput(whole),
    }
  }
  const references = findReferences(text)
  if (references.length === 0) {
    const fill = () => text
    return { dynamic: false, fill, value: fill, fillForLog: fill, secrets: [], hasStoredInput: false }
  }

  const pieces: string[] = []
  let at = 0
  for (const reference of references) {
    pieces.push(text.slice(at, reference.offset))
    at = reference.offset + reference.text.length
  }
  const rest = text.slice(at)
  const filling = (read: (reference: Reference, source: ReferenceSource) => string | undefined) => {
    return (source: ReferenceSource) => {
      let filled = ''
      for (const [index, reference] of references.entries())
        filled += (pieces[index] ?? '') + (read(reference, source) ?? '')
      return filled + rest
    }
  }
  const fill = filling(({ segments }, source) => resolveReference(segments, source))
  const secrets = references.filter(isSecret)
  const fillForLog =
    secrets.length > 0
      ? filling((reference, source) => (isSecret(reference) ? masked : resolveReference(reference.segments, source)))
      : fill
  return { dynamic: true, fill, value: fill, fillForLog, secrets, hasStoredInput: references.some(isStoredInput) }
}

function isSecret({ segments }: Reference): boolean {
  return segments.length > 1 && isSecretName(segments.at(-1) ?? '')
}

function isStoredInput({ segments }: Reference): boolean {
  return segments[0] === 'StoredCustomerInput'
}
