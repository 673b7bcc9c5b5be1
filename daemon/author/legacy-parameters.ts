// Parameters and conditions of a block of the older designer, read as the actions of today write them.
import { type LegacyModule, type LegacyParameter, LegacyProblem, valueText } from './legacy-module.ts'

export interface Converted {
  Type: string
  Parameters: Record<string, unknown>
  /** Names behind ARNs, by parameter: `QueueId`, `Messages.0.PromptId`. */
  names?: Record<string, string>
  /** Branches whose meaning differs from the usual ones: condition to an error type, or to the operand of an Equals. */
  branches?: Record<string, { error: string } | { equals: string }>
  /** Conditions to be written in place of the block's own. */
  conditions?: { Operator: string; Operand: string; to: string }[]
  terminal?: boolean
}

const operators: ReadonlyMap<string, string> = new Map([
  ['Equals', 'Equals'],
  ['StartsWith', 'TextStartsWith'],
  ['Contains', 'TextContains'],
  ['GreaterThan', 'NumberGreaterThan'],
  ['GreaterThanOrEqualTo', 'NumberGreaterOrEqualTo'],
  ['LessThan', 'NumberLessThan'],
  ['LessThanOrEqualTo', 'NumberLessOrEqualTo'],
])

export function operator(written: string | null | undefined): string {
  const known = operators.get(written ?? '')
  if (known === undefined) throw new LegacyProblem(`the condition "${written ?? ''}"`)
  return known
}

export function find({ parameters }: LegacyModule, name: string): LegacyParameter | undefined {
  return parameters.find((parameter) => parameter.name === name)
}

export function text(block: LegacyModule, name: string): string | undefined {
  const parameter = find(block, name)
  if (parameter?.value === undefined || parameter.value === null) return undefined
  return valueText(parameter.value, parameter.namespace)
}

export function required(block: LegacyModule, name: string): string {
  const value = text(block, name)
  if (value === undefined) throw new LegacyProblem(`no parameter ${name}`)
  return value
}

export function flag(block: LegacyModule, name: string): boolean {
  return text(block, name)?.toLowerCase() === 'true'
}

/** Parameters of one name that differ by their key. */
export function keyed({ parameters }: LegacyModule, name: string): Record<string, string> {
  const given = parameters.filter((parameter) => parameter.name === name)
  return Object.fromEntries(given.map(({ key, value, namespace }) => [key ?? '', valueText(value, namespace)]))
}

/** Deployment scripts leave the ARN empty: then the name must do. */
export function named(block: LegacyModule, name: string): { value: string; name?: string } {
  const parameter = find(block, name)
  const hint = parameter?.resourceName ?? hinted(block.metadata)
  const value = text(block, name) || (hint ?? '')
  if (value === '') throw new LegacyProblem(`no parameter ${name}`)
  return { value, ...(hint !== undefined && { name: hint }) }
}

/** Some blocks have the name beside the parameters only. */
function hinted(metadata: LegacyModule['metadata']): string | undefined {
  for (const key of ['queue', 'ContactFlow', 'contactFlow', 'hours']) {
    const hint = metadata?.[key]
    if (typeof hint === 'object' && hint !== null && 'text' in hint && typeof hint.text === 'string') return hint.text
  }
  return undefined
}

export function resource(block: LegacyModule, from: string, to: string): Pick<Converted, 'Parameters' | 'names'> {
  const { value, name } = named(block, from)
  return { Parameters: { [to]: value }, ...(name !== undefined && { names: { [to]: name } }) }
}

export function speech(block: LegacyModule): Pick<Converted, 'Parameters' | 'names'> {
  if (find(block, 'AudioPrompt')) {
    const { value, name } = named(block, 'AudioPrompt')
    return { Parameters: { PromptId: value }, ...(name !== undefined && { names: { PromptId: name } }) }
  }
  const ssml = text(block, 'TextToSpeechType') === 'ssml'
  return { Parameters: { [ssml ? 'SSML' : 'Text']: required(block, 'Text') } }
}

export function listOfSpeech({ parameters }: LegacyModule): {
  messages: Record<string, string>[]
  names: Record<string, string>
} {
  const messages: Record<string, string>[] = []
  const names: Record<string, string> = {}
  for (const { name, value, key, namespace, resourceName } of parameters) {
    if (name === 'Text') messages.push({ [key === 'ssml' ? 'SSML' : 'Text']: valueText(value, namespace) })
    if (name !== 'AudioPrompt') continue
    if (resourceName) names[`Messages.${messages.length}.PromptId`] = resourceName
    messages.push({ PromptId: valueText(value, namespace) || (resourceName ?? '') })
  }
  if (messages.length === 0) throw new LegacyProblem('no prompt to play')
  return { messages, names }
}
