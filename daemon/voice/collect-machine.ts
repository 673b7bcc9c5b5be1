// An entry by digits, as a pure machine: what was pressed, what ran out, what comes of it.
//
//   prompting ──prompt ended──▶ waiting ──digit──▶ entering ──full, terminator, gap──▶ done
//       └──────────digit (stops the prompt)──────────▲  └──cancel key──▶ waiting
//                                     waiting ──nothing in time──▶ done (timeout)
//
// The wait for the first digit counts from the end of the prompt; a digit pressed during the prompt is the first one.
import type { Collected, CollectOptions } from '../flow/host.ts'

export type CollectRules = Omit<CollectOptions, 'prompt'>

export interface CollectState {
  readonly phase: 'prompting' | 'waiting' | 'entering' | 'done'
  readonly entry: string
}

export type CollectInput =
  | { type: 'promptEnded' }
  /** By something else than a key; the wait begins. */
  | { type: 'promptInterrupted' }
  | { type: 'digitPressed'; digit: string }
  | { type: 'timedOut' }

export type CollectEffect =
  | { type: 'stopPrompt' }
  /** Replaces the timer that was set before. */
  | { type: 'setTimer'; afterMs: number }
  /** The last effect of an entry; a timer that is still set is to be cancelled. */
  | { type: 'finish'; collected: Collected }

export interface CollectStep {
  readonly state: CollectState
  readonly effects: readonly CollectEffect[]
}

const cancelKey = '*'

/** The start of an entry: with a prompt the machine waits for its end, without one the time runs at once. */
export function beginCollect(rules: CollectRules, hasPrompt: boolean): CollectStep {
  return hasPrompt ? { state: { phase: 'prompting', entry: '' }, effects: [] } : wait(rules, [])
}

export function collectStep(state: CollectState, input: CollectInput, rules: CollectRules): CollectStep {
  switch (input.type) {
    case 'promptEnded':
      return state.phase === 'prompting' ? wait(rules, []) : { state, effects: [] }
    case 'promptInterrupted':
      return state.phase === 'prompting' ? wait(rules, [{ type: 'stopPrompt' }]) : { state, effects: [] }
    case 'timedOut':
      return timedOut(state, rules)
    case 'digitPressed':
      return state.phase === 'done' ? { state, effects: [] } : press(state, input.digit, rules)
  }
}

function wait(rules: CollectRules, effects: readonly CollectEffect[]): CollectStep {
  const timer: CollectEffect = { type: 'setTimer', afterMs: rules.firstDigitTimeoutMs }
  return { state: { phase: 'waiting', entry: '' }, effects: [...effects, timer] }
}

function timedOut(state: CollectState, rules: CollectRules): CollectStep {
  if (state.phase === 'waiting') return finish({ outcome: 'timeout' }, [])
  // What looked like the start of the terminator was part of the entry.
  if (state.phase === 'entering') return finish(digits(state.entry, rules), [])
  return { state, effects: [] }
}

function press(state: CollectState, digit: string, rules: CollectRules): CollectStep {
  const effects: CollectEffect[] = state.phase === 'prompting' ? [{ type: 'stopPrompt' }] : []
  const entry = state.entry + digit
  const { terminator } = rules
  if (terminator !== '' && entry.endsWith(terminator))
    return finish(digits(entry.slice(0, -terminator.length), rules), effects)
  // A terminator that has the cancel key in it is a terminator.
  if (rules.cancelKey && digit === cancelKey && !terminator.includes(cancelKey)) return wait(rules, effects)
  if (entry.length - startedTerminator(entry, terminator) >= rules.maximumDigits)
    return finish(digits(entry, rules), effects)
  const timer: CollectEffect = { type: 'setTimer', afterMs: rules.interDigitTimeoutMs }
  return { state: { phase: 'entering', entry }, effects: [...effects, timer] }
}

function finish(collected: Collected, effects: readonly CollectEffect[]): CollectStep {
  const entry = collected.outcome === 'digits' ? collected.digits : ''
  return { state: { phase: 'done', entry }, effects: [...effects, { type: 'finish', collected }] }
}

function digits(entry: string, rules: CollectRules): Collected {
  return { outcome: 'digits', digits: entry.slice(0, rules.maximumDigits) }
}

/** How many digits at the end may be the beginning of a terminator of several digits. */
function startedTerminator(entry: string, terminator: string): number {
  for (let length = Math.min(terminator.length - 1, entry.length); length > 0; length--)
    if (entry.endsWith(terminator.slice(0, length))) return length
  return 0
}
