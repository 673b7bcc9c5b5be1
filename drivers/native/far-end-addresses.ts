// Addresses of far ends as numbers of 32 bits, which packets and rules can carry: an IPv4 address is its own, one of IPv6
// has a number lent to it, as long as it is used (address.c).
import { isIPv4 } from 'node:net'
import { bytes, callInt, i32, type NativePointer, pointer } from './library.ts'
import { ipv4Number, ipv4Text, nulTerminated } from './udp.ts'

export class FarEndAddresses {
  readonly #self: NativePointer

  /** The table belongs to whoever made it. */
  constructor(table: NativePointer) {
    this.#self = table
  }

  /** Throws when the text is no address. */
  number(text: string): number {
    if (isIPv4(text)) return ipv4Number(text)
    const number = callInt('cb_address_of_text', pointer(this.#self), bytes(nulTerminated(text)))
    if (number === 0) throw new Error(`${text} is not an IP address`)
    return number >>> 0
  }

  /** 4 or 16. */
  octets(address: number): Uint8Array {
    const octets = new Uint8Array(16)
    if (callInt('cb_address_octets', pointer(this.#self), i32(address | 0), bytes(octets)) === 1) return octets
    new DataView(octets.buffer).setUint32(0, address)
    return octets.subarray(0, 4)
  }

  /** `address:port` for people. */
  text(address: number, port: number): string {
    const octets = this.octets(address)
    if (octets.length === 4) return `${ipv4Text(address)}:${port}`
    const groups = Array.from({ length: 8 }, (_, at) => ((octets[2 * at]! << 8) | octets[2 * at + 1]!).toString(16))
    // A URL has addresses in their shortest form (RFC 5952).
    return `${new URL(`rtp://[${groups.join(':')}]`).hostname}:${port}`
  }
}
