// A value held against the schema: each issue that zod finds becomes a fault at its place, in words for an installer.
import { z } from 'zod'
import type { Fault } from '../fault.ts'
import { code } from './codes.ts'
import type { ConfigDocument } from './document.ts'
import { child, isRecord, type Path, valueAt } from './place.ts'
import { closest, suggestion } from './suggest.ts'

type Issue = z.core.$ZodIssue

export function schemaFaults(document: ConfigDocument, schema: z.ZodType, issues: readonly Issue[]): Fault[] {
  return issues.flatMap((issue) => {
    const path = issue.path.map((part) => (typeof part === 'number' ? part : String(part)))
    return issue.code === 'unrecognized_keys'
      ? issue.keys.map((key) => unknownKey(document, schema, path, key))
      : [issueFault(document, schema, path, issue)]
  })
}

function unknownKey(document: ConfigDocument, schema: z.ZodType, path: Path, key: string): Fault {
  const known = [...keysOf(schemaAt(schema, document.value, path))]
  const near = closest(key, known)
  const mend = near ? `Did you mean ${JSON.stringify(near)}?` : `Remove it; the keys here are ${known.join(', ')}.`
  const message = `There is no key ${JSON.stringify(key)} ${whereIs(path)}.`
  return document.fault(code.unknownKey, [...path, key], message, mend, { at: 'key' })
}

function issueFault(document: ConfigDocument, schema: z.ZodType, path: Path, issue: Issue): Fault {
  const value = valueAt(document.value, path)
  if (value === undefined) return missing(document, schema, path)
  const name = nameOf(path)
  const purpose = purposeOf(schemaAt(schema, document.value, path))
  if (value === null) {
    const mend = `Write a value behind the colon${purpose ? ` (${purpose})` : ''}, or remove the key.`
    return document.fault(code.emptyValue, path, `${name} is empty.`, mend)
  }
  switch (issue.code) {
    case 'invalid_type':
      return document.fault(code.wrongType, path, ...wrongType(name, issue.expected, value))
    case 'too_small':
    case 'too_big':
      return document.fault(...sizeFault(issue, path, name, value))
    case 'invalid_format': {
      const rule = /^(must|Invalid)/.exec(issue.message)?.[0] === 'must' ? issue.message : formatRule(issue.format)
      const mend = purpose ? `Wanted here: ${purpose}.` : 'Write it in that form.'
      return document.fault(code.wrongForm, path, `${name} is ${quote(value)} but ${rule}.`, mend)
    }
    case 'invalid_value': {
      const choices = issue.values.map(String)
      const mend = suggestion(String(value), choices, 'values')
      return document.fault(code.notAChoice, path, `${name} can't be ${quote(value)}.`, mend)
    }
    case 'invalid_union': {
      const choices = 'options' in issue && Array.isArray(issue.options) ? issue.options.map(String) : []
      const mend = suggestion(String(value), choices, 'values')
      return document.fault(code.notAChoice, path, `${name} can't be ${quote(value)}.`, mend)
    }
    default:
      return document.fault(code.wrongValue, path, `${name}: ${issue.message}.`, 'Correct the value.')
  }
}

function missing(document: ConfigDocument, schema: z.ZodType, path: Path): Fault {
  const owner = path.slice(0, -1)
  const key = String(path.at(-1) ?? '')
  const purpose = purposeOf(schemaAt(schema, document.value, path))
  const example = `Add \`${key}:\`${purpose ? ` (${purpose})` : ''}.`
  const inQueue = path.length === 3 && path[0] === 'queues' && key === 'hours'
  if (inQueue) {
    const message = `${entry(document, owner, 'Queue')} has no hours of operation.`
    return document.fault(code.queueWithoutHours, owner, message, 'Add `hours:` with a name from hours.yaml.')
  }
  if (path.length === 3 && path[0] === 'quickConnects' && key === 'description') {
    const message = `${entry(document, owner, 'Quick connect')} has no description.`
    const mend = 'Add `description:`, a few words that tell agents where it leads.'
    return document.fault(code.quickConnectWithoutDescription, owner, message, mend)
  }
  return document.fault(code.missingKey, owner, `The key "${key}" is missing ${whereIs(owner)}.`, example)
}

function wrongType(name: string, expected: string, value: unknown): [string, string] {
  const wanted = typeWords[expected] ?? expected
  if (expected === 'string' && typeof value === 'number')
    return [
      `${name} is a number but must be a text.`,
      'Put it into quotes: YAML reads digits without quotes as a number.',
    ]
  if (expected === 'string' && typeof value === 'boolean')
    return [`${name} is ${value} but must be a text.`, 'Put it into quotes.']
  if (expected === 'int' && typeof value === 'number')
    return [`${name} is ${value} but must be a whole number.`, 'Write it without a fraction.']
  if (expected === 'number' && typeof value === 'string' && /^[0-9]+$/.test(value))
    return [`${name} is a text but must be a number.`, 'Remove the quotes.']
  if (expected === 'array')
    return [
      `${name} is ${kindOf(value)} but must be a list.`,
      'Write it as a list: [one, two], or each item behind "- " on its own line.',
    ]
  return [`${name} is ${kindOf(value)} but must be ${wanted}.`, `Write ${wanted} there.`]
}

