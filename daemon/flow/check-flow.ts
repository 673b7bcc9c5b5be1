// What a loaded flow says, judged before it may run: supported actions in the right flow types, their parameters,
// connected branches, sound conditions, references that exist. Everything wrong is told at once.
import type { Fault, Severity } from '../fault.ts'
import type { FlowActionDocument } from './action.ts'
import { actionDefinitions } from './actions/index.ts'
import { checkReferences } from './check-references.ts'
import { operators } from './conditions.ts'
import { mistakenActions, unsupportedActions } from './connect-actions.ts'
import { type FlowFaultCode, flowFaultCodes } from './fault-codes.ts'
import type { Flow } from './flow.ts'
import { formatPath } from './json-scan.ts'
import type { FlowResources } from './resources.ts'

/** `path` is relative to the action. */
export type ReportInAction = (
  code: FlowFaultCode,
  path: readonly (string | number)[],
  message: string,
  mend: string,
  severity?: Severity,
) => void

/** Faults beyond those of `loadFlow`, in the order of the file. The flow may run when none is an error. */
export function checkFlow(flow: Flow, resources: FlowResources): Fault[] {
  const faults: Fault[] = []
  const reached = reachableActions(flow)
  for (const [order, action] of [...flow.actions.values()].entries()) {
    const index = flow.source?.indexes.get(action.Identifier) ?? order
    const report: ReportInAction = (code, path, message, mend, severity = 'error') => {
      const full = ['Actions', index, ...path]
      faults.push({
        code,
        severity,
        file: flow.source?.file ?? flow.id,
        ...flow.source?.locate(full),
        path: formatPath(full),
        message: `"${action.Identifier}" (${action.Type}): ${message}`,
        mend,
      })
    }
    checkAction(flow, action, report)
    checkConditions(action, report)
    checkTexts(action.Parameters, ['Parameters'], report)
    checkReferences(flow, action, resources, report)
    if (!reached.has(action.Identifier)) {
      const mend = 'Connect it or remove it.'
      report(flowFaultCodes.unreachable, [], 'No path from StartAction leads here.', mend, 'warning')
    }
  }
  return faults
}

function checkAction(flow: Flow, action: FlowActionDocument, report: ReportInAction): void {
  const definition = actionDefinitions.get(action.Type)
  if (!definition) {
    reportMissing(action, report)
    return
  }
  if (definition.flowTypes !== 'all' && !definition.flowTypes.includes(flow.type)) {
    const message = `not allowed in a flow of type ${flow.type}.`
    const mend = `Use it in ${definition.flowTypes.join(', ')}, or change the type of the flow.`
    report(flowFaultCodes.actionNotInFlowType, ['Type'], message, mend)
  }
  definition.check(action, (path, message, mend, severity = 'error') => {
    const code = path.startsWith('Transitions.Conditions.')
      ? flowFaultCodes.wrongCondition
      : path.startsWith('Transitions')
        ? flowFaultCodes.unconnectedBranch
        : severity === 'warning'
          ? flowFaultCodes.withoutEffect
          : flowFaultCodes.wrongParameter
    report(code, partsOf(path), message, mend, severity)
  })
  for (const [index, branch] of (action.Transitions.Errors ?? []).entries())
    if (branch.NextAction === '') {
      const message = `the branch of ${branch.ErrorType} is not connected.`
      const mend = 'Name the Identifier of the action that follows.'
      report(flowFaultCodes.unconnectedBranch, ['Transitions', 'Errors', index], message, mend)
    }
}

function reportMissing(action: FlowActionDocument, report: ReportInAction): void {
  const meant = mistakenActions.get(action.Type)
  if (meant !== undefined) {
    const message = `${action.Type} is no action of the flow language.`
    report(flowFaultCodes.unknownAction, ['Type'], message, `Write ${meant}, if that is meant.`)
  } else if (unsupportedActions.has(action.Type)) {
    const message = `${action.Type} is not supported by this box yet.`
    report(flowFaultCodes.unsupportedAction, ['Type'], message, 'Remove the block, or go round it.')
  } else {
    const mend = `Supported are ${[...actionDefinitions.keys()].join(', ')}.`
    report(flowFaultCodes.unknownAction, ['Type'], `${action.Type} is no action of the flow language.`, mend)
  }
}

function checkConditions(action: FlowActionDocument, report: ReportInAction): void {
  for (const [index, { NextAction, Condition }] of (action.Transitions.Conditions ?? []).entries()) {
    const path = ['Transitions', 'Conditions', index]
    if (NextAction === '') {
      const mend = 'Name the Identifier of the action that follows.'
      report(flowFaultCodes.unconnectedBranch, path, 'the branch of a condition is not connected.', mend)
    }
    const { Operator, Operands } = Condition
    if (!operators.includes(Operator)) {
      const message = `${Operator} is no operator.`
      const mend = `Operators are ${operators.join(', ')}.`
      report(flowFaultCodes.wrongCondition, [...path, 'Condition', 'Operator'], message, mend)
    }
    if (Operands.length !== 1 && !(Operator === 'KeyExists' && Operands.length === 0)) {
      const message = `a condition has ${Operands.length} operands instead of one.`
      report(flowFaultCodes.wrongCondition, [...path, 'Condition', 'Operands'], message, 'Keep one operand.')
    }
    if (Operands.includes('')) {
      const mend = 'An empty value can not be compared with: use the NoMatchingCondition branch.'
      report(flowFaultCodes.emptyText, [...path, 'Condition', 'Operands'], 'an operand is empty.', mend)
    }
  }
}

/** The service refuses an empty text anywhere in the parameters. */
function checkTexts(value: unknown, path: readonly (string | number)[], report: ReportInAction): void {
  if (value === '') {
    report(flowFaultCodes.emptyText, path, `${path.slice(1).join('.')} is empty.`, 'Give a value, or remove it.')
  } else if (Array.isArray(value)) {
    for (const [index, inner] of value.entries()) checkTexts(inner, [...path, index], report)
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, inner] of Object.entries(value)) checkTexts(inner, [...path, key], report)
  }
}

function reachableActions(flow: Flow): Set<string> {
  const reached = new Set<string>()
  const open = [flow.startAction]
  for (let identifier = open.pop(); identifier !== undefined; identifier = open.pop()) {
    const action = flow.actions.get(identifier)
    if (!action || reached.has(identifier)) continue
    reached.add(identifier)
    const { NextAction, Errors = [], Conditions = [] } = action.Transitions
    if (NextAction !== undefined) open.push(NextAction)
    for (const branch of [...Errors, ...Conditions]) open.push(branch.NextAction)
  }
  return reached
}

/** `Messages.0.Text` to path parts. */
function partsOf(path: string): (string | number)[] {
  return path.split('.').map((part) => (/^[0-9]+$/.test(part) ? Number(part) : part))
}
