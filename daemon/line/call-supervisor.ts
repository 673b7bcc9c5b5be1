// Watches over the call of one line until its far end is gone: what the device, the audio thread and the clock tell is
// judged (supervision.ts) by the line's settings, counted and logged, and the verdict goes to the line's machine.
import type { FarEndCause, LineSignal } from '../../drivers/line-driver.ts'
import type { Clock, Timer } from '../clock.ts'
import type { Counters } from '../counters.ts'
import type { Log } from '../log/log.ts'
import type { AnswerEvidence, LineState } from './line-states.ts'
import type { LineSettings } from './lines.ts'
import { type FarEndGone, judgeCurrentLoss, judgeReversal, type Verdict } from './supervision.ts'

export interface CallSupervisorOptions {
  settings: LineSettings
  clock: Clock
  log: Log
  counters: Counters
  /** Told while there is a call; more than once, if it goes on. */
  gone(gone: FarEndGone): void
}

export class CallSupervisor {
  readonly #of: CallSupervisorOptions
  #state: LineState = { name: 'faulted' }
  /** Of the talk that is under way. */
  #sinceMs = 0
  #answer: AnswerEvidence | undefined
  #limit: Timer | undefined

  constructor(options: CallSupervisorOptions) {
    this.#of = options
  }

  /** The line has moved on. */
  follow(state: LineState): void {
    const { clock, settings } = this.#of
    const wasTalking = this.#state.name === 'talking'
    this.#state = state
    if (state.name === 'talking' && !wasTalking) {
      this.#sinceMs = clock.monotonicMs()
      this.#answer = undefined
      if (settings.longestCallMs > 0)
        this.#limit = clock.after(settings.longestCallMs, () => this.#tell({ evidence: 'totalLimit' }))
    } else if (state.name !== 'talking' && wasTalking) {
      this.#limit?.cancel()
      this.#limit = undefined
    }
  }

  /** By what the call out that is talked on since a moment ago is believed to be answered. */
  answeredBy(evidence: AnswerEvidence): void {
    this.#answer = evidence
  }

  currentLost(signal: Extract<LineSignal, { type: 'loopCurrentLost' }>): void {
    const { currentLossMs } = this.#of.settings
    const { durationMs } = signal
    const state = this.#state
    // Left off-hook by the daemon before this one, and so for long.
    if (state.name === 'answering' && state.isHeld) this.#tell({ evidence: 'currentLost', durationMs })
    else if (state.name === 'talking' || (state.name === 'calling' && state.offHookAtMs > 0))
      this.#judged('currentLoss', judgeCurrentLoss(signal, state.offHookAtMs, currentLossMs), { durationMs })
    else this.#of.counters.count('ignoredSignals')
  }

  /** On a call out the exchange reverses the polarity when the far end answers, where it does at all. */
  isReversalAnswer(): boolean {
    const means = this.#of.settings.reversalMeans
    const isCalling = this.#state.name === 'calling' && this.#state.step === 'progress'
    return isCalling && (means === 'answer' || means === 'both')
  }

  polarityReversed(atMs: number): void {
    if (this.#state.name !== 'talking') return
    const verdict = judgeReversal(this.#of.settings.reversalMeans, atMs - this.#sinceMs, this.#answer)
    if (!verdict.gone && verdict.why === 'answer') this.#answer = 'polarity'
    this.#judged('reversal', verdict, {})
  }

  /** A tone that is no news of how a call out goes. */
  toneHeard(tone: string): void {
    const state = this.#state
    const isCalling = state.name === 'calling' && state.step === 'progress'
    const endsCalls = this.#of.settings.hangUpTones.some((each) => each.name === tone)
    if (isCalling || (state.name === 'talking' && endsCalls)) this.#tell({ evidence: 'tone', tone })
  }

  /** Also of a call that rings still, or that never came about. */
  networkSaid(cause: FarEndCause): void {
    this.#tell({ evidence: 'network', cause })
  }

  silent(silentMs: number): void {
    if (this.#state.name === 'talking') this.#tell({ evidence: 'silence', silentMs })
  }

  #judged(what: string, verdict: Verdict, measured: object): void {
    if (verdict.gone) return this.#tell(verdict.gone)
    const { counters, log, settings } = this.#of
    counters.count(`${what}.${verdict.why}`)
    log.info({ line: settings.name, ...measured, why: verdict.why }, `${what} is no hang-up`)
  }

  #tell(gone: FarEndGone): void {
    const { counters, log, settings } = this.#of
    counters.count(`hangUpBy.${gone.evidence}`)
    log.info({ line: settings.name, ...gone }, 'a call on a line is over, as its supervision has it')
    this.#of.gone(gone)
  }
}
