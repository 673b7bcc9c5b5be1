// Detectors of supervisory tones: a code is the number of the pattern that was heard, counted from 1 in the order given,
// or 0 when it ended.
import { type Detector, DetectorBank } from './detector-bank.ts'
import { bytes, i32 } from './library.ts'

/** One stretch of a pattern: one or two frequencies at a time, none for silence, and how long it may last. */
export interface ToneElement {
  frequenciesHz: readonly number[]
  shortestMs: number
  longestMs: number
}

/** Elements that must be heard one after the other, whole periods; libspandsp compares ten at most. */
export type TonePattern = readonly ToneElement[]

export const maximumElements = 10

export class ToneBank extends DetectorBank {
  constructor(detectors: number) {
    super('tone', detectors)
  }

  /** Throws when all are in use. */
  open(patterns: readonly TonePattern[]): Detector {
    const rows = patterns.flatMap((pattern, tone) =>
      pattern.map(({ frequenciesHz: [first = 0, second = 0], shortestMs, longestMs }) => [
        tone,
        first,
        second,
        shortestMs,
        longestMs,
      ]),
    )
    return this.openDetector(bytes(Int32Array.from(rows.flat())), i32(rows.length))
  }
}
