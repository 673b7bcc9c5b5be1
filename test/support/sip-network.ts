// A network of datagrams in memory, as bad as a test wants it: seeded loss, duplication and reordering, on the mock
// clock. Nothing is ever delivered within the call that sends it.
import type { Clock } from '../../daemon/clock.ts'
import type { DatagramSocket } from '../../daemon/sip/transport/udp-socket.ts'
import { formatHostPort, type HostPort } from '../../daemon/sip/wire/host-port.ts'

export interface Weather {
  /** Chance of a datagram being lost, 0–1. */
  loss: number
  /** Chance of it being delivered twice. */
  duplication: number
  /** Each copy takes from 1 ms to this long: datagrams overtake each other. */
  slowestMs: number
}

export const fairWeather: Weather = { loss: 0, duplication: 0, slowestMs: 1 }

/** Numbers in 0–1 that a seed determines (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

type Listener = (datagram: Uint8Array, source: HostPort) => void

export class SipNetwork {
  weather: Weather = fairWeather
  /** Says which datagrams never arrive, besides the weather. */
  drops: (datagram: string, to: HostPort) => boolean = () => false
  readonly #clock: Clock
  readonly #random: () => number
  readonly #places = new Map<string, Listener>()
  #nextPort = 40000
  sent = 0
  lost = 0

  constructor(clock: Clock, seed = 1) {
    this.#clock = clock
    this.#random = seededRandom(seed)
  }

  /** Sockets bound and not closed. */
  get openSockets(): number {
    return this.#places.size
  }

  socket(): DatagramSocket {
    let bound: HostPort | undefined
    let listener: Listener = () => {}
    return {
      bind: async (at) => {
        bound = { address: at.address, port: at.port === 0 ? this.#nextPort++ : at.port }
        if (this.#places.has(formatHostPort(bound))) throw new Error(`${formatHostPort(bound)} is taken`)
        this.#places.set(formatHostPort(bound), (datagram, source) => listener(datagram, source))
        return bound
      },
      send: (datagram, to) => {
        if (!bound) return Promise.reject(new Error('not bound'))
        this.#carry(Buffer.from(datagram), bound, to)
        return Promise.resolve()
      },
      onDatagram: (one) => {
        listener = one
      },
      close: async () => {
        if (bound) this.#places.delete(formatHostPort(bound))
        bound = undefined
      },
    }
  }

  #carry(datagram: Buffer, from: HostPort, to: HostPort): void {
    this.sent++
    if (this.drops(datagram.toString('latin1'), to) || this.#random() < this.weather.loss) {
      this.lost++
      return
    }
    const copies = this.#random() < this.weather.duplication ? 2 : 1
    for (let copy = 0; copy < copies; copy++) {
      const delayMs = 1 + this.#random() * (this.weather.slowestMs - 1)
      this.#clock.after(delayMs, () => this.#places.get(formatHostPort(to))?.(datagram, from))
    }
  }
}
