// Whether the far end has hung up: what the line shows is weighed here, and only a verdict reaches the line's machine.
// Evidence, best first: the network's word, a break of the loop current, a reversal of the polarity, the exchange's tones,
// and, where an exchange gives none of these, that nobody has said anything for long.
import type { FarEndCause, LineSignal } from '../../drivers/line-driver.ts'
import type { AnswerEvidence } from './line-states.ts'

/** Why we believe it, with what was measured. */
export type FarEndGone =
  | { evidence: 'currentLost'; durationMs: number }
  | { evidence: 'polarity' }
  | { evidence: 'tone'; tone: string }
  /** Neither side has said anything. */
  | { evidence: 'silence'; silentMs: number }
  /** The call is longer than a call on this line may be: the last resort, whatever was missed. */
  | { evidence: 'totalLimit' }
  /** A device that is told so by the network. */
  | { evidence: 'network'; cause: FarEndCause }

/** What a reversal of the polarity means in a call on a line: exchanges differ, and many give none. */
export type ReversalMeaning = 'none' | 'answer' | 'hangUp' | 'both'

export type Verdict =
  | { gone: FarEndGone }
  | { gone: undefined; why: 'tooEarly' | 'tooShort' | 'answer' | 'meansNothing' }

/** Seizing a line makes the current dip by itself; the Xorcom driver waits as long. */
export const earlyLossMs = 650
/** A reversal comes in two, at times: that of the answer is no hang-up (Asterisk waits 600 ms). */
const earlyReversalMs = 650

/** `offHookAtMs`: when this call was answered, by the same clock as the signal's. */
export function judgeCurrentLoss(
  lost: Extract<LineSignal, { type: 'loopCurrentLost' }>,
  offHookAtMs: number,
  currentLossMs: number,
): Verdict {
  if (lost.atMs - offHookAtMs < earlyLossMs) return { gone: undefined, why: 'tooEarly' }
  // The board measures by its own settings; a board that was not told ours must not end calls.
  if (lost.durationMs < currentLossMs) return { gone: undefined, why: 'tooShort' }
  return { gone: { evidence: 'currentLost', durationMs: lost.durationMs } }
}

/**
 * `talkingMs`: since the call was answered. `answer`: by what a call out is believed to be answered; undefined for calls
 * that came in.
 */
export function judgeReversal(means: ReversalMeaning, talkingMs: number, answer: AnswerEvidence | undefined): Verdict {
  if (means === 'none' || means === 'answer') return { gone: undefined, why: 'meansNothing' }
  // Believed too early, by a voice in the ring tone: this is the answer.
  if (means === 'both' && answer !== undefined && answer !== 'polarity') return { gone: undefined, why: 'answer' }
  if (talkingMs < earlyReversalMs) return { gone: undefined, why: 'tooEarly' }
  return { gone: { evidence: 'polarity' } }
}
