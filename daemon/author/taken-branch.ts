// Which way a block was left. The engine does not tell; the flow log tells what came out of the block and, an entry
// later, where the flow went on: together with the block's transitions that is enough.
import type { FlowActionDocument } from '../flow/action.ts'
import { compileCondition } from '../flow/conditions.ts'
import { findReferences, type ReferenceSource } from '../flow/references.ts'

export interface TakenBranch {
  /** `next`, `Equals 1`, or an error type. */
  branch: string
  /** Identifier of the block it leads to. */
  to: string
  detail?: string
}

interface Way extends TakenBranch {
  kind: 'condition' | 'error' | 'next'
}

/** From what came out of the block (`Results` of its flow log entry); undefined when that leaves it open. */
export function expectedBranch(action: FlowActionDocument, results: string | undefined): TakenBranch | undefined {
  return withoutKind(fromResults(action, waysOf(action), results))
}

/** Once it is known where the flow went on. Undefined: no branch of this block leads there. */
export function takenBranch(
  action: FlowActionDocument,
  results: string | undefined,
  to: string,
): TakenBranch | undefined {
  const ways = waysOf(action)
  const expected = fromResults(action, ways, results)
  if (expected?.to === to) return withoutKind(expected)
  // A condition that was held against a reference; else the error or the next action that leads there.
  const order: Way['kind'][] = ['condition', 'error', 'next']
  const leading = ways.filter((way) => way.to === to)
  return withoutKind(order.flatMap((kind) => leading.find((way) => way.kind === kind) ?? [])[0])
}

function fromResults(action: FlowActionDocument, ways: readonly Way[], results: string | undefined): Way | undefined {
  const next = ways.find(({ kind }) => kind === 'next')
  const noMatch = ways.find(({ branch, kind }) => kind === 'error' && branch === 'NoMatchingCondition')
  const failure = /^([A-Za-z]+): (.*)$/s.exec(results ?? '')
  if (failure) {
    const [, errorType = '', detail = ''] = failure
    const way =
      ways.find(({ branch, kind }) => kind === 'error' && branch === errorType) ??
      ways.find(({ branch, kind }) => kind === 'error' && branch === 'NoMatchingError')
    if (way) return { ...way, detail: way.branch === errorType ? detail : `${errorType}: ${detail}` }
  }
  const conditions = action.Transitions.Conditions ?? []
  if (conditions.length === 0) return next
  if (results === undefined) return noMatch ?? next
  for (const [index, { Condition }] of conditions.entries()) {
    if (Condition.Operands.some((operand) => findReferences(operand).length > 0)) return undefined
    if (holds(Condition, results)) return ways.filter(({ kind }) => kind === 'condition')[index]
  }
  return noMatch ?? next
}

function holds({ Operator, Operands }: { Operator: string; Operands: string[] }, value: string): boolean {
  return compileCondition(Operator, Operands)(value, nothing)
}

/** For operands that are no references, so that nothing of the contact is looked at. */
const nothing: ReferenceSource = {
  get contact(): never {
    throw new Error('a literal operand refers to no contact')
  },
  get state(): never {
    throw new Error('a literal operand refers to no run')
  },
}

function waysOf({ Transitions }: FlowActionDocument): Way[] {
  const { NextAction, Errors = [], Conditions = [] } = Transitions
  return [
    ...Conditions.map(
      ({ NextAction: to, Condition }): Way => ({
        kind: 'condition',
        branch: conditionLabel(Condition.Operator, Condition.Operands),
        to,
      }),
    ),
    ...Errors.map(({ ErrorType: branch, NextAction: to }): Way => ({ kind: 'error', branch, to })),
    ...(NextAction === undefined ? [] : [{ kind: 'next', branch: 'next', to: NextAction } satisfies Way]),
  ]
}

/** `Equals 1`, `NumberLessThan 50`. */
export function conditionLabel(operator: string, operands: readonly string[]): string {
  return [operator, ...operands].join(' ')
}

function withoutKind(way: Way | undefined): TakenBranch | undefined {
  if (!way) return undefined
  const { branch, to, detail } = way
  return { branch, to, ...(detail !== undefined && { detail }) }
}
