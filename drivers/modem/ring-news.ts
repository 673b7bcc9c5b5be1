// What a modem says of a call that comes in, as signals of the contract: RING lines become bursts with an end, and the
// lines of a caller ID become one signal, without waiting for what may never come.
import { RingBurst, type RingBurstOptions } from '../at/ring-burst.ts'
import type { DriverTimer } from '../process/surroundings.ts'

/** The form of a line that no command asked for (V.253; DRON and DROF with +VDR; CPON and CWON of some). */
export const isModemNews = (line: string): boolean =>
  /^(?:RING\b|R$|(?:DATE|TIME|NMBR|NAME|MESG|DDN_NMBR|SOID)\s*=|DRO[NF]\s*=|C[PW]O[NF]$)/.test(line)

/** After the number: the name may follow, or not. */
const nameMs = 500

export class RingNews {
  readonly #options: RingBurstOptions
  readonly #burst: RingBurst
  #caller: { number?: string; name?: string; withheld?: 'private' | 'unavailable' } = {}
  #callerDue: DriverTimer | undefined

  constructor(options: RingBurstOptions) {
    this.#options = options
    this.#burst = new RingBurst(options)
  }

  /** Ends what is under way, untold. */
  reset(): void {
    this.#burst.reset()
    this.#callerDue?.cancel()
    this.#callerDue = undefined
    this.#caller = {}
  }

  ring(): void {
    this.#tellCaller() // whatever is known by the next ring is all there will be
    this.#burst.ring()
  }

  /** A line for which `isModemNews` holds. */
  line(line: string): void {
    if (/^RING\b|^R$/.test(line)) {
      this.ring()
      return
    }
    const [, key, text = ''] = /^(\w+)\s*=\s*(.*)$/.exec(line) ?? []
    if (key === 'NMBR') this.#takeNumber(text.trim())
    else if (key === 'NAME') this.#takeName(text.trim())
  }

  #takeNumber(text: string): void {
    if (/^P(?:RIVATE)?$/i.test(text)) this.#caller.withheld = 'private'
    else if (/^\+?[\d*#]{2,32}$/.test(text)) this.#caller.number = text
    else this.#caller.withheld = 'unavailable'
    this.#callerDue?.cancel()
    this.#callerDue = this.#options.clock.after(nameMs, () => this.#tellCaller())
  }

  #takeName(text: string): void {
    if (text !== '' && !/^[OP]$/.test(text)) this.#caller.name = text.slice(0, 64)
    if (this.#callerDue) this.#tellCaller()
  }

  #tellCaller(): void {
    this.#callerDue?.cancel()
    this.#callerDue = undefined
    const caller = this.#caller
    this.#caller = {}
    if (caller.number === undefined && caller.withheld === undefined) return
    this.#options.signal({ type: 'callerIdReceived', port: this.#options.port, ...caller })
  }
}
