// Tells the host which flows and modules of a run begin, and how each ends: what the flow metrics are counted from
// (metrics facts, 6).
import type { Clock } from '../clock.ts'
import type { Flow } from './flow.ts'
import type { FlowEnd, FlowHost, FlowOutcome } from './host.ts'

/** Where an action sent the contact, if it did. */
export type SentTo = 'agent' | 'phoneNumber' | 'queue'

interface Entered {
  flow: Flow
  startedEpochMs: number
}

export class FlowProgress {
  readonly #host: Pick<FlowHost, 'flowRan'>
  readonly #clock: Clock
  /** The flow, and the modules in it that are not over; innermost last. */
  readonly #entered: Entered[] = []
  #sentTo: SentTo | undefined

  constructor(host: Pick<FlowHost, 'flowRan'>, clock: Clock) {
    this.#host = host
    this.#clock = clock
  }

  entered(flow: Flow): void {
    const startedEpochMs = this.#clock.epochMs()
    this.#entered.push({ flow, startedEpochMs })
    this.#host.flowRan?.({ what: 'started', ...nameOf(flow), atEpochMs: startedEpochMs })
  }

  /** Of the action that has just run; undefined: it sent the contact nowhere. */
  sent(to: SentTo | undefined): void {
    this.#sentTo = to
  }

  /** The innermost one. */
  left(outcome: FlowOutcome): void {
    const last = this.#entered.pop()
    if (!last) return
    const { flow, startedEpochMs } = last
    this.#host.flowRan?.({
      what: 'ended',
      ...nameOf(flow),
      atEpochMs: Math.max(this.#clock.epochMs(), startedEpochMs),
      startedEpochMs,
      outcome,
    })
  }

  /** The flow and every module it is in. */
  leftAll(outcome: FlowOutcome): void {
    while (this.#entered.length > 0) this.left(outcome)
  }

  ended(end: FlowEnd): void {
    this.leftAll(this.#sentTo === undefined ? outcomesOfEnds[end.type] : outcomesOfSending[this.#sentTo])
  }
}

const outcomesOfEnds: Readonly<Record<FlowEnd['type'], FlowOutcome>> = {
  disconnect: 'DISCONNECTED_PARTICIPANT',
  queued: 'TRANSFERED_TO_QUEUE',
  ended: 'ENDED_FLOW_EXECUTION',
  left: 'DROPPED',
  // No terminal block was reached.
  failed: 'DROPPED',
}

const outcomesOfSending: Readonly<Record<SentTo, FlowOutcome>> = {
  agent: 'TRANSFERED_TO_AGENT',
  phoneNumber: 'TRANSFERED_TO_PHONE_NUMBER',
  queue: 'TRANSFERED_TO_QUEUE',
}

function nameOf({ id, type }: Flow): { flow: string; flowType: Flow['type'] } {
  return { flow: id, flowType: type }
}
