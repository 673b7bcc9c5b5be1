// The host's end of the board's event stream: each event once, in order, or counted as lost. Pure.
// The rules stand in board.proto, "Sequence numbers".

export interface EventInbox {
  /** Every event before this one has been taken; told to the board in EventAck. */
  readonly nextSeq: number
}

export const emptyInbox: EventInbox = { nextSeq: 0 }

export type EventVerdict =
  | { is: 'new'; inbox: EventInbox; lost: number }
  /** Had it before: the ack was lost. To be acked again. */
  | { is: 'repeated'; inbox: EventInbox }
  /** An earlier one is missing that the board still holds: it sends both again. */
  | { is: 'early'; inbox: EventInbox }
  /** Numbers that no board following the protocol sends. */
  | { is: 'absurd'; inbox: EventInbox }

/** More than any board gives up between two events that arrive: numbers from a board gone mad. */
const lostMax = 4096

/** Signed distance of two numbers modulo 2^32. */
const distance = (from: number, to: number) => (to - from) | 0

export function takeEvent(inbox: EventInbox, event: { seq: number; oldestHeld: number }): EventVerdict {
  if (distance(event.oldestHeld, event.seq) < 0) return { is: 'absurd', inbox }
  if (distance(inbox.nextSeq, event.seq) < 0) return { is: 'repeated', inbox }
  // What the board holds no more will never come: skip it.
  const given = Math.max(0, distance(inbox.nextSeq, event.oldestHeld))
  if (given > lostMax) return { is: 'absurd', inbox }
  const expected = (inbox.nextSeq + given) >>> 0
  if (event.seq !== expected) return { is: 'early', inbox }
  return { is: 'new', inbox: { nextSeq: (event.seq + 1) >>> 0 }, lost: given }
}
