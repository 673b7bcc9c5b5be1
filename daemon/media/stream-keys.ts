// The SRTP keys of a port, as agreed on: the same again keeps its state (rollover counter, replay window), and packets made
// with the key before are still taken for a moment.
import { type RtpTransport, type StreamKey, sameKey } from './rtp-transport.ts'

type Direction = 'send' | 'receive'

/** After a new receive key, packets made with the one before are still taken for 200 ms. */
const previousKeyTicks = 10

/** RTCP has the same keys. */
interface Companion {
  setKey(direction: Direction, key: StreamKey | undefined): void
}

export class StreamKeys {
  readonly #transport: RtpTransport
  readonly #slot: number
  readonly #companion: Companion
  #send: StreamKey | undefined
  #receive: StreamKey | undefined
  #previousTicks = 0

  constructor(transport: RtpTransport, slot: number, companion: Companion) {
    this.#transport = transport
    this.#slot = slot
    this.#companion = companion
  }

  /** What comes is decrypted and proven. */
  get areReceiving(): boolean {
    return this.#receive !== undefined
  }

  /** A key before this one is still valid. */
  get areChanging(): boolean {
    return this.#previousTicks > 0
  }

  agree(send: StreamKey | undefined, receive: StreamKey | undefined): void {
    if (!sameKey(this.#send, send)) {
      this.#send = send
      this.#set('send', send)
    }
    if (sameKey(this.#receive, receive)) return
    this.#receive = receive
    this.#set('receive', receive)
    this.#previousTicks = previousKeyTicks
  }

  /** Every 20 ms. */
  tick(): void {
    if (this.#previousTicks > 0 && --this.#previousTicks === 0) this.#transport.forgetPreviousKey(this.#slot)
  }

  #set(direction: Direction, key: StreamKey | undefined): void {
    this.#transport.setKey(this.#slot, direction, key)
    this.#companion.setKey(direction, key)
  }
}
