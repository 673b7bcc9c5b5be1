// The leg of an outbound call over whatever link takes it: legs of links that fail before anybody rang are passed over
// inside, and nobody outside hears of them.
//
//   dial ─▶ leg of link 1 ─ends, blame trunk─▶ leg of link 2 ─▶ … ─alerted, early media or answered─▶ it is this one
import { randomUUID } from 'node:crypto'
import type { Leg, LegEnd, LegEvent, LegParty, LegState } from '../leg/leg.ts'
import { LegEvents } from '../leg/leg-events.ts'
import type { PortId } from '../media/port.ts'

export interface OutboundLegOptions {
  remote: LegParty
  local: LegParty
  /** The leg over the next link; undefined when there is none left. */
  next(): Leg | undefined
  onFault(fault: unknown): void
}

export class OutboundLeg implements Leg {
  readonly id = `out-${randomUUID()}`
  readonly direction = 'outbound'
  readonly remote: LegParty
  readonly local: LegParty
  readonly #options: OutboundLegOptions
  readonly #events: LegEvents
  readonly #released = Promise.withResolvers<void>()
  #leg: Leg
  /** Somebody rang, or was heard: from now on there is no other link. */
  #settled = false
  #hangUpReason: string | undefined
  #end: LegEnd | undefined

  /** `first` has just been dialled: none of its events has been told yet. */
  constructor(first: Leg, options: OutboundLegOptions) {
    this.remote = options.remote
    this.local = options.local
    this.#options = options
    this.#events = new LegEvents(options.onFault)
    this.#leg = first
    this.#follow(first)
  }

  get kind(): 'line' | 'sip' {
    return this.#leg.kind
  }

  get state(): LegState {
    if (this.#end) return 'ended'
    if (this.#settled) return this.#leg.state
    return this.#hangUpReason === undefined ? 'dialling' : 'clearing'
  }

  get portId(): PortId | undefined {
    return this.#leg.portId
  }

  get end(): LegEnd | undefined {
    return this.#end
  }

  /** Inbound only. */
  answer(): Promise<boolean> {
    return Promise.resolve(false)
  }

  setHold(held: boolean): Promise<boolean> {
    return this.#leg.setHold?.(held) ?? Promise.resolve(false)
  }

  hangUp(reason = 'hangUp'): Promise<void> {
    if (this.#hangUpReason === undefined && !this.#end) {
      this.#hangUpReason = reason
      void this.#leg.hangUp(reason)
    }
    return this.#released.promise
  }

  on(listener: (event: LegEvent) => void): () => void {
    return this.#events.on(listener)
  }

  describe(): string {
    return this.#leg.describe()
  }

  #follow(leg: Leg): void {
    leg.on((event) => {
      if (leg !== this.#leg) return
      if (event.type === 'ended') this.#ended(event.end)
      else {
        if (event.type === 'alerted' || event.type === 'earlyMediaStarted' || event.type === 'answered')
          this.#settled = true
        this.#events.emit(event)
      }
    })
  }

  #ended(end: LegEnd): void {
    const next = this.#canMoveOn(end) ? this.#options.next() : undefined
    if (next) {
      this.#leg = next
      this.#follow(next)
      return
    }
    this.#end = end
    this.#events.emit({ type: 'ended', end })
    this.#released.resolve()
  }

  #canMoveOn({ blame, reason }: LegEnd): boolean {
    if (this.#settled || this.#hangUpReason !== undefined) return false
    // Its channels were taken between the choice and the call.
    return blame === 'trunk' || reason === 'atCapacity'
  }
}
