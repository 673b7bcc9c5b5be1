// Provisional responses that are acknowledged (RFC 3262): pure. Ours, one at a time and sent until its PRACK comes; and
// in what order those of the far end count.
import { t1Ms, transactionMs } from './transaction/timer-values.ts'

/** `100rel` stands in the header of this key (`require`, `supported`). */
export function names100rel(values: readonly string[]): boolean {
  return values.some((line) => line.split(',').some((one) => one.trim().toLowerCase() === '100rel'))
}

/** Section 4: only the first one, and the one after the last, count; all else is a copy, or has overtaken another. */
export function countsInOrder(last: number | undefined, rseq: number): boolean {
  return last === undefined || rseq === last + 1
}

/** `RSeq`, when it is sound (section 7.1). */
export function parseRSeq(value: string | undefined): number | undefined {
  const number = /^\d{1,10}$/.test(value?.trim() ?? '') ? Number(value) : 0
  return number > 0 && number < 2 ** 32 ? number : undefined
}

export type ReliableState =
  | { name: 'idle' }
  | { name: 'unconfirmed'; rack: string; resendMs: number }
  | { name: 'confirmed' }
  | { name: 'over' }

export type ReliableInput =
  /** A response is to go out, which a PRACK with this RAck confirms. */
  | { type: 'wanted'; rack: string }
  | { type: 'prackReceived'; rack: string }
  | { type: 'resendDue' }
  | { type: 'giveUpDue' }
  /** The INVITE has its final response. */
  | { type: 'finalSent' }

export type ReliableEffect =
  | { do: 'send' }
  | { do: 'setTimer'; timer: 'resend' | 'giveUp'; afterMs: number }
  | { do: 'clearTimers' }
  | { do: 'acceptPrack' }
  /** 481: it confirms nothing that was sent. */
  | { do: 'refusePrack' }
  /** Nobody confirmed it: the INVITE is refused with a 5xx. */
  | { do: 'abandon' }

export function nextReliable(
  state: ReliableState,
  input: ReliableInput,
): { next: ReliableState; effects: ReliableEffect[] } {
  const resend = (afterMs: number) => ({ do: 'setTimer', timer: 'resend', afterMs }) as const
  switch (input.type) {
    case 'wanted':
      if (state.name !== 'idle') return { next: state, effects: [] }
      return {
        next: { name: 'unconfirmed', rack: input.rack, resendMs: t1Ms },
        effects: [{ do: 'send' }, resend(t1Ms), { do: 'setTimer', timer: 'giveUp', afterMs: transactionMs }],
      }
    case 'prackReceived':
      return state.name === 'unconfirmed' && state.rack === input.rack
        ? { next: { name: 'confirmed' }, effects: [{ do: 'clearTimers' }, { do: 'acceptPrack' }] }
        : { next: state, effects: [{ do: 'refusePrack' }] }
    case 'resendDue': {
      if (state.name !== 'unconfirmed') return { next: state, effects: [] }
      const resendMs = state.resendMs * 2
      return { next: { ...state, resendMs }, effects: [{ do: 'send' }, resend(resendMs)] }
    }
    case 'giveUpDue':
      if (state.name !== 'unconfirmed') return { next: state, effects: [] }
      return { next: { name: 'over' }, effects: [{ do: 'clearTimers' }, { do: 'abandon' }] }
    case 'finalSent':
      return { next: { name: 'over' }, effects: [{ do: 'clearTimers' }] }
  }
}
