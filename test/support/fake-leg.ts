// A leg without a line: the test decides when the far end answers, presses digits and hangs up.

import type { Leg, LegEnd, LegEvent, LegOrigin, LegParty, LegState } from '../../daemon/leg/leg.ts'
import { LegEvents } from '../../daemon/leg/leg-events.ts'
import type { PortId } from '../../daemon/media/port.ts'

let nextPort = 1

export class FakeLeg implements Leg {
  readonly id: string
  readonly kind = 'sip'
  readonly direction: 'inbound' | 'outbound'
  readonly remote: LegParty
  readonly local: LegParty
  readonly origin?: LegOrigin
  readonly headers?: Readonly<Record<string, string>>
  state: LegState
  portId: PortId | undefined
  end: LegEnd | undefined
  /** For a leg that keys reach past the audio. */
  sendDigits?: (digits: string) => Promise<void>
  /** What its far end was told of being held, in order. */
  readonly heldTold: boolean[] = []
  readonly #events = new LegEvents((fault) => {
    throw fault
  })

  constructor(of: {
    id: string
    direction?: 'inbound' | 'outbound'
    remote?: LegParty
    local?: LegParty
    origin?: LegOrigin
    headers?: Readonly<Record<string, string>>
  }) {
    this.id = of.id
    this.direction = of.direction ?? 'inbound'
    this.state = this.direction === 'inbound' ? 'ringing' : 'dialling'
    this.remote = of.remote ?? { address: '+15550001' }
    this.local = of.local ?? { address: '+15550100' }
    if (of.origin) this.origin = of.origin
    if (of.headers) this.headers = of.headers
  }

  async answer(): Promise<boolean> {
    if (this.state !== 'ringing') return false
    this.#talk()
    return true
  }

  /** Its far end would rather not. */
  async setHold(held: boolean): Promise<boolean> {
    this.heldTold.push(held)
    return false
  }

  async hangUp(reason = 'hangUp'): Promise<void> {
    this.#over({ by: 'us', blame: 'none', reason })
  }

  /** The far end picks up. */
  pickUp(): void {
    if (this.state === 'dialling' || this.state === 'alerting') this.#talk()
  }

  /** The far end's network already says something. */
  soundEarly(): void {
    this.portId = nextPort++
    this.#events.emit({ type: 'earlyMediaStarted' })
  }

  /** Anything else that its far end does. */
  tell(event: LegEvent): void {
    this.#events.emit(event)
  }

  press(digit: string): void {
    this.#events.emit({ type: 'digitReceived', digit })
  }

  /** The far end hangs up, or refuses. */
  leave(reason = 'hangUp', blame: LegEnd['blame'] = 'none'): void {
    this.#over({ by: 'farEnd', blame, reason })
  }

  on(listener: (event: LegEvent) => void): () => void {
    return this.#events.on(listener)
  }

  describe(): string {
    return `fake:${this.id} ${this.state}`
  }

  #talk(): void {
    this.state = 'talking'
    this.portId ??= nextPort++
    this.#events.emit({ type: 'answered' })
  }

  #over(end: LegEnd): void {
    if (this.state === 'ended') return
    this.state = 'ended'
    this.portId = undefined
    this.end = end
    this.#events.emit({ type: 'ended', end })
  }
}
