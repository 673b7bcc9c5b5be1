// One script run against its flow: passed, or what was expected, what happened, and the trace around it.
import type { Flow } from '../flow/flow.ts'
import type { Script } from './script-schema.ts'
import { ScriptedCaller, type ScriptFailure as Unfollowed } from './scripted-caller.ts'
import { simulate } from './simulate.ts'
import { describeStep, formatTraceTime, type TraceEvent, type TraceStep } from './trace.ts'
import type { World } from './world.ts'

export interface ScriptFailure extends Unfollowed {
  /** What led to it, a line for each event. */
  trace: string[]
}

export interface ScriptResult {
  failure?: ScriptFailure
  events: TraceEvent[]
  /** Real time. */
  tookMs: number
}

/** Lines of the trace that a failure shows. */
const shownLines = 15

export async function runScript(
  script: Script,
  flow: Flow,
  world: (step: (step: TraceStep) => void) => World,
): Promise<ScriptResult> {
  const startedMs = performance.now()
  const caller = new ScriptedCaller(script)
  const events: TraceEvent[] = []
  const { end, reason } = await simulate({
    flow,
    world,
    answers: caller,
    channel: script.channel,
    attributes: script.attributes,
    ...(script.caller !== undefined && { caller: script.caller }),
    called: script.called,
    ...(script.at !== undefined && { startEpochMs: Date.parse(script.at) }),
    happened: (step) => caller.happened(step),
    look: (contact) => caller.look(contact),
    emit(event) {
      events.push(event)
      if (event.event === 'block') caller.reached(event.block)
    },
  })
  caller.ended(end.type, reason)
  const tookMs = performance.now() - startedMs
  if (!caller.failure) return { events, tookMs }
  return { events, tookMs, failure: { ...caller.failure, trace: events.slice(-shownLines).map(traceLine) } }
}

export function traceLine({ atMs, ...step }: TraceEvent): string {
  return `${formatTraceTime(atMs).padStart(7)} ${describeStep(step)}`
}
