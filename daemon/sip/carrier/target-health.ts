// Whether one address of a link can be used: a pure function of what was seen of it. Two silences in a row take it down,
// two answers in a row bring it back (one, while nothing is known), so that a link at its limit does not flap.
import type { LinkState } from '../endpoint.ts'

export interface TargetHealth {
  state: LinkState
  /** Why it is down. */
  reason?: string
  /** Silences, or answers, in a row that have not changed the state yet. */
  misses: number
  hits: number
}

export type HealthInput =
  /** OPTIONS was answered, by whatever. */
  | { type: 'answered' }
  | { type: 'unanswered'; reason: string }
  /** A call was responded to. */
  | { type: 'callTaken' }
  /** A call got nothing, or was told to go elsewhere. */
  | { type: 'callFailed'; reason: string }
  /** The rest that a failed call or a Retry-After had brought is over. */
  | { type: 'rested' }

export const unknownHealth: TargetHealth = { state: 'unknown', misses: 0, hits: 0 }
const up: TargetHealth = { state: 'up', misses: 0, hits: 0 }
const missesToGoDown = 2
const hitsToComeUp = 2

export function nextHealth(health: TargetHealth, input: HealthInput): TargetHealth {
  switch (input.type) {
    case 'answered': {
      const hits = health.hits + 1
      if (health.state !== 'down' || hits >= hitsToComeUp) return up
      return { ...health, hits, misses: 0 }
    }
    case 'unanswered': {
      const misses = health.misses + 1
      if (health.state === 'down' || misses >= missesToGoDown) return down(input.reason)
      return { ...health, misses, hits: 0 }
    }
    case 'callTaken':
      return up
    case 'callFailed':
      return down(input.reason)
    case 'rested':
      return health.state === 'down' ? unknownHealth : health
  }
}

function down(reason: string): TargetHealth {
  return { state: 'down', reason, misses: 0, hits: 0 }
}
