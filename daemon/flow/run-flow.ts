// The engine: walks a flow from action to action. Actions that answer at once cost no turn of the event loop; those
// that wait are awaited. Whatever an action does, only its own flow can suffer: it throws, hangs or circles for ever.
//
//   action ─▶ outcome ─▶ next | condition | error branch ─▶ action …      (flow log entry per block)
//                   └──▶ another flow │ into a module, and back │ end │ no branch: failed │ aborted: left
import type { Clock } from '../clock.ts'
import type { FlowRunState, Outcome } from './action.ts'
import { type Settled, settleAction } from './action-settling.ts'
import { type CompiledAction, compileFlow, conditionTarget, errorTarget } from './compile-flow.ts'
import type { Flow } from './flow.ts'
import { flowLogEntry } from './flow-log.ts'
import { FlowProgress } from './flow-progress.ts'
import { transferTargets } from './flow-type.ts'
import type { FlowObject, FlowValue } from './flow-value.ts'
import { type FlowEnd, type FlowHost, ParticipantError } from './host.ts'
import type { ReferenceSource } from './references.ts'
import { ParameterError } from './resolved-parameters.ts'
import type { FlowResources } from './resources.ts'
import { RunningAction } from './running-action.ts'
import { maskValues } from './secrets.ts'

/** Flows by id: what `TransferToFlow` can go on in. */
export type FlowLibrary = Pick<ReadonlyMap<string, Flow>, 'get'>

export interface FlowLimits {
  /** Blocks of one run in all. A day of loop prompts interrupted every 20 s stays below. */
  blocks: number
  /** Blocks in a row that wait for nothing: a circle without a prompt or an input in it. */
  blocksWithoutWaiting: number
  /** Blocks until the event loop gets its turn. */
  blocksPerTurn: number
  /** Longest time of an action that sets none itself. Longer than any prompt and entry together. */
  actionMs: number
  /** How long an aborted action may take to stop. */
  graceMs: number
  /** Modules inside modules (fact sheet flow-types 9). */
  moduleDepth: number
}

export const flowLimits: Readonly<FlowLimits> = {
  blocks: 100_000,
  blocksWithoutWaiting: 10_000,
  blocksPerTurn: 200,
  actionMs: 15 * 60_000,
  graceMs: 2000,
  moduleDepth: 5,
}

export interface RunFlowOptions {
  flow: Flow
  host: FlowHost
  flows: FlowLibrary
  resources: FlowResources
  /** Aborted when the party has left, an agent accepted, the daemon stops. */
  signal: AbortSignal
  clock: Clock
  /** At least 0, less than 1. */
  random?: () => number
  limits?: Partial<FlowLimits>
}

/** Runs a flow to its end. Never rejects; after an abort it ends within the grace, whatever the action does. */
export async function runFlow(options: RunFlowOptions): Promise<FlowEnd> {
  const progress = new FlowProgress(options.host, options.clock)
  const run = new FlowRun(options, progress)
  let end: FlowEnd
  try {
    progress.entered(options.flow)
    end = await run.run()
  } catch (fault) {
    end = { type: 'failed', identifier: run.at, reason: reasonOf(fault) }
  }
  progress.ended(end)
  return end
}

/** Where a module goes back to. */
interface Frame {
  flow: Flow
  state: FlowRunState
  /** The action that invoked the module. */
  action: CompiledAction
}

interface Finish {
  to: 'finish'
  end: FlowEnd
}

class FlowRun {
  /** Identifier of the action that runs. */
  at = ''
  readonly #options: RunFlowOptions
  readonly #progress: FlowProgress
  readonly #limits: FlowLimits
  readonly #random: () => number
  /** Loop counters by flow: friendly identifiers repeat from flow to flow. */
  readonly #loopCounts = new Map<string, Map<string, number>>()
  /** Innermost last. */
  readonly #frames: Frame[] = []
  #flow: Flow
  #state: FlowRunState
  #source: ReferenceSource

  constructor(options: RunFlowOptions, progress: FlowProgress) {
    this.#options = options
    this.#progress = progress
    this.#limits = { ...flowLimits, ...options.limits }
    this.#random = options.random ?? Math.random
    this.#flow = options.flow
    this.#state = this.#stateIn(options.flow, new Map(), new Map(), undefined)
    this.#source = sourceOf(options.host, this.#state)
  }

