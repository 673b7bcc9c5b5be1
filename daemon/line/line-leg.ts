// A party on a telephone line, as flows and bridges know it: a caller, or whom the box has called. The line (line.ts) owns it and tells it what happens.

import type { Leg, LegEnd, LegEvent, LegOrigin, LegParty, LegState } from '../leg/leg.ts'
import { LegEvents } from '../leg/leg-events.ts'
import type { PortId } from '../media/port.ts'
import type { RingingCaller } from './line-states.ts'

export interface LineLegOptions {
  id: string
  /** Name of the line, for people. */
  line: string
  /** `answering`: the line is off-hook already, left so by the daemon before this one. `dialling`: a call out. */
  state: 'ringing' | 'answering' | 'dialling'
  remote: LegParty
  local: LegParty
  askAnswer(): void
  askHangUp(reason: string): void
  /** Of devices whose sound can't carry keys. */
  sendDigits?: (digits: string) => Promise<void>
  /** Gets what a listener threw. */
  onFault(fault: unknown): void
}

export class LineLeg implements Leg {
  readonly kind = 'line'
  readonly origin?: LegOrigin
  readonly sendDigits?: (digits: string) => Promise<void>
  readonly direction: Leg['direction']
  readonly #options: LineLegOptions
  readonly #events: LegEvents
  readonly #answered = Promise.withResolvers<boolean>()
  readonly #ended = Promise.withResolvers<void>()
  #state: LegState
  #portId: PortId | undefined
  #end: LegEnd | undefined

  constructor(options: LineLegOptions) {
    this.#options = options
    this.#state = options.state
    this.direction = options.state === 'dialling' ? 'outbound' : 'inbound'
    if (this.direction === 'inbound') this.origin = { kind: 'line', line: options.line }
    if (options.sendDigits) this.sendDigits = options.sendDigits
    this.#events = new LegEvents(options.onFault)
  }

  get id(): string {
    return this.#options.id
  }

  get state(): LegState {
    return this.#state
  }

  get remote(): LegParty {
    return this.#options.remote
  }

  get local(): LegParty {
    return this.#options.local
  }

  get portId(): PortId | undefined {
    return this.#portId
  }

  get end(): LegEnd | undefined {
    return this.#end
  }

  answer(): Promise<boolean> {
    if (this.direction === 'outbound') return Promise.resolve(false)
    if (this.#state === 'ringing') {
      this.#state = 'answering'
      this.#options.askAnswer()
    }
    return this.#answered.promise
  }

  hangUp(reason = 'hangUp'): Promise<void> {
    if (this.#state !== 'ended' && this.#state !== 'clearing') this.#options.askHangUp(reason)
    return this.#ended.promise
  }

  on(listener: (event: LegEvent) => void): () => void {
    return this.#events.on(listener)
  }

  describe(): string {
    const caller = this.remote.address ?? this.remote.withheld ?? 'unknown'
    const audio = this.#portId === undefined ? 'no audio' : `audio port ${this.#portId}`
    const way = this.direction === 'inbound' ? '▶' : '◀'
    return `line:${this.#options.line} ${caller} ${way} ${this.local.address} ${this.#state}, ${audio}`
  }

  /** Of a call out: somebody rings there. Told once. */
  tellAlerted(): void {
    if (this.#state !== 'dialling') return
    this.#state = 'alerting'
    this.#events.emit({ type: 'alerted' })
  }

  /** Of a call out: what the exchange plays can be heard. */
  tellEarlyMedia(portId: PortId): void {
    this.#portId = portId
    this.#events.emit({ type: 'earlyMediaStarted' })
  }

  /** The line is off-hook and audio flows. */
  tellAnswered(portId: PortId): void {
    this.#portId = portId
    this.#state = 'talking'
    this.#answered.resolve(true)
    this.#events.emit({ type: 'answered' })
  }

  tellClearing(): void {
    if (this.#state === 'ended') return
    this.#state = 'clearing'
    this.#answered.resolve(false)
  }

  /** Everything of the leg is released. */
  tellEnded(end: LegEnd): void {
    if (this.#state === 'ended') return
    this.#state = 'ended'
    this.#portId = undefined
    this.#end = end
    this.#answered.resolve(false)
    this.#events.emit({ type: 'ended', end })
    this.#ended.resolve()
  }

  tellDigit(digit: string): void {
    if (this.#state === 'talking') this.#events.emit({ type: 'digitReceived', digit })
  }
}

/** A caller as the line was told of it. */
export function partyOf({ number, name, withheld }: RingingCaller): LegParty {
  return {
    ...(number === undefined ? {} : { address: number }),
    ...(name === undefined ? {} : { displayName: name }),
    ...(withheld === undefined ? {} : { withheld }),
  }
}
