// The states of a SIP leg as a pure function (the picture is on Leg, leg/leg.ts).
import type { LegState } from '../leg/leg.ts'

export type LegInput =
  /** The far end's phone rings (outbound). */
  | 'alerted'
  /** We begin to answer (inbound). */
  | 'answerBegun'
  /** Both sides agreed, acknowledged: audio flows. */
  | 'established'
  /** Hang-up by us, by the far end, or a failure. */
  | 'endBegun'
  /** All that belongs to the leg is released. */
  | 'released'

const moves: Record<LegState, Partial<Record<LegInput, LegState>>> = {
  ringing: { answerBegun: 'answering', endBegun: 'clearing' },
  answering: { established: 'talking', endBegun: 'clearing' },
  dialling: { alerted: 'alerting', established: 'talking', endBegun: 'clearing' },
  alerting: { established: 'talking', endBegun: 'clearing' },
  talking: { endBegun: 'clearing' },
  clearing: { released: 'ended' },
  ended: {},
}

/** Undefined: not from here; nothing happens. */
export function nextLegState(state: LegState, input: LegInput): LegState | undefined {
  return moves[state][input]
}
