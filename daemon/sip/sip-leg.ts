// What inbound and outbound SIP legs share: state, events, media port, and the one way to end.
import { randomUUID } from 'node:crypto'
import type { IncomingReferRequest, SessionDialog } from 'sip.js/lib/core/index.js'
import type { Clock } from '../clock.ts'
import type { Counters } from '../counters.ts'
import type { Leg, LegEnd, LegEvent, LegId, LegParty, LegState, MediaQuality } from '../leg/leg.ts'
import { LegEvents } from '../leg/leg-events.ts'
import type { PortId } from '../media/port.ts'
import type { CallDialog, InDialog } from './call-dialog.ts'
import type { RtpPort } from './call-media.ts'
import type { SipAccount } from './endpoint.ts'
import { type DigitSource, takeDigit, type Unpaired } from './info-digits.ts'
import { type LegInput, nextLegState } from './leg-machine.ts'
import { ReferReceiver } from './refer/refer-receiver.ts'
import type { Replaces } from './refer/refer-to.ts'
import type { ReplacedDialog, TakeOver } from './refer/take-over.ts'
import type { SipStack } from './sip-stack.ts'

/** What legs need of the endpoint. */
export interface CallWorld {
  stack: SipStack
  clock: Clock
  counters: Counters
  realm: string
  /** What we ask for as the interval of session timers. */
  sessionIntervalS: number
  newPort(): RtpPort
  onFault(fault: unknown): void
  /** The leg of that dialog, when it is of the same account as this one. */
  legOf(replaces: Replaces, like: SipLeg): LegId | undefined
  /** A dialog of a call lives from now on, for UPDATE and missing ACKs; returns its removal. */
  addDialog(callId: string, dialog: InDialog): () => void
}

/** A far end that answers neither BYE nor CANCEL keeps a leg no longer than this. */
const releaseLimitMs = 4000

export abstract class SipLeg implements Leg {
  readonly id = `sip-${randomUUID()}`
  readonly kind = 'sip'
  abstract readonly direction: 'inbound' | 'outbound'
  abstract readonly remote: LegParty
  abstract readonly local: LegParty
  protected readonly world: CallWorld
  protected readonly port: RtpPort
  readonly #events: LegEvents
  readonly #released = Promise.withResolvers<void>()
  #state: LegState
  #end: LegEnd | undefined
  #ending: LegEnd | undefined
  #finish: (() => void) | undefined
  #isHeld = false
  #refers: ReferReceiver | undefined
  #digits: Unpaired = []
  #digitsSent = Promise.resolve()

  constructor(world: CallWorld, state: LegState) {
    this.world = world
    this.port = world.newPort()
    this.#events = new LegEvents(world.onFault)
    this.#state = state
  }

  get state(): LegState {
    return this.#state
  }

  get portId(): PortId | undefined {
    return this.port.portId
  }

  get end(): LegEnd | undefined {
    return this.#end
  }

  get mediaQuality(): MediaQuality | undefined {
    return this.port.quality
  }

  /** Resolves when the leg has ended. */
  get released(): Promise<void> {
    return this.#released.promise
  }

  abstract answer(): Promise<boolean>

  /** Account of the phone or link. */
  abstract get userName(): string | undefined

  /** What of this leg is meant. */
  abstract dialogNamed(replaces: Replaces): ReplacedDialog

  /** Another phone of the account goes on in the place of this leg's; only what `dialogNamed` knows can be taken over. */
  abstract takeOver(call: TakeOver): void

  on(listener: (event: LegEvent) => void): () => void {
    return this.#events.on(listener)
  }

