// Runs a flow for a simulated contact: text instead of sound, simulated time instead of waiting, a trace of all of it.
// Always ends: blocks are counted, time is bounded, and a caller who would wait for ever leaves.
import type { Flow } from '../flow/flow.ts'
import type { Channel, FlowEnd } from '../flow/host.ts'
import type { FlowResources } from '../flow/resources.ts'
import { runFlow } from '../flow/run-flow.ts'
import type { Answers, AskingBlock } from './answers.ts'
import { BlockTracker } from './block-tracker.ts'
import { SimulatedClock } from './simulated-clock.ts'
import type { TextContact } from './text-contact.ts'
import { createTextHost } from './text-host.ts'
import { type TraceEvent, type TraceStep, traceVersion } from './trace.ts'
import { moduleCaller, type World } from './world.ts'

export interface SimulationLimits {
  blocks: number
  /** How long the caller stays, in simulated time. */
  patienceMs: number
}

export const simulationLimits: Readonly<SimulationLimits> = { blocks: 5000, patienceMs: 30 * 60_000 }

export interface SimulationOptions {
  flow: Flow
  /** Made for the run, so that what it has to tell of missing things stands in the trace. */
  world(step: (step: TraceStep) => void): World
  answers: Answers
  channel?: Channel
  caller?: string
  /** The number that was dialled; one of the shipped instance when absent. */
  called?: string | undefined
  attributes?: Readonly<Record<string, string>>
  /** Wall clock at the start of the contact. */
  startEpochMs?: number
  limits?: Partial<SimulationLimits>
  /** Called in order, each event as soon as it is sure: what a block does is told when the block is over. */
  emit(event: TraceEvent): void
  /** Called at once, before the block that does it is told. */
  happened?(step: TraceStep): void
  /** Called once, before the flow starts: the contact's data as they change. */
  look?(contact: TextContact): void
}

export interface Simulated {
  end: FlowEnd
  /** Why the contact left, or why the flow failed; else empty. */
  reason: string
  contact: TextContact
  /** Timers and the like that the run left behind: none, or something is wrong. */
  leftTimers: number
}

/** A Monday morning, so that shops are open. */
export const defaultStartEpochMs = Date.UTC(2026, 0, 5, 10, 0, 0)
export const defaultCaller = '+442079460000'

/** What the one who answers may look at while the run goes on. */
export interface Observed {
  block(): AskingBlock | undefined
  /** Tells what has happened so far, for somebody who waits to read it. */
  announce(): void
}

export async function simulate(options: SimulationOptions, observe?: (observed: Observed) => void): Promise<Simulated> {
  const { flow, answers, channel = 'VOICE', caller = defaultCaller, startEpochMs = defaultStartEpochMs } = options
  const limits = { ...simulationLimits, ...options.limits }
  const clock = new SimulatedClock(startEpochMs)
  const leaving = new AbortController()
  const leave = (reason: string) => leaving.abort(new Error(reason))

  // A module can't be left but to the flow that invoked it.
  const started = flow.type === 'MODULE' ? moduleCaller(flow) : flow
  const visited = new Map<string, Flow>([[flow.arn, flow]])
  const tracker = new BlockTracker({
    flow,
    flowByArn: (arn) => visited.get(arn),
    flowById: (id) => world.flows.get(id),
    startEpochMs,
    nowMs: () => clock.monotonicMs(),
    emit: options.emit,
  })
  const step = (one: TraceStep) => {
    options.happened?.(one)
    tracker.step(one)
  }
  const world = options.world(step)
  const flows = {
    get(id: string) {
      const found = id === flow.id ? flow : world.flows.get(id)
      if (found) visited.set(found.arn, found)
      return found
    },
  }
  const at = new Date(startEpochMs).toISOString()
  options.emit({ atMs: 0, event: 'start', version: traceVersion, flow: flow.id, type: flow.type, channel, caller, at })
  observe?.({ block: () => tracker.current(), announce: () => tracker.announce() })
  answers.begin?.({ clock, leave, block: () => tracker.current() })

  const { host, contact } = createTextHost({
    world,
    answers,
    clock,
    channel,
    caller,
    called: options.called,
    attributes: options.attributes ?? {},
    step,
    log(entry) {
      if (started === flow || entry.ContactFlowId !== started.arn) tracker.log(entry)
    },
  })
  options.look?.(contact)
  const run = runFlow({
    flow: started,
    host,
    flows,
    resources: withItself(flow, world.resources),
    signal: leaving.signal,
    clock,
    ...(answers.random && { random: () => answers.random?.() ?? 0 }),
    limits: { blocks: limits.blocks, blocksWithoutWaiting: Math.min(limits.blocks, 1000) },
  })
  const end = await clock.drive(run, {
    limitMs: limits.patienceMs,
    exceeded: (why) => leave(why === 'time' ? outOfPatience(limits.patienceMs) : 'stays until somebody answers'),
  })
  const reason = reasonOf(end, leaving.signal)
  tracker.end(end, reason)
  return { end, reason, contact, leftTimers: clock.liveTimers }
}

/** A flow may name itself, whether it is part of the instance or not. */
function withItself(flow: Flow, resources: FlowResources): FlowResources {
  return {
    resolve: (kind, value, displayName) =>
      kind === 'flow' && value === flow.id ? flow.id : resources.resolve(kind, value, displayName),
    flowType: (flowId) => (flowId === flow.id ? flow.type : resources.flowType?.(flowId)),
  }
}

function outOfPatience(patienceMs: number): string {
  return `the caller gives up after ${Math.round(patienceMs / 60_000)} minutes`
}

function reasonOf(end: FlowEnd, signal: AbortSignal): string {
  if (end.type === 'failed') return end.reason
  if (end.type !== 'left') return ''
  return signal.reason instanceof Error ? signal.reason.message : String(signal.reason)
}
