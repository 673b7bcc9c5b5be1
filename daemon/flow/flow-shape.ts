// The shape of one action in the file: what must be there for it to be indexed, and what may be left out.
import type { FlowActionDocument } from './action.ts'
import { flowFaultCodes } from './fault-codes.ts'
import { isObject } from './flow-metadata.ts'
import type { ReportAt } from './load-flow.ts'

type Path = readonly (string | number)[]

const maximumIdentifierLength = 50
/** Refused by newer versions of the service; older exports have them, and they do no harm here. */
const refusedCharacters = /[%:(\\/)=$,;[\]{}]/

/** Undefined when the entry can't be indexed; everything wrong is reported. */
export function readAction(entry: unknown, path: Path, report: ReportAt): FlowActionDocument | undefined {
  if (!isObject(entry)) {
    report(flowFaultCodes.wrongShape, path, 'An action is no object.', 'An action has Identifier, Type, Parameters.')
    return undefined
  }
  const { Identifier: identifier, Type: type, Parameters: parameters, Transitions: transitions } = entry
  if (typeof identifier !== 'string' || identifier === '') {
    const message = 'The action has no Identifier.'
    report(
      flowFaultCodes.wrongShape,
      [...path, 'Identifier'],
      message,
      'Give it a text of its own, 1 to 50 characters.',
    )
    return undefined
  }
  checkIdentifier(identifier, [...path, 'Identifier'], report)
  if (typeof type !== 'string' || type === '') {
    const mend = 'Name what it does, e.g. "MessageParticipant".'
    report(flowFaultCodes.wrongShape, [...path, 'Type'], `"${identifier}" has no Type.`, mend)
    return undefined
  }
  if (parameters !== undefined && !isObject(parameters)) {
    const message = `Parameters of "${identifier}" is no object.`
    report(flowFaultCodes.wrongShape, [...path, 'Parameters'], message, 'Write {} when there are none.')
  }
  return {
    Identifier: identifier,
    Type: type,
    Parameters: isObject(parameters) ? parameters : {},
    Transitions: readTransitions(identifier, transitions, [...path, 'Transitions'], report),
  }
}

function checkIdentifier(identifier: string, path: Path, report: ReportAt): void {
  const mend = 'Rename it here, in the transitions and in Metadata.'
  if (identifier.length > maximumIdentifierLength)
    report(
      flowFaultCodes.badIdentifier,
      path,
      `The Identifier has more than ${maximumIdentifierLength} characters.`,
      mend,
    )
  const refused = refusedCharacters.exec(identifier)
  if (refused) {
    const message = `The Identifier "${identifier}" has the character "${refused[0]}", which Amazon Connect refuses now.`
    report(flowFaultCodes.badIdentifier, path, message, mend, 'warning')
  }
}

function readTransitions(
  identifier: string,
  transitions: unknown,
  path: Path,
  report: ReportAt,
): FlowActionDocument['Transitions'] {
  if (transitions === undefined || transitions === null) return {}
  if (!isObject(transitions)) {
    const message = `Transitions of "${identifier}" is no object.`
    report(flowFaultCodes.wrongShape, path, message, 'Write {} when the action ends the flow.')
    return {}
  }
  const read: FlowActionDocument['Transitions'] = {}
  const next = transitions.NextAction
  // An empty NextAction occurs in the guide's own samples: unconnected, not dangling.
  if (typeof next === 'string' && next !== '') read.NextAction = next
  else if (next !== undefined && next !== '' && next !== null) {
    const message = `NextAction of "${identifier}" is no text.`
    report(flowFaultCodes.wrongShape, [...path, 'NextAction'], message, 'Name the Identifier of an action.')
  }
  read.Errors = readList(transitions.Errors, [...path, 'Errors'], report, readError)
  read.Conditions = readList(transitions.Conditions, [...path, 'Conditions'], report, readCondition)
  return read
}

function readList<T>(list: unknown, path: Path, report: ReportAt, readEntry: (entry: unknown) => T | string): T[] {
  if (list === undefined || list === null) return []
  if (!Array.isArray(list)) {
    report(flowFaultCodes.wrongShape, path, `${path.at(-1)} is no list.`, 'Write [] when there are none.')
    return []
  }
  const read: T[] = []
  for (const [index, entry] of list.entries()) {
    const result = readEntry(entry)
    if (typeof result === 'string')
      report(flowFaultCodes.wrongShape, [...path, index], result, 'Write it as the console exports it.')
    else read.push(result)
  }
  return read
}

/** An unconnected branch keeps its place in the list, with an empty NextAction. */
function readError(entry: unknown): { ErrorType: string; NextAction: string } | string {
  if (!isObject(entry) || typeof entry.ErrorType !== 'string' || entry.ErrorType === '')
    return 'An error branch has no ErrorType.'
  const next = entry.NextAction ?? ''
  if (typeof next !== 'string') return `The branch of ${entry.ErrorType} has no NextAction.`
  return { ErrorType: entry.ErrorType, NextAction: next }
}

type ConditionDocument = NonNullable<FlowActionDocument['Transitions']['Conditions']>[number]

function readCondition(entry: unknown): ConditionDocument | string {
  const condition = isObject(entry) ? entry.Condition : undefined
  if (!isObject(entry) || !isObject(condition) || typeof condition.Operator !== 'string')
    return 'A condition has no Condition with an Operator.'
  const operands = condition.Operands
  if (!Array.isArray(operands)) return 'The Operands of a condition are no list.'
  const texts: string[] = []
  for (const operand of operands) {
    if (typeof operand !== 'string' && typeof operand !== 'number' && typeof operand !== 'boolean')
      return 'An operand of a condition is neither text nor number.'
    texts.push(String(operand))
  }
  const next = entry.NextAction ?? ''
  if (typeof next !== 'string') return 'A condition has no NextAction.'
  return { NextAction: next, Condition: { Operator: condition.Operator, Operands: texts } }
}
