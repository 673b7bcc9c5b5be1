// What happens to a record while somebody is connected: holds, pauses, transfers, after-contact work. Pure, as in
// record-builder.ts.
import type { ContactRecord, RecordAgent, RecordEndpoint } from './contact-record.ts'
import { notBefore, recordTimestamp, secondsBetween, touched } from './record-time.ts'

/** The customer is put on hold while with this agent; `byOwnAgent`: it is this agent who does it. */
export function customerHeld(record: ContactRecord, byOwnAgent: boolean, atEpochMs: number): ContactRecord {
  const { Agent } = record
  if (!Agent || record.Cordboard.hold) return record
  const held = touched(record, atEpochMs, { Agent: { ...Agent, NumberOfHolds: Agent.NumberOfHolds + 1 } })
  return { ...held, Cordboard: { ...held.Cordboard, hold: { since: recordTimestamp(atEpochMs), byOwnAgent } } }
}

export function customerResumed(record: ContactRecord, atEpochMs: number): ContactRecord {
  const { hold } = record.Cordboard
  if (!record.Agent || !hold) return record
  const resumed = touched(record, atEpochMs, { Agent: closedHold(record.Agent, hold, atEpochMs) })
  const { hold: _over, ...rest } = resumed.Cordboard
  return { ...resumed, Cordboard: rest }
}

function closedHold(agent: RecordAgent, hold: { since: string; byOwnAgent: boolean }, atEpochMs: number): RecordAgent {
  const heldS = secondsBetween(hold.since, notBefore(hold.since, atEpochMs))
  return {
    ...agent,
    CustomerHoldDuration: agent.CustomerHoldDuration + heldS,
    AgentInitiatedHoldDuration: (agent.AgentInitiatedHoldDuration ?? 0) + (hold.byOwnAgent ? heldS : 0),
    LongestHoldDuration: Math.max(agent.LongestHoldDuration, heldS),
  }
}

/** The contact goes on in another one. */
export function continuedBy(record: ContactRecord, nextContactId: string, atEpochMs: number): ContactRecord {
  return touched(record, atEpochMs, { NextContactId: nextContactId })
}

/** The customer was connected to an outside number. */
export function transferredOutside(record: ContactRecord, to: RecordEndpoint, atEpochMs: number): ContactRecord {
  return touched(record, atEpochMs, {
    TransferredToEndpoint: to,
    TransferCompletedTimestamp: recordTimestamp(atEpochMs),
  })
}

/** The next agent has come, and the one who transferred was gone before (contact record facts, 2). */
export function transferCompleted(record: ContactRecord, atEpochMs: number): ContactRecord {
  return touched(record, atEpochMs, { TransferCompletedTimestamp: recordTimestamp(atEpochMs) })
}

/** After the disconnect: the agent's work on it is over, and there was some. */
export function afterContactWork(record: ContactRecord, startEpochMs: number, endEpochMs: number): ContactRecord {
  const { Agent } = record
  if (!Agent) return record
  const AfterContactWorkStartTimestamp = recordTimestamp(startEpochMs)
  const AfterContactWorkEndTimestamp = notBefore(AfterContactWorkStartTimestamp, endEpochMs)
  return touched(record, endEpochMs, {
    Agent: {
      ...Agent,
      AfterContactWorkStartTimestamp,
      AfterContactWorkEndTimestamp,
      AfterContactWorkDuration: secondsBetween(AfterContactWorkStartTimestamp, AfterContactWorkEndTimestamp),
    },
  })
}

/** A supervisor listens, or talks: each stretch of it is noted. */
export function supervised(record: ContactRecord, state: 'SILENT_MONITOR' | 'BARGE', atEpochMs: number): ContactRecord {
  const { Agent } = record
  if (!Agent || Agent.StateTransitions?.at(-1)?.state === state) return record
  const stateStartTimestamp = recordTimestamp(atEpochMs)
  const before = endedTransitions(Agent, atEpochMs)
  return touched(record, atEpochMs, {
    Agent: { ...Agent, StateTransitions: [...before, { state, stateStartTimestamp }] },
  })
}

export function endedTransitions(agent: RecordAgent, atEpochMs: number): NonNullable<RecordAgent['StateTransitions']> {
  return (agent.StateTransitions ?? []).map((one) => ({
    ...one,
    stateEndTimestamp: one.stateEndTimestamp ?? notBefore(one.stateStartTimestamp, atEpochMs),
  }))
}

export function paused(record: ContactRecord, atEpochMs: number): ContactRecord {
  return touched(record, atEpochMs, {
    LastPausedTimestamp: recordTimestamp(atEpochMs),
    TotalPauseCount: (record.TotalPauseCount ?? 0) + 1,
  })
}

export function resumed(record: ContactRecord, atEpochMs: number): ContactRecord {
  const { LastPausedTimestamp: since, Agent } = record
  if (since === undefined) return record
  const pausedS = secondsBetween(since, notBefore(since, atEpochMs))
  return touched(record, atEpochMs, {
    LastResumedTimestamp: recordTimestamp(atEpochMs),
    TotalPauseDurationInSeconds: (record.TotalPauseDurationInSeconds ?? 0) + pausedS,
    Agent: Agent && { ...Agent, AgentPauseDuration: (Agent.AgentPauseDuration ?? 0) + pausedS },
  })
}
