// The board's end of the event stream: numbers events, keeps them until acked, sends them again, gives up in the end.
import type { BoardEvent, EventKind } from '../../../drivers/fxo/board-messages.ts'

const resendMs = 200
const resendsMax = 5
const heldMax = 32

interface Held {
  seq: number
  port: number
  kind: EventKind
  deviceUs: number
  sends: number
  sentMs: number
}

export class EventOutbox {
  readonly #send: (event: BoardEvent) => void
  #held: Held[] = []
  #nextSeq = 0
  givenUp = 0

  constructor(send: (event: BoardEvent) => void) {
    this.#send = send
  }

  add(port: number, kind: EventKind, deviceUs: number, nowMs: number): void {
    if (this.#held.length >= heldMax) {
      this.#held.shift()
      this.givenUp++
    }
    const held = { seq: this.#nextSeq, port, kind, deviceUs, sends: 1, sentMs: nowMs }
    this.#nextSeq = (this.#nextSeq + 1) >>> 0
    this.#held.push(held)
    this.#transmit(held)
  }

  acked(nextSeq: number): void {
    this.#held = this.#held.filter(({ seq }) => ((seq - nextSeq) | 0) >= 0)
  }

  /** All that is held goes out again, in order, when the oldest is due. */
  tick(nowMs: number): void {
    const oldest = this.#held[0]
    if (!oldest || nowMs - oldest.sentMs < resendMs) return
    const kept = this.#held.filter(({ sends }) => sends <= resendsMax)
    this.givenUp += this.#held.length - kept.length
    this.#held = kept
    for (const held of kept) {
      held.sends++
      held.sentMs = nowMs
      this.#transmit(held)
    }
  }

  /** A new session begins at 0. */
  clear(): void {
    this.#held = []
    this.#nextSeq = 0
  }

  #transmit({ seq, port, kind, deviceUs }: Held): void {
    this.#send({ seq, oldestHeld: this.#held[0]?.seq ?? seq, deviceUs, port, ...kind })
  }
}
