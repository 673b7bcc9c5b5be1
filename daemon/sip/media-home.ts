// Where RTP ports are opened, and what far ends are told of them: an address of the family that they send from. A port that
// both families are to reach, because phones of both ring at once, is open to both.
import { isIP } from 'node:net'
import type { LocalAddresses } from './transport/local-address.ts'

export type IpFamily = 4 | 6

export interface Home {
  /** Listened on for SIP. */
  address: string
  locals: Pick<LocalAddresses, 'for'>
}

export class MediaHome {
  /** In the order of the configuration. */
  readonly #homes: readonly Home[]

  constructor(homes: readonly Home[]) {
    this.#homes = homes
  }

  /** Those that media can go by. */
  get families(): IpFamily[] {
    return ([4, 6] as const).filter((family) => this.#homeOf(family))
  }

  /** What a far end is told: an address of its own family, where we have one. */
  addressFor(farEnd: string): string {
    const home = this.#homeOf(isIP(farEnd)) ?? this.#homes[0]
    if (!home) return farEnd
    return home.locals.for(isIP(home.address) === isIP(farEnd) ? farEnd : anyOf(home.address))
  }

  /** Of a family, for whoever comes by it. */
  addressOf(family: IpFamily): string {
    return this.addressFor(family === 6 ? '::' : '0.0.0.0')
  }

  /** Where a port is opened that all of these are to reach. */
  bindFor(farEnds: readonly string[]): string {
    const [first, other] = this.#homes.filter((home) => farEnds.some((farEnd) => isIP(farEnd) === isIP(home.address)))
    const isBoth = other !== undefined && isIP(other.address) !== isIP(first!.address)
    return isBoth ? '::' : (first ?? this.#homes[0])!.address
  }

  #homeOf(family: number): Home | undefined {
    return this.#homes.find((home) => isIP(home.address) === family)
  }
}

const anyOf = (address: string) => (isIP(address) === 6 ? '::' : '0.0.0.0')
