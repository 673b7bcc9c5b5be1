// What a loaded flow says, judged before it may run: supported actions in the right flow types, their parameters,
// connected branches, sound conditions, references that exist. Everything wrong is told at once.
import type { Fault, Severity } from '../fault.ts'
import type { FlowAbilities } from './abilities.ts'
import type { ActionReport, FlowActionDocument } from './action.ts'
import { actionDefinitions } from './actions/index.ts'
import { hooks as knownHooks } from './actions/update-contact-event-hooks.ts'
import { absentAbilities } from './box-abilities.ts'
import { checkReferences } from './check-references.ts'
import { operators } from './conditions.ts'
import { mistakenActions } from './connect-actions.ts'
import { type FlowFaultCode, flowFaultCodes } from './fault-codes.ts'
import type { Flow } from './flow.ts'
import { isObject } from './flow-metadata.ts'
import type { Channel, EventHook, FlowType } from './host.ts'
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

/** What the flow is to run on, as far as it is known; what is left out is not judged. */
export interface CheckFlowOptions {
  /** Warns of blocks that take their error branch in this channel. */
  channel?: Channel
  /** Abilities of the hosts; a block that needs another is an error, or a warning where a box never has it. */
  abilities?: ReadonlySet<keyof FlowAbilities>
  /** Event hooks that are run; warns of others. Default: those of the contact service. */
  hooks?: readonly EventHook[]
}

/** Hooks whose flows the contact service runs: all there are. */
export const runHooks: readonly EventHook[] = knownHooks

/** Faults beyond those of `loadFlow`, in the order of the file. The flow may run when none is an error. */
export function checkFlow(flow: Flow, resources: FlowResources, options: CheckFlowOptions = {}): Fault[] {
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
    checkSurroundings(action, flow.type, { resources, options, report })
    checkConditions(action, report)
    checkTexts(action.Parameters, ['Parameters'], report)
    checkReferences(flow, action, resources, report)
    // Without a start nothing is reached, which is told once.
    if (flow.actions.has(flow.startAction) && !reached.has(action.Identifier)) {
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
  const allowed = definition.flowTypesOf?.(action) ?? definition.flowTypes
  if (allowed !== 'all' && !allowed.includes(flow.type)) {
    const message = `not allowed in a flow of type ${flow.type}.`
    const mend = `Use it in ${allowed.join(', ')}, or change the type of the flow.`
    report(flowFaultCodes.actionNotInFlowType, ['Type'], message, mend)
  }
  if (definition.knownByNameOnly) {
    const message = `${action.Type} is not supported by this box: its NoMatchingError branch is taken.`
    report(flowFaultCodes.unsupportedAction, ['Type'], message, 'Remove the block, or go round it.', 'warning')
  }
  const reportAt: ActionReport = (path, message, mend, severity = 'error') => {
    const code = path.startsWith('Transitions.Conditions.')
      ? flowFaultCodes.wrongCondition
      : path.startsWith('Transitions')
        ? flowFaultCodes.unconnectedBranch
        : severity === 'warning'
          ? flowFaultCodes.withoutEffect
          : flowFaultCodes.wrongParameter
    report(code, partsOf(path), message, mend, severity)
  }
  definition.check(action, reportAt, flow.type)
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
  } else {
    const mend = 'Take its name from an export of Connect, or remove it.'
    report(flowFaultCodes.unknownAction, ['Type'], `${action.Type} is no action of the flow language.`, mend)
  }
}

/** What a block needs of the box, the channel and the contact: without it, it takes its error branch. */
function checkSurroundings(
  action: FlowActionDocument,
  flowType: FlowType,
  of: { resources: FlowResources; options: CheckFlowOptions; report: ReportInAction },
): void {
  const { resources, options, report } = of
  const definition = actionDefinitions.get(action.Type)
  if (!definition) return
  const { channel, abilities, hooks = runHooks } = options
  const channels = definition.channelsOf?.(action, flowType) ?? definition.channels
  if (channel !== undefined && channels !== 'all' && !channels.includes(channel)) {
    const message = `takes its error branch in the channel ${channel}.`
    const mend = `It is for ${channels.join(', ')}: check $.Channel before it.`
    report(flowFaultCodes.actionNotInChannel, ['Type'], message, mend, 'warning')
  }
  const standsIn = definition.product !== undefined && resources.products?.has(definition.product)
  if (abilities && definition.needs !== undefined && !abilities.has(definition.needs) && !standsIn) {
    const why = absentAbilities.get(definition.needs)
    const message = `this box can not do it (${definition.needs}${why ? `: ${why}` : ''}): its error branch is taken.`
    const severity = why === undefined ? 'error' : 'warning'
    report(flowFaultCodes.missingAbility, ['Type'], message, 'Remove the block, or go round it.', severity)
  }
  const named = action.Parameters.EventHooks
  if (action.Type !== 'UpdateContactEventHooks' || !isObject(named)) return
  for (const hook of Object.keys(named)) {
    if (!knownHooks.some((one) => one === hook) || hooks.some((one) => one === hook)) continue
    const message = `the flow of ${hook} is noted, and not run by this box yet.`
    report(flowFaultCodes.hookNotRun, ['Parameters', 'EventHooks', hook], message, 'Expect nothing of it.', 'warning')
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

/** The service refuses an empty text anywhere in the parameters; in the data of views, exports have it. */
function checkTexts(value: unknown, path: readonly (string | number)[], report: ReportInAction): void {
  if (value === '') {
    const severity = path[1] === 'ViewData' ? 'warning' : 'error'
    const message = `${path.slice(1).join('.')} is empty.`
    report(flowFaultCodes.emptyText, path, message, 'Give a value, or remove it.', severity)
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
