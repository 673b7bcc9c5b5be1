// The contract of a flow action: one small file each in actions/, declared in actions/index.ts; the engine knows only
// this. An action reads its resolved parameters, does one thing through the host, and says where the flow goes on.
import type { Channel, FlowHost, FlowType } from './host.ts'
import type { ParameterReader } from './parameters.ts'

export type Outcome =
  /** Take `NextAction`. */
  | { to: 'next' }
  /** Take the first condition that is true of `value`; none: the `NoMatchingCondition` error, else `NextAction`. */
  | { to: 'condition'; value: string | number | undefined }
  /** Take the branch of this error, else that of `NoMatchingError`; neither: the flow fails. */
  | { to: 'error'; errorType: string; detail: string }
  /** Go on in another flow (id already resolved). */
  | { to: 'flow'; flowId: string }
  | { to: 'end'; end: 'disconnect' | 'queued' | 'ended' }

export interface ActionRun {
  readonly identifier: string
  /** Parameters with every reference resolved, read by name with their unit; faults become the error branch. */
  readonly parameters: ParameterReader
  readonly host: FlowHost
  /** Aborted when the run must stop. */
  readonly signal: AbortSignal
  /** State of this run: loop counters, `$.StoredCustomerInput`, the latest results. */
  readonly state: FlowRunState
  /** Condition values as written, for actions that need to know what is asked for. */
  readonly conditionOperands: readonly string[]
}

export interface FlowRunState {
  storedCustomerInput: string | undefined
  readonly loopCounts: Map<string, number>
  readonly flowAttributes: Map<string, string>
}

export interface ActionDefinition {
  readonly type: string
  /** Name in the flow log (`ContactFlowModuleType`). */
  readonly blockName: string
  readonly flowTypes: readonly FlowType[] | 'all'
  readonly channels: readonly Channel[] | 'all'
  /** Needs somebody on the line; without: the error branch, or the end where the fact sheet says so. */
  readonly needsParticipant: boolean
  readonly terminal: boolean
  /** Faults of the parameters that can be seen without running: one message and mend each. */
  check(action: FlowActionDocument, report: (path: string, message: string, mend: string) => void): void
  run(run: ActionRun): Outcome | Promise<Outcome>
}

/** An action as it stands in the file. */
export interface FlowActionDocument {
  Identifier: string
  Type: string
  Parameters: Record<string, unknown>
  Transitions: {
    NextAction?: string
    Errors?: { ErrorType: string; NextAction: string }[]
    Conditions?: { NextAction: string; Condition: { Operator: string; Operands: string[] } }[]
  }
}