  hangUp(reason = 'hangUp'): Promise<void> {
    if (this.#ending === undefined) this.hangUpBy({ by: 'us', blame: 'none', reason })
    return this.released
  }

  /** The same for ends with a blame. */
  hangUpBy(end: LegEnd): void {
    // A phone that is let go because it asked for a transfer hears first how that went.
    const lastWord = this.#refers?.lastWord
    this.conclude(end, () => (lastWord ? lastWord.then(() => this.farewell(end)) : this.farewell(end)))
  }

  /** Ends at once, whatever the far end has still to say. */
  abandon(): void {
    this.hangUpBy({ by: 'us', blame: 'us', reason: 'stopped' })
    this.#finish?.()
  }

  /** A digit of the far end. Some tell each key both ways: it is taken once. */
  receiveDigit(digit: string, source: DigitSource, isUnheard = source === 'info'): void {
    if (this.#state !== 'talking') return
    const { unpaired, isNew } = takeDigit(this.#digits, digit, source, this.world.clock.monotonicMs())
    this.#digits = unpaired
    if (isNew) this.#events.emit({ type: 'digitReceived', digit, isUnheard })
    else this.world.counters.count('digitsToldTwice')
  }

  /** By INFO, where the far end wants them so: one after the other, so that none overtakes another. */
  get sendDigits(): ((digits: string) => Promise<void>) | undefined {
    if (this.keysBy !== 'info') return undefined
    return (digits) => {
      this.#digitsSent = this.#digitsSent.then(() => this.#sendByInfo(digits))
      return this.#digitsSent
    }
  }

  async #sendByInfo(digits: string): Promise<void> {
    for (const digit of digits) await this.dialog?.sendDigit(digit)
  }

  setHold(held: boolean): Promise<boolean> {
    const { dialog } = this
    return this.#state === 'talking' && dialog ? dialog.hold(held) : Promise.resolve(false)
  }

  /** The far end should be heard: it talks, and does not hold us. */
  get expectsMedia(): boolean {
    return this.#state === 'talking' && !this.#isHeld
  }

  /** Another description was agreed on. */
  protected mediaChanged(): void {
    this.world.counters.count('mediaChanges')
    this.tellHold()
  }

  /** Tells of it when the far end begins or ends to hold us. */
  protected tellHold(): void {
    const held = this.dialog?.isHeldByFarEnd ?? false
    if (this.#state !== 'talking' || held === this.#isHeld) return
    this.#isHeld = held
    this.#events.emit({ type: held ? 'heldByFarEnd' : 'resumedByFarEnd' })
  }

  protected receiveRefer(refer: IncomingReferRequest, dialog: SessionDialog): void {
    this.#refers ??= new ReferReceiver({
      clock: this.world.clock,
      counters: this.world.counters,
      contactHeader: this.world.stack.contactHeader,
      isAllowed: this.mayRefer,
      legOf: (replaces) => this.world.legOf(replaces, this),
      transferRequested: (request) => this.emit({ type: 'transferRequested', request }),
    })
    this.#refers.receive(refer, dialog)
  }

  describe(): string {
    const remote = this.remote.address ?? this.remote.withheld ?? 'unknown'
    const path = this.portId === undefined ? 'no audio' : `port ${this.portId} ${this.mediaText()}`
    const arrow = this.direction === 'inbound' ? '─▶' : '◀─'
    return `sip ${remote} ${arrow} ${this.local.address ?? 'unknown'} ${this.#state} ${path}`
  }

  /** How the far end wants keys. */
  protected abstract get keysBy(): SipAccount['keysBy']

  /** Whether the far end may ask for a transfer: agents' phones may. */
  protected abstract get mayRefer(): boolean

  /** That carries the call now. */
  protected abstract get dialog(): CallDialog | undefined

  protected abstract mediaText(): string

  /** Tells the far end; resolves when it has said all it will. Never rejects. */
  protected abstract farewell(end: LegEnd): Promise<void>

  /** False, and nothing happens, when the move is not in the picture. */
  protected move(input: LegInput): boolean {
    const next = nextLegState(this.#state, input)
    if (next === undefined) return false
    this.#state = next
    return true
  }

  protected emit(event: LegEvent): void {
    this.#events.emit(event)
  }

  /** The one way to end: the first reason counts, audio stops at once, `ended` is told when all is released. */
  protected conclude(end: LegEnd, farewell: () => Promise<void>): void {
    if (!this.move('endBegun')) return
    this.#ending = end
    const limit = this.world.clock.after(releaseLimitMs, () => {
      this.world.counters.count('releasesTimedOut')
      finish()
    })
    const finish = () => {
      limit.cancel()
      this.#finish = undefined
      this.#refers?.stop()
      if (!this.move('released')) return
      this.#end = end
      this.#events.emit({ type: 'ended', end })
      this.#released.resolve()
    }
    this.#finish = finish
    Promise.all([farewell(), this.port.close()]).then(finish, (fault: unknown) => {
      this.world.onFault(fault)
      finish()
    })
  }
}
