// What the checks of several actions have in common: values as written, judged without running anything.
import type { ActionReport, FlowActionDocument } from '../action.ts'
import { decimal } from '../conditions.ts'
import { isObject } from '../flow-metadata.ts'
import { findReferences } from '../references.ts'

/** The parameter as written; dots lead into objects and lists. */
export function parameterOf(action: FlowActionDocument, name: string): unknown {
  let value: unknown = action.Parameters
  for (const part of name.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return undefined
    value = (value as Record<string, unknown>)[part]
  }
  return value
}

/** Whether the value can only be known at run time. */
export function isDynamic(value: unknown): boolean {
  return typeof value === 'string' && findReferences(value).length > 0
}

/** A parameter that is not in the list would be ignored: the author must know. */
export function checkKnown(action: FlowActionDocument, report: ActionReport, known: readonly string[]): void {
  for (const name of Object.keys(action.Parameters)) {
    if (known.includes(name)) continue
    const mend = known.length > 0 ? `Remove it; known are ${known.join(', ')}.` : 'Remove it; there are none to set.'
    report(`Parameters.${name}`, `${name} is no parameter of ${action.Type} here and has no effect.`, mend, 'warning')
  }
}

/** Exactly one of the parameters (at most one, when none is required). Returns the one that is there. */
export function checkChoice(
  action: FlowActionDocument,
  report: ActionReport,
  names: readonly string[],
  options: { prefix?: string; required: boolean },
): string | undefined {
  const prefix = options.prefix ?? ''
  const present = names.filter((name) => parameterOf(action, prefix + name) !== undefined)
  const path = `Parameters${prefix === '' ? '' : `.${prefix.slice(0, -1)}`}`
  if (present.length === 0 && options.required)
    report(path, `None of ${names.join(', ')} is given.`, 'Give exactly one of them.')
  if (present.length > 1)
    report(`Parameters.${prefix}${present[1]}`, `${present.join(' and ')} exclude each other.`, 'Keep one of them.')
  return present[0]
}

export interface NumberRule {
  required?: boolean
  minimum: number
  maximum: number
}

/** A whole number, written as text or number; references are left to the run. */
export function checkNumber(
  action: FlowActionDocument,
  report: ActionReport,
  name: string,
  { required = false, minimum, maximum }: NumberRule,
): void {
  const value = parameterOf(action, name)
  const mend = `Write a whole number from ${minimum} to ${maximum}.`
  if (value === undefined) {
    if (required) report(`Parameters.${name}`, `${name} is missing.`, mend)
    return
  }
  if (isDynamic(value)) return
  const number = typeof value === 'number' || typeof value === 'string' ? decimal(String(value)) : Number.NaN
  if (Number.isInteger(number) && number >= minimum && number <= maximum) return
  report(`Parameters.${name}`, `${name} is ${JSON.stringify(value)}.`, mend)
}

/** One of the words; letter case as written counts unless told otherwise. */
export function checkWord(
  action: FlowActionDocument,
  report: ActionReport,
  name: string,
  words: readonly string[],
  options: { required?: boolean; anyCase?: boolean } = {},
): void {
  const value = parameterOf(action, name)
  const mend = `Write one of ${words.join(', ')}.`
  if (value === undefined) {
    if (options.required) report(`Parameters.${name}`, `${name} is missing.`, mend)
    return
  }
  if (isDynamic(value)) return
  const same = (word: string) =>
    options.anyCase ? word.toLowerCase() === String(value).toLowerCase() : word === String(value)
  if (!words.some(same)) report(`Parameters.${name}`, `${name} is ${JSON.stringify(value)}.`, mend)
}

/** `"True"`, `"false"`, true. */
export function checkFlag(action: FlowActionDocument, report: ActionReport, name: string): void {
  checkWord(action, report, name, ['True', 'False'], { anyCase: true })
}

/** A map of texts with usable keys. */
export function checkMap(action: FlowActionDocument, report: ActionReport, name: string): void {
  const value = parameterOf(action, name)
  if (!isObject(value)) {
    report(`Parameters.${name}`, `${name} is no map of keys and values.`, 'Write an object: {"key": "value"}.')
    return
  }
  for (const key of Object.keys(value)) {
    if (isDynamic(key) || !/[$.]/.test(key)) continue
    report(`Parameters.${name}`, `The key "${key}" has a dollar sign or a dot.`, 'Rename the key.')
  }
}

export interface BranchNeeds {
  /** `NextAction` must be connected. */
  next?: boolean
  /** Error branches without which the flow would fail. */
  errors?: readonly string[]
  /** Operands of `Equals` that must each have a branch. */
  conditions?: readonly string[]
}

/** Branches that must be connected; a missing error branch is a warning, for older exports run without. */
export function checkBranches(action: FlowActionDocument, report: ActionReport, needs: BranchNeeds): void {
  const { NextAction, Errors = [], Conditions = [] } = action.Transitions
  if (needs.next && !NextAction)
    report('Transitions.NextAction', 'NextAction is not connected.', 'Name the Identifier of the action that follows.')
  for (const type of needs.errors ?? []) {
    const caught = Errors.some(({ ErrorType }) => ErrorType === type || isCaughtBy(type, ErrorType))
    if (!caught) report('Transitions.Errors', `The error ${type} has no branch.`, `Connect ${type}.`, 'warning')
  }
  for (const operand of needs.conditions ?? []) {
    const present = Conditions.some(({ Condition }) => Condition.Operands[0] === operand)
    if (!present) report('Transitions.Conditions', `The branch ${operand} is missing.`, `Connect Equals "${operand}".`)
  }
}

function isCaughtBy(type: string, errorType: string): boolean {
  return errorType === 'NoMatchingError' && type !== 'NoMatchingCondition'
}