const typeWords: Record<string, string> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  object: 'a map of keys and values',
  array: 'a list',
}

type SizeIssue = Extract<Issue, { code: 'too_small' | 'too_big' }>
type FaultArguments = Parameters<ConfigDocument['fault']>

function sizeFault(issue: SizeIssue, path: Path, name: string, value: unknown): FaultArguments {
  const small = issue.code === 'too_small'
  const bound = small ? issue.minimum : issue.maximum
  const limit = `at ${small ? 'least' : 'most'} ${bound}`
  if (issue.origin === 'string' || issue.origin === 'array') {
    const length = typeof value === 'string' || Array.isArray(value) ? value.length : 0
    const unit = issue.origin === 'string' ? 'characters' : 'items'
    if (length === 0)
      return [
        code.wrongLength,
        path,
        `${name} is empty.`,
        issue.origin === 'string' ? 'Write a text there.' : 'Write at least one item there.',
      ]
    const message = `${name} has ${length} ${unit} but must have ${limit}.`
    return [code.wrongLength, path, message, small ? 'Write more.' : 'Shorten it.']
  }
  return [code.outOfRange, path, `${name} is ${String(value)} but must be ${limit}.`, 'Write a value inside the range.']
}

function formatRule(format: string): string {
  return format === 'uuid' ? 'must be a UUID' : 'does not have the right form'
}

/** `key "x" in the queue "Support"` needs the entry's own name where it has one. */
function entry(document: ConfigDocument, path: Path, kind: string): string {
  const name = child(valueAt(document.value, path), 'name')
  return typeof name === 'string' && name !== ''
    ? `${kind} ${JSON.stringify(name)}`
    : `${kind} ${Number(path.at(-1)) + 1}`
}

function nameOf(path: Path): string {
  const key = path.findLast((part) => typeof part === 'string')
  if (key === undefined) return 'The file'
  return typeof path.at(-1) === 'number' ? `Item ${Number(path.at(-1)) + 1} of "${key}"` : `"${key}"`
}

function whereIs(path: Path): string {
  if (path.length === 0) return 'at the top of this file'
  return `in ${nameOf(path).replace(/^I/, 'i')}`
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'a list'
  if (isRecord(value)) return 'a map'
  return typeof value === 'string' ? 'a text' : typeof value === 'boolean' ? String(value) : `a ${typeof value}`
}

function quote(value: unknown): string {
  const text = String(typeof value === 'object' ? kindOf(value) : value)
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text)
}

/** The schema's own words for a value, without a full stop. */
function purposeOf(schema: z.ZodType | undefined): string | undefined {
  for (let inner = schema; inner; inner = unwrapOnce(inner)) if (inner.description) return inner.description
  return undefined
}

/** The schema that holds for a path of the value: a union's member is chosen by what the value says. */
function schemaAt(schema: z.ZodType, value: unknown, path: Path): z.ZodType | undefined {
  let at: z.ZodType | undefined = schema
  for (const part of path) {
    at = memberFor(unwrap(at), value)
    if (at instanceof z.ZodObject) at = child(at.shape, part) as z.ZodType | undefined
    else if (at instanceof z.ZodArray) at = at.element as z.ZodType
    else return undefined
    value = child(value, part)
    if (at === undefined) return undefined
  }
  return path.length === 0 || at instanceof z.ZodDiscriminatedUnion ? memberFor(unwrap(at), value) : at
}

function keysOf(schema: z.ZodType | undefined): Iterable<string> {
  const plain = unwrap(schema)
  return plain instanceof z.ZodObject ? Object.keys(plain.shape) : []
}

function memberFor(schema: z.ZodType | undefined, value: unknown): z.ZodType | undefined {
  if (!(schema instanceof z.ZodDiscriminatedUnion)) return schema
  const { discriminator, options } = schema.def
  return options.find(
    (option): option is z.ZodObject =>
      option instanceof z.ZodObject &&
      option.shape[discriminator]?.safeParse(child(value, discriminator)).success === true,
  )
}

function unwrap(schema: z.ZodType | undefined): z.ZodType | undefined {
  let at = schema
  for (let inner = at && unwrapOnce(at); inner; inner = unwrapOnce(inner)) at = inner
  return at
}

function unwrapOnce(schema: z.ZodType): z.ZodType | undefined {
  const wraps =
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault ||
    schema instanceof z.ZodNullable
  return wraps ? (schema.def.innerType as z.ZodType) : undefined
}
