// Outcomes in short.
import type { Outcome } from '../action.ts'

export const next: Outcome = { to: 'next' }

export function failed(detail: string, errorType = 'NoMatchingError'): Outcome {
  return { to: 'error', errorType, detail }
}
