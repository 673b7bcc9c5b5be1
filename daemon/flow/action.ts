// The contract of a flow action: one small file each in actions/, declared in actions/index.ts; the engine knows only
// this. An action reads its resolved parameters, does one thing through the host, and says where the flow goes on.
import type { Severity } from '../fault.ts'
import type { FlowAbilities, HookKind } from './abilities.ts'
import type { SentTo } from './flow-progress.ts'
import type { FlowObject, FlowValue } from './flow-value.ts'
import type { Channel, FlowHost, FlowType } from './host.ts'
import type { ParameterReader } from './parameters.ts'

export type Outcome =
  /** Take `NextAction`. `result` and what came from outside (`external`) are what the flow log shows of it. */
  | { to: 'next'; result?: string; external?: Record<string, unknown>; sentTo?: SentTo }
  /** Take the first condition that is true of `value`; none: the `NoMatchingCondition` error, else `NextAction`. */
  | { to: 'condition'; value: string | number | undefined }
  /** Take the branch of this error, else that of `NoMatchingError`; neither: the flow fails. */
  | { to: 'error'; errorType: string; detail: string }
  /** Go on in another flow (id already resolved). */
  | { to: 'flow'; flowId: string }
  /** Go on in a module (id already resolved), and come back to this action. */
  | { to: 'module'; moduleId: string; input: FlowObject }
  /** Back to the action that invoked the module: the condition of this result, else `NextAction`. */
  | { to: 'return'; result?: string; resultData?: FlowValue }
  | { to: 'end'; end: 'disconnect' | 'queued' | 'ended'; sentTo?: SentTo }

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
  /** The console wrote seconds as milliseconds into the conditions of this block (see flow-metadata.ts). */
  readonly operandsInMilliseconds: boolean
  /** At least 0, less than 1. */
  readonly random: () => number
  /** For intervals, as `Clock.monotonicMs`. */
  nowMs(): number
}

export interface FlowRunState {
  storedCustomerInput: string | undefined
  readonly loopCounts: Map<string, number>
  /** Of waits that let the flow go on: when they began, by their identifier. */
  readonly waitsBegunMs: Map<string, number>
  readonly flowAttributes: Map<string, string>
  /** What `$.CustomerId`, `$.Name` and `$.Description` were set to by this run. */
  readonly contactData: Map<string, string>
  /** What actions left behind for references, by namespace: `External`, `Lex`, `Metrics`, `Views`, `Customer`, … */
  readonly results: Map<string, FlowValue>
}

export interface ActionDefinition {
  readonly type: string
  /** Name in the flow log (`ContactFlowModuleType`). */
  readonly blockName: string
  /** The same, of actions that are several blocks of the console. */
  blockNameOf?(action: FlowActionDocument): string
  readonly flowTypes: readonly FlowType[] | 'all'
  readonly channels: readonly Channel[] | 'all'
  /** Needs somebody on the line; without: the error branch, or the end where the fact sheet says so. */
  readonly needsParticipant: boolean
  readonly terminal: boolean
  /** An error that has no branch goes on by `NextAction`: for blocks that older exports write without one. */
  readonly goesOnWithoutErrorBranch?: boolean
  /** Lasts as long as it likes (loop prompts); every other action is cut off by the engine's time limit. */
  readonly endless?: boolean
  /** Longest time of what this run of it was asked to do, instead of the engine's own limit. */
  timeLimitMs?(run: ActionRun): number | undefined
  /** The ability of the host without which its error branch is taken. */
  readonly needs?: keyof FlowAbilities
  /** The product beside contacts that a function of the instance must stand in for, when `needs` is `invokeHook`. */
  readonly product?: HookKind
  /** The service has an action of this name and tells nothing more of it: its error branch is taken. */
  readonly knownByNameOnly?: boolean
  /** Flow types of this very use of it, where they are other than `flowTypes`. */
  flowTypesOf?(action: FlowActionDocument): readonly FlowType[] | 'all'
  /** Channels of this very use of it, where they are other than `channels`. */
  channelsOf?(action: FlowActionDocument, flowType: FlowType): readonly Channel[] | 'all'
  /** Faults of the parameters that can be seen without running: one message and mend each. */
  check(action: FlowActionDocument, report: ActionReport, flowType: FlowType): void
  run(run: ActionRun): Outcome | Promise<Outcome>
}

/** `path` is relative to the action, e.g. `Parameters.QueueId`. Severity: error unless given. */
export type ActionReport = (path: string, message: string, mend: string, severity?: Severity) => void

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
