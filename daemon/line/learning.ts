// Which lines are being learnt, and what was learnt of them: the daemon's side of `cordboard line learn`.
import type { Clock } from '../clock.ts'
import type { Audio } from '../loop/audio.ts'
import { type LearnProgress, LineLearner } from './line-learner.ts'
import type { Lines } from './lines.ts'

export interface LearnRequest {
  line: string
  busyNumber?: string
  callWaitMs: number
}

export class Learning {
  readonly #of: { lines: Pick<Lines, 'borrow'>; audio: Audio; clock: Clock }
  readonly #learners = new Map<string, LineLearner>()

  constructor(of: { lines: Pick<Lines, 'borrow'>; audio: Audio; clock: Clock }) {
    this.#of = of
  }

  /** Begins, and `progress` tells how it goes; or why it can't be, as a word of `Lines.borrow`. */
  start({ line, busyNumber, callWaitMs }: LearnRequest): string | undefined {
    const { lines, audio, clock } = this.#of
    const learner = new LineLearner({
      audio,
      clock,
      name: line,
      callWaitMs,
      ...(busyNumber !== undefined && { busyNumber }),
    })
    const loan = lines.borrow(line, (signal) => learner.signal(signal))
    if ('refused' in loan) return loan.refused
    this.#learners.set(line, learner)
    void learner.run(loan)
    return undefined
  }

  /** Of the last time; undefined when there was none. */
  progress(line: string): LearnProgress | undefined {
    return this.#learners.get(line)?.progress
  }
}
