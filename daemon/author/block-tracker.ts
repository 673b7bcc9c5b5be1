// Makes a trace of a run: blocks and branches from the flow log, which is written when a block is over; what the block
// did in between waits here, so that it follows its block.
import type { FlowActionDocument } from '../flow/action.ts'
import type { Flow } from '../flow/flow.ts'
import type { FlowEnd, FlowLogEntry } from '../flow/host.ts'
import { withoutSecrets } from '../flow/secrets.ts'
import type { AskingBlock } from './answers.ts'
import { expectedBranch, takenBranch } from './taken-branch.ts'
import type { TraceEvent, TraceStep } from './trace.ts'

interface Place {
  flow: Flow
  identifier: string
}

interface Left extends Place {
  results: string | undefined
}

export interface TrackerOptions {
  flow: Flow
  /** By ARN, as the log names them. */
  flowByArn(arn: string): Flow | undefined
  flowById(id: string): Flow | undefined
  startEpochMs: number
  nowMs(): number
  emit(event: TraceEvent): void
}

export class BlockTracker {
  readonly #options: TrackerOptions
  /** Done by the block that runs, or by one just before it that has not been told yet. */
  #waiting: TraceEvent[] = []
  #left: Left | undefined
  #announced: Place | undefined
  #blocks = 0

  constructor(options: TrackerOptions) {
    this.#options = options
  }

  /** Something happened in the block that runs. */
  step(step: TraceStep): void {
    const event = { atMs: this.#options.nowMs(), ...step }
    if (this.#announced) this.#options.emit(event)
    else this.#waiting.push(event)
  }

  /** The block that runs, as far as the last one tells. */
  current(): AskingBlock | undefined {
    const place = this.#expected()
    const action = place?.flow.actions.get(place.identifier)
    if (!action) return undefined
    const operands = (action.Transitions.Conditions ?? []).flatMap(({ Condition }) => Condition.Operands)
    return { identifier: action.Identifier, type: action.Type, operands }
  }

  /** Somebody waits for what has happened so far: the block that runs is told before it is over, if it is known. */
  announce(): void {
    const place = this.#expected()
    const action = place?.flow.actions.get(place.identifier)
    if (this.#announced) return
    if (place && action) {
      const atMs = this.#waiting[0]?.atMs ?? this.#options.nowMs()
      const parameters = withoutSecrets(action.Parameters) as Record<string, unknown>
      this.#enter(place.flow, action, { atMs, name: action.Type, parameters })
      this.#announced = place
    }
    this.#flush()
  }

  /** A block is over. */
  log(entry: FlowLogEntry): void {
    const flow = this.#options.flowByArn(entry.ContactFlowId) ?? this.#options.flow
    const action = flow.actions.get(entry.Identifier)
    const announced = this.#announced
    this.#announced = undefined
    if (action && !(announced && announced.flow === flow && announced.identifier === entry.Identifier)) {
      const atMs = Math.max(0, Date.parse(entry.Timestamp) - this.#options.startEpochMs)
      this.#enter(flow, action, { atMs, name: entry.ContactFlowModuleType, parameters: entry.Parameters })
    }
    this.#flush()
    this.#left = { flow, identifier: entry.Identifier, results: entry.Results }
  }

  end(end: FlowEnd, reason: string): TraceEvent {
    this.#flush()
    const place = this.#left
    const block = end.type === 'failed' ? end.identifier : (place?.identifier ?? this.#options.flow.startAction)
    const flow = (place?.flow ?? this.#options.flow).id
    const event: TraceEvent = {
      atMs: this.#options.nowMs(),
      event: 'end',
      end: end.type,
      flow,
      block,
      reason,
      blocks: this.#blocks,
    }
    this.#options.emit(event)
    return event
  }

  #enter(
    flow: Flow,
    action: FlowActionDocument,
    seen: { atMs: number; name: string; parameters: Record<string, unknown> },
  ): void {
    this.#tellBranch(flow, action.Identifier, seen.atMs)
    this.#blocks++
    const { atMs, name, parameters } = seen
    const { emit } = this.#options
    emit({ atMs, event: 'block', flow: flow.id, block: action.Identifier, type: action.Type, name, parameters })
  }

  #tellBranch(flow: Flow, to: string, atMs: number): void {
    const left = this.#left
    this.#left = undefined
    const action = left?.flow.actions.get(left.identifier)
    if (!left || !action) return
    const taken = left.flow === flow ? takenBranch(action, left.results, to) : undefined
    this.#options.emit({ atMs, event: 'branch', ...(taken ?? { branch: awayFrom(action.Type), to }) })
  }

  #expected(): Place | undefined {
    const left = this.#left
    if (!left)
      return this.#blocks === 0 ? { flow: this.#options.flow, identifier: this.#options.flow.startAction } : undefined
    const action = left.flow.actions.get(left.identifier)
    if (!action) return undefined
    const entered = left.results === undefined ? undefined : this.#options.flowById(left.results)
    if (entered && awayFrom(action.Type) !== 'return') return { flow: entered, identifier: entered.startAction }
    const branch = expectedBranch(action, left.results)
    return branch && { flow: left.flow, identifier: branch.to }
  }

  #flush(): void {
    for (const event of this.#waiting) this.#options.emit(event)
    this.#waiting = []
  }
}

/** How a block leads out of its flow. */
function awayFrom(type: string): string {
  if (type === 'TransferToFlow') return 'flow'
  return type === 'InvokeFlowModule' ? 'module' : 'return'
}
