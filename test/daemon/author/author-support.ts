// A flow run for a simulated contact, and its trace as short lines.
import type { Answers } from '../../../daemon/author/answers.ts'
import { type Simulated, type SimulationOptions, simulate } from '../../../daemon/author/simulate.ts'
import { describeStep, type TraceEvent } from '../../../daemon/author/trace.ts'
import { placeholderWorld } from '../../../daemon/author/world.ts'
import type { Flow } from '../../../daemon/flow/flow.ts'

export interface Traced extends Simulated {
  events: TraceEvent[]
  /** Each event as people see it, without its time. */
  lines: string[]
  /** Simulated time of the end. */
  lastedMs: number
}

export async function trace(
  flow: Flow,
  answers: Answers = {},
  options: Partial<Omit<SimulationOptions, 'flow' | 'answers' | 'emit'>> = {},
): Promise<Traced> {
  const events: TraceEvent[] = []
  const simulated = await simulate({
    world: (step) => placeholderWorld(flow, (kind, name) => step({ event: 'placeholder', kind, name })),
    ...options,
    flow,
    answers,
    emit: (event) => void events.push(event),
  })
  return {
    ...simulated,
    events,
    lines: events.map((event) => describeStep(event).trim()),
    lastedMs: events.at(-1)?.atMs ?? 0,
  }
}

/** Answers with these keys, one after the other, at once; then nothing. */
export function presses(...keys: string[]): Answers {
  return { digits: async () => keys.shift() }
}
