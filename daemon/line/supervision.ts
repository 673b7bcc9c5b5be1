// Whether the far end has hung up: what the line shows is weighed here, and only a verdict reaches the line's machine.
// Evidence is the exchange's break of the loop current, and its tones; silence and polarity would be others.
import type { FarEndCause, LineSignal } from '../../drivers/line-driver.ts'

/** Why we believe it, with what was measured. */
export type FarEndGone =
  | { evidence: 'currentLost'; durationMs: number }
  | { evidence: 'tone'; tone: string }
  /** A device that is told so by the network. */
  | { evidence: 'network'; cause: FarEndCause }

export type Verdict = { gone: FarEndGone } | { gone: undefined; why: 'tooEarly' | 'tooShort' }

/** Seizing a line makes the current dip by itself; the Xorcom driver waits as long. */
export const earlyLossMs = 650

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
