// Which blocks of a flow a caller can come to at all, told from the flow alone: along the branches that the block's
// action can take.
import type { FlowActionDocument } from '../../../daemon/flow/action.ts'
import { actionDefinitions } from '../../../daemon/flow/actions/index.ts'
import type { Flow } from '../../../daemon/flow/flow.ts'
import { isObject } from '../../../daemon/flow/flow-metadata.ts'
import { findReferences } from '../../../daemon/flow/references.ts'

/** Success is the end of the flow, or another flow: `NextAction` is never taken. */
const neverNext: ReadonlySet<string> = new Set(['TransferContactToQueue', 'TransferToFlow'])
/** A condition is always taken, else an error. */
const byCondition: ReadonlySet<string> = new Set([
  'Compare',
  'CheckHoursOfOperation',
  'CheckMetricData',
  'CheckOutboundCallStatus',
  'CheckSegmentMembershipForCustomerProfile',
  'ConnectParticipantWithLexBot',
  'DistributeByPercentage',
  'Loop',
  'MessageParticipantIteratively',
  'ShowView',
  'Wait',
])
/** Nothing outside of the flow can make them fail, unless a parameter is dynamic. */
const safe: ReadonlySet<string> = new Set(['Compare', 'DistributeByPercentage', 'Loop', 'UpdateFlowAttributes'])

export function reachableBlocks(flow: Flow): Set<string> {
  const reached = new Set<string>()
  const open = [flow.startAction]
  for (let identifier = open.pop(); identifier !== undefined; identifier = open.pop()) {
    const action = flow.actions.get(identifier)
    if (!action || reached.has(identifier)) continue
    reached.add(identifier)
    open.push(...targetsOf(flow, action))
  }
  return reached
}

/** Where a block can lead. */
export function targetsOf(flow: Flow, action: FlowActionDocument): string[] {
  const { Type, Parameters, Transitions } = action
  const definition = actionDefinitions.get(Type)
  if (!definition || definition.terminal) return definition ? [] : errorsOf(action, () => true)
  const { NextAction, Conditions = [] } = Transitions
  const fixed = findReferences(JSON.stringify(Parameters)).length === 0
  const targets: string[] = []
  const menu =
    Type === 'GetParticipantInput' &&
    String(Parameters.StoreInput).toLowerCase() !== 'true' &&
    Parameters.EnableDTMFBuffer === undefined
  const chooses = byCondition.has(Type) || menu
  const alwaysFails =
    definition.knownByNameOnly || /VoiceId/.test(Type + Object.keys(Parameters)) || !isWhole(flow, action)
  const noMatch = Transitions.Errors?.some(({ ErrorType }) => ErrorType === 'NoMatchingCondition')
  if (!alwaysFails && chooses) {
    for (const { NextAction: next } of Conditions) targets.push(next)
    // A value that no condition takes; a loop, hours and draws always have one.
    const complete = [
      'CheckHoursOfOperation',
      'Loop',
      'MessageParticipantIteratively',
      'CheckSegmentMembershipForCustomerProfile',
    ].includes(Type)
    if (!noMatch && !complete && NextAction !== undefined) targets.push(NextAction)
  } else if (!alwaysFails && !neverNext.has(Type) && NextAction !== undefined) targets.push(NextAction)
  targets.push(
    ...errorsOf(action, (errorType) =>
      errorType === 'NoMatchingCondition' ? chooses && !alwaysFails : !(safe.has(Type) && fixed),
    ),
  )
  return targets
}

function errorsOf({ Transitions }: FlowActionDocument, possible: (errorType: string) => boolean): string[] {
  return (Transitions.Errors ?? []).filter(({ ErrorType }) => possible(ErrorType)).map(({ NextAction }) => NextAction)
}

/** What the block needs is written and can have data: no empty names, no attribute of the flow that nothing sets. */
function isWhole(flow: Flow, { Type, Parameters }: FlowActionDocument): boolean {
  if (Type === 'GetParticipantInput' && Parameters.EnableDTMFBuffer === undefined && !Parameters.InputTimeLimitSeconds)
    return false
  const names = [
    'QueueId',
    'AgentId',
    'LambdaFunctionARN',
    'ContactFlowId',
    'FlowModuleId',
    'PromptId',
    'HoursOfOperationId',
  ]
  const bot = isObject(Parameters.LexV2Bot) ? Parameters.LexV2Bot.AliasArn : undefined
  const messages: unknown[] = Array.isArray(Parameters.Messages) ? Parameters.Messages : []
  const needed = [
    ...names.map((name) => Parameters[name]),
    bot,
    ...messages.map((one) => isObject(one) && one.PromptId),
  ]
  return needed.every((value) => {
    if (value === '') return false
    const key = /^\$\.FlowAttributes\.([^.]+)$/.exec(String(value))?.[1]
    return key === undefined || setsFlowAttribute(flow, key)
  })
}

function setsFlowAttribute(flow: Flow, key: string): boolean {
  return [...flow.actions.values()].some(
    ({ Type, Parameters }) =>
      Type === 'UpdateFlowAttributes' && isObject(Parameters.FlowAttributes) && key in Parameters.FlowAttributes,
  )
}
