// An agent's keys in the middle of a call: those that begin with a star are gathered into a code, all others are left to
// whoever listens on the other side. Pure: (state, key or time) → next state and what became of it.
import type { AgentCommand } from './agent-command.ts'
import { type CodeBook, readCode } from './phone-codes.ts'

/** Keys further apart than this are no code. */
export const betweenKeysMs = 4000

export type CollectorState = { keys: string }
export const noKeys: CollectorState = { keys: '' }

export type CollectorInput = { type: 'keyPressed'; key: string } | { type: 'timerFired' }

export type CollectorOutcome =
  | { is: 'waiting' }
  | { is: 'command'; command: AgentCommand }
  /** Not a code: told to the agent by a tone. */
  | { is: 'unknown'; keys: string }
  /** Not the start of a code: none of ours. */
  | { is: 'passed' }

export function collectKey(
  state: CollectorState,
  input: CollectorInput,
  book: CodeBook,
): { state: CollectorState; outcome: CollectorOutcome } {
  if (input.type === 'timerFired')
    return state.keys === ''
      ? { state: noKeys, outcome: { is: 'passed' } }
      : { state: noKeys, outcome: { is: 'unknown', keys: state.keys } }
  if (state.keys === '' && input.key !== '*') return { state: noKeys, outcome: { is: 'passed' } }
  // A second star takes back what was keyed.
  const keys = input.key === '*' ? '*' : state.keys + input.key
  const reading = readCode(keys, book)
  if (reading.is === 'incomplete') return { state: { keys }, outcome: { is: 'waiting' } }
  if (reading.is === 'unknown') return { state: noKeys, outcome: { is: 'unknown', keys } }
  return { state: noKeys, outcome: { is: 'command', command: reading.command } }
}
