// The leg of an outbound call over whatever link takes it: legs of links that fail before anybody answered are passed
// over inside, and nobody outside hears of them but by a ringing that begins again.
//
//   dial ─▶ leg of link 1 ─ends, blame trunk; or its link dies─▶ leg of link 2 ─▶ … ─answered─▶ it is this one
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

const noLinkLeft: LegEnd = { by: 'us', blame: 'trunk', reason: 'unreachable' }

export class OutboundLeg implements Leg {
  readonly id = `out-${randomUUID()}`
  readonly direction = 'outbound'
  readonly remote: LegParty
  readonly local: LegParty
  readonly #options: OutboundLegOptions
  readonly #events: LegEvents
  readonly #released = Promise.withResolvers<void>()
  /** Absent: a link has to be made free first. */
  #leg: Leg | undefined
  /** Told that it rings: whoever waits is not told again by another link. */
  #alerted = false
  /** What the network plays over the link of now is heard. */
  #isHeard = false
  /** Somebody answered: from now on there is no other link. */
  #isAnswered = false
  #hangUpReason: string | undefined
  #end: LegEnd | undefined

  /** `first` has just been dialled: none of its events has been told yet. Without it, `begin` dials. */
  constructor(first: Leg | undefined, options: OutboundLegOptions) {
    this.remote = options.remote
    this.local = options.local
    this.#options = options
    this.#events = new LegEvents(options.onFault)
    if (first) this.#follow(first)
  }

  get kind(): 'line' | 'sip' {
    return this.#leg?.kind ?? 'sip'
  }

  get state(): LegState {
    if (this.#end) return 'ended'
    if ((this.#isAnswered || this.#isHeard) && this.#leg) return this.#leg.state
    if (this.#hangUpReason !== undefined) return 'clearing'
    return this.#alerted ? 'alerting' : 'dialling'
  }

  get portId(): PortId | undefined {
    return this.#leg?.portId
  }

  get mediaQuality(): Leg['mediaQuality'] {
    return this.#leg?.mediaQuality
  }

  get end(): LegEnd | undefined {
    return this.#end
  }

  /** Nobody has answered, and it is not being hung up. */
  get isInSetUp(): boolean {
    return !this.#isAnswered && !this.#end && this.#hangUpReason === undefined
  }

  /** A link is free now: dials the first one, unless there is a leg already, or nobody wants it any more. */
  begin(): void {
    if (this.#leg || !this.isInSetUp) return
    const first = this.#options.next()
    if (first) this.#follow(first)
    else this.#finish(noLinkLeft)
  }

  /** Its link has died. Should somebody answer there yet, the call is over for them. */
  moveOn(): void {
    const dead = this.#leg
    if (!dead || !this.isInSetUp) return
    const next = this.#options.next()
    if (!next) return
    this.#follow(next)
    void dead.hangUp('linkLost')
  }

  /** Inbound only. */
  answer(): Promise<boolean> {
    return Promise.resolve(false)
  }

  setHold(held: boolean): Promise<boolean> {
    return this.#leg?.setHold?.(held) ?? Promise.resolve(false)
  }

  /** As the leg that took the call has it; none before. */
  get sendDigits(): Leg['sendDigits'] {
    const leg = this.#leg
    return leg?.sendDigits && ((digits) => leg.sendDigits?.(digits) ?? Promise.resolve())
  }

  hangUp(reason = 'hangUp'): Promise<void> {
    if (this.#hangUpReason === undefined && !this.#end) {
      this.#hangUpReason = reason
      if (this.#leg) void this.#leg.hangUp(reason)
      else this.#finish({ by: 'us', blame: 'none', reason })
    }
    return this.#released.promise
  }

  on(listener: (event: LegEvent) => void): () => void {
    return this.#events.on(listener)
  }

  describe(): string {
    return this.#leg?.describe() ?? `${this.id} ▶ ${this.remote.address} waits for a free link`
  }

  #follow(leg: Leg): void {
    this.#leg = leg
    this.#isHeard = false
    leg.on((event) => {
      if (leg !== this.#leg) return
      if (event.type === 'ended') this.#ended(event.end)
      else this.#tell(event)
    })
  }

  #tell(event: LegEvent): void {
    if (event.type === 'earlyMediaStarted') this.#isHeard = true
    if (event.type === 'answered') this.#isAnswered = true
    if (event.type === 'alerted') {
      if (this.#alerted) return
      this.#alerted = true
    }
    this.#events.emit(event)
  }

  #ended(end: LegEnd): void {
    const next = this.#canMoveOn(end) ? this.#options.next() : undefined
    if (next) this.#follow(next)
    else this.#finish(end)
  }

  #finish(end: LegEnd): void {
    this.#end = end
    this.#events.emit({ type: 'ended', end })
    this.#released.resolve()
  }

  #canMoveOn({ blame, reason }: LegEnd): boolean {
    // At capacity: its channels were taken between the choice and the call.
    return this.isInSetUp && (blame === 'trunk' || reason === 'atCapacity')
  }
}
