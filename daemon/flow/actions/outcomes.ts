// Outcomes in short.
import type { Outcome } from '../action.ts'
import { ParameterError } from '../resolved-parameters.ts'

export const next: Outcome = { to: 'next' }

export function failed(detail: string, errorType = 'NoMatchingError'): Outcome {
  return { to: 'error', errorType, detail }
}

/** What an action is told whose ability the host does not have. */
export function notHere(what: string): Outcome {
  return failed(`this box can not ${what} here`)
}

/** A whole number in its range; throws ParameterError for anything else. */
export function wholeNumber(value: number | undefined, name: string, minimum: number, maximum: number): number {
  if (value === undefined || !Number.isInteger(value) || value < minimum || value > maximum)
    throw new ParameterError(`${name} is ${value ?? 'without data'}, not ${minimum} to ${maximum}`)
  return value
}
