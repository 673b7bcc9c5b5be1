// A flow made ready to run: branches are pointers instead of names, texts and conditions are taken apart. Done once
// per flow, on its first run.
import type { ActionDefinition, FlowActionDocument } from './action.ts'
import { actionDefinitions } from './actions/index.ts'
import { type CompiledCondition, type ConditionValue, compileCondition } from './conditions.ts'
import type { Flow } from './flow.ts'
import type { Channel } from './host.ts'
import type { ReferenceSource } from './references.ts'
import { ParameterTemplates } from './resolved-parameters.ts'

export interface CompiledAction {
  readonly identifier: string
  readonly type: string
  /** In the flow log. */
  readonly blockName: string
  /** Absent: no action of this box; taken by the error branch when it is reached. */
  readonly definition: ActionDefinition | undefined
  readonly channels: readonly Channel[] | 'all'
  readonly parameters: ParameterTemplates
  readonly conditionOperands: readonly string[]
  readonly operandsInMilliseconds: boolean
  next: CompiledAction | undefined
  readonly errors: Map<string, CompiledAction>
  readonly conditions: { holds: CompiledCondition; next: CompiledAction | undefined }[]
}

export interface CompiledFlow {
  readonly flow: Flow
  readonly start: CompiledAction | undefined
}

const compiled = new WeakMap<Flow, CompiledFlow>()

/** The compiled form, kept as long as the flow object lives. A reload makes new flow objects. */
export function compileFlow(flow: Flow): CompiledFlow {
  const known = compiled.get(flow)
  if (known) return known
  const actions = new Map<string, CompiledAction>()
  for (const [identifier, action] of flow.actions) actions.set(identifier, compileAction(action, flow))
  for (const [identifier, action] of flow.actions) connect(action, actions.get(identifier)!, actions)
  const result: CompiledFlow = { flow, start: actions.get(flow.startAction) }
  compiled.set(flow, result)
  return result
}

function compileAction(action: FlowActionDocument, flow: Flow): CompiledAction {
  const identifier = action.Identifier
  const definition = actionDefinitions.get(action.Type)
  return {
    identifier,
    type: action.Type,
    blockName: definition?.blockNameOf?.(action) ?? definition?.blockName ?? action.Type,
    definition,
    channels: definition?.channelsOf?.(action, flow.type) ?? definition?.channels ?? 'all',
    parameters: new ParameterTemplates(action, flow.displayNames.get(identifier)),
    conditionOperands: (action.Transitions.Conditions ?? []).flatMap(({ Condition }) => Condition.Operands),
    operandsInMilliseconds: flow.millisecondOperands?.has(identifier) ?? false,
    next: undefined,
    errors: new Map(),
    conditions: [],
  }
}

function connect(
  action: FlowActionDocument,
  target: CompiledAction,
  actions: ReadonlyMap<string, CompiledAction>,
): void {
  const { NextAction, Errors = [], Conditions = [] } = action.Transitions
  target.next = NextAction === undefined ? undefined : actions.get(NextAction)
  for (const branch of Errors) {
    const next = actions.get(branch.NextAction)
    // The first entry of a type counts, as in a list that is searched from its head.
    if (next && !target.errors.has(branch.ErrorType)) target.errors.set(branch.ErrorType, next)
  }
  for (const { NextAction: next, Condition } of Conditions)
    target.conditions.push({
      holds: compileCondition(Condition.Operator, Condition.Operands),
      next: actions.get(next),
    })
}

/** Where a value leads: the first condition that is true of it, else `NoMatchingCondition`, else `NextAction`. */
export function conditionTarget(
  action: CompiledAction,
  value: ConditionValue,
  source: ReferenceSource,
): CompiledAction | undefined {
  for (const condition of action.conditions) if (condition.holds(value, source)) return condition.next
  return action.errors.get('NoMatchingCondition') ?? action.next
}

/** Where an error leads: its own branch, else `NoMatchingError`; for blocks that may lack both, `NextAction`. */
export function errorTarget(action: CompiledAction, errorType: string): CompiledAction | undefined {
  const branch = action.errors.get(errorType) ?? action.errors.get('NoMatchingError')
  if (branch) return branch
  return action.definition?.goesOnWithoutErrorBranch ? action.next : undefined
}