  async run(): Promise<FlowEnd> {
    const { signal } = this.#options
    const { blocks: maximumBlocks, blocksWithoutWaiting, blocksPerTurn } = this.#limits
    let action = compileFlow(this.#flow).start
    if (!action) return this.#failed('StartAction does not exist').end
    let blocks = 0
    let withoutWaiting = 0
    let sinceTurn = 0

    for (;;) {
      if (signal.aborted) return { type: 'left' }
      this.at = action.identifier
      if (blocks++ >= maximumBlocks) return this.#failed(`more than ${maximumBlocks} blocks in one run`).end
      if (withoutWaiting++ >= blocksWithoutWaiting)
        return this.#failed(`goes round: ${blocksWithoutWaiting} blocks in a row waited for nothing`).end
      // Also when each of them waited, for promises that are settled already give nobody else a turn.
      if (++sinceTurn >= blocksPerTurn) {
        sinceTurn = 0
        await nextTurn()
        if (signal.aborted) return { type: 'left' }
      }

      let step = this.#run(action)
      if (step instanceof Promise) {
        step = await step
        withoutWaiting = 0
      }
      // Of the block, not of the flow it leads into.
      const source = this.#source
      this.#progress.sent('sentTo' in step ? step.sentTo : undefined)
      let next: CompiledAction | Finish = step.to === 'finish' ? step : this.#follow(action, step)
      if ('to' in next && next.end.type === 'failed') next = this.#rescued(discreet(next.end, action, source))
      if ('to' in next) return next.end
      action = next
    }
  }

  /** Runs one action and writes its flow log entry, at once or when it has settled. */
  #run(action: CompiledAction): Outcome | Finish | Promise<Outcome | Finish> {
    const { host, clock } = this.#options
    const loggedBefore = host.contact.flowLogging
    // What the block was asked to do, before it changes what its parameters refer to.
    const parameters = loggedBefore ? action.parameters.filled(this.#source) : undefined
    const startedEpochMs = loggedBefore ? clock.epochMs() : 0

    const log = (step: Outcome | Finish): Outcome | Finish => {
      if (!loggedBefore && !host.contact.flowLogging) return step
      host.log(
        flowLogEntry(host.contact, {
          flow: this.#flow,
          action,
          startedEpochMs: loggedBefore ? startedEpochMs : clock.epochMs(),
          outcome: step.to === 'finish' ? undefined : step,
          secrets: action.parameters.secretValues(this.#source),
          parameters: parameters ?? action.parameters.filled(this.#source),
        }),
      )
      return step
    }

    const started = this.#start(action)
    return started instanceof Promise ? started.then(log) : log(started)
  }

  #start(action: CompiledAction): Outcome | Finish | Promise<Outcome | Finish> {
    const { definition } = action
    const { host, signal, clock } = this.#options
    if (!definition) return noMatchingError(`${action.type} is no action of this box`)
    const { channel } = host.contact
    if (action.channels !== 'all' && !action.channels.includes(channel))
      return noMatchingError(`not for the channel ${channel}`)
    if (definition.needsParticipant && !host.participant) return noMatchingError('nobody is on the line')

    const run = new RunningAction(action, host, this.#source, this.#options.resources, this.#random, clock)
    try {
      const { actionMs, graceMs } = this.#limits
      // Before it runs: a limit that can't be told must not leave a promise behind that nobody holds.
      const limitMs = definition.endless ? undefined : (definition.timeLimitMs?.(run) ?? actionMs)
      const outcome = definition.run(run)
      if (!(outcome instanceof Promise)) return outcome
      const settled = settleAction(outcome, { clock, signal, stop: run.stop, limitMs, graceMs })
      return this.#settle(action, settled, limitMs)
    } catch (fault) {
      return this.#faultStep(action, fault)
    }
  }

  async #settle(
    action: CompiledAction,
    settling: Promise<Settled<Outcome>>,
    limitMs: number | undefined,
  ): Promise<Outcome | Finish> {
    const settled = await settling
    switch (settled.how) {
      case 'done':
        return settled.value
      case 'thrown':
        return this.#faultStep(action, settled.fault)
      case 'timedOut':
        return noMatchingError(`not finished within ${(limitMs ?? 0) / 1000} s`)
      case 'left':
        return { to: 'finish', end: { type: 'left' } }
      case 'stuck':
        if (this.#options.signal.aborted) return { to: 'finish', end: { type: 'left' } }
        return this.#defect(action, 'the action was stopped and did not stop')
    }
  }

  /** Whatever a block throws is its error branch; what it should not have thrown is told to the host besides. */
  #faultStep(action: CompiledAction, fault: unknown): Outcome | Finish {
    if (this.#options.signal.aborted) return { to: 'finish', end: { type: 'left' } }
    if (fault instanceof ParticipantError || fault instanceof ParameterError) return noMatchingError(fault.message)
    return this.#defect(action, reasonOf(fault))
  }

  #defect(action: CompiledAction, reason: string): Outcome {
    const { host } = this.#options
    host.reportDefect?.(this.at, maskValues(reason, action.parameters.sensitiveValues(this.#source)))
    return noMatchingError(reason)
  }

  #follow(action: CompiledAction, outcome: Outcome): CompiledAction | Finish {
    switch (outcome.to) {
      case 'next':
        return action.next ?? this.#failed('has no NextAction')
      case 'condition':
        return (
          conditionTarget(action, outcome.value, this.#source) ??
          this.#failed(`no branch for ${outcome.value === undefined ? 'a value without data' : `"${outcome.value}"`}`)
        )
      case 'error':
        return (
          errorTarget(action, outcome.errorType) ??
          this.#failed(`${outcome.errorType} has no branch: ${outcome.detail}`)
        )
      case 'flow':
        return this.#enter(action, outcome.flowId)
      case 'module':
        return this.#invoke(action, outcome.moduleId, outcome.input)
      case 'return':
        return this.#return(outcome)
      case 'end':
        return { to: 'finish', end: { type: outcome.end } }
    }
  }

  /** Contact data and the latest results stay; flow attributes, loops and modules are gone when the flow is left. */
  #enter(action: CompiledAction, flowId: string): CompiledAction | Finish {
    const flow = this.#options.flows.get(flowId)
    const start = flow && transferTargets.includes(flow.type) ? compileFlow(flow).start : undefined
    if (!flow || !start) return this.#noMatchingError(action, `there is no flow ${flowId} to go on in`)
    this.#frames.length = 0
    this.#progress.leftAll('TRANSFERED_TO_FLOW')
    this.#progress.entered(flow)
    const { contactData, results, storedCustomerInput } = this.#state
    for (const local of ['Loop', 'Modules']) results.delete(local)
    this.#go(flow, this.#stateIn(flow, contactData, results, storedCustomerInput))
    return start
  }

  /** A module sees the contact and its input, and nothing of what the caller got from functions, bots and entries. */
  #invoke(action: CompiledAction, moduleId: string, input: FlowObject): CompiledAction | Finish {
    const flow = this.#options.flows.get(moduleId)
    const start = flow?.type === 'MODULE' ? compileFlow(flow).start : undefined
    if (!flow || !start) return this.#noMatchingError(action, `there is no module ${moduleId}`)
    if (this.#frames.length >= this.#limits.moduleDepth)
      return this.#noMatchingError(action, `modules are nested deeper than ${this.#limits.moduleDepth}`)
    this.#frames.push({ flow: this.#flow, state: this.#state, action })
    this.#progress.entered(flow)
    const results = new Map<string, FlowValue>([['Modules', { Input: input }]])
    this.#go(flow, this.#stateIn(flow, this.#state.contactData, results, undefined))
    return start
  }

  #return({ result, resultData }: Extract<Outcome, { to: 'return' }>): CompiledAction | Finish {
    const frame = this.#frames.pop()
    if (!frame) return this.#failed('no module is to be left here')
    const { action } = frame
    this.#progress.left('RETURNED_TO_FLOW')
    this.#go(frame.flow, frame.state)
    this.#state.results.set('Modules', { Result: result ?? null, ResultData: resultData ?? null })
    const next = result === undefined ? action.next : conditionTarget(action, result, this.#source)
    if (next) return next
    this.at = action.identifier
    return this.#failed(result === undefined ? 'has no NextAction' : `no branch for "${result}"`)
  }

  /** What fails in a module is an error of the block that invoked it. */
  #rescued(failure: Finish): CompiledAction | Finish {
    for (let frame = this.#frames.pop(); frame; frame = this.#frames.pop()) {
      this.#progress.left('DROPPED')
      const branch = errorTarget(frame.action, 'NoMatchingError')
      if (!branch) continue
      this.#go(frame.flow, frame.state)
      return branch
    }
    return failure
  }

  #noMatchingError(action: CompiledAction, detail: string): CompiledAction | Finish {
    return errorTarget(action, 'NoMatchingError') ?? this.#failed(`NoMatchingError has no branch: ${detail}`)
  }

  #go(flow: Flow, state: FlowRunState): void {
    this.#flow = flow
    this.#state = state
    this.#source = sourceOf(this.#options.host, state)
  }

  #stateIn(
    flow: Flow,
    contactData: Map<string, string>,
    results: Map<string, FlowValue>,
    storedCustomerInput: string | undefined,
  ): FlowRunState {
    const loopCounts = this.#loopCounts.get(flow.id) ?? new Map<string, number>()
    this.#loopCounts.set(flow.id, loopCounts)
    return { storedCustomerInput, contactData, results, loopCounts, flowAttributes: new Map(), waitsBegunMs: new Map() }
  }

  #failed(reason: string): Finish {
    return { to: 'finish', end: { type: 'failed', identifier: this.at || this.#flow.startAction, reason } }
  }
}

function sourceOf(host: FlowHost, state: FlowRunState): ReferenceSource {
  return {
    get contact() {
      return host.contact
    },
    state,
  }
}

/** Ends are told to the daemon's log: no secrets there, and nothing that a caller keyed in. */
function discreet(end: FlowEnd & { type: 'failed' }, action: CompiledAction, source: ReferenceSource): Finish {
  const reason = maskValues(end.reason, action.parameters.sensitiveValues(source))
  return { to: 'finish', end: { ...end, reason } }
}

function noMatchingError(detail: string): Outcome {
  return { to: 'error', errorType: 'NoMatchingError', detail }
}

function reasonOf(fault: unknown): string {
  return fault instanceof Error ? fault.message : String(fault)
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
