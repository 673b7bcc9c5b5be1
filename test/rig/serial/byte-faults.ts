// What a bad cable, a bad hub or a busy kernel does to the bytes a simulated device sends: to order, and countable, so
// that a run can be repeated byte for byte.

export type ByteFault = 'flip' | 'drop' | 'double'

export interface OrderedByteFault {
  fault: ByteFault
  /** Of the stream since the simulator was made, from 0. */
  atByte: number
  /** For `flip`: which bits. */
  mask?: number
}

export class ByteFaults {
  readonly #orders = new Map<number, OrderedByteFault>()
  /** Bytes the device has sent so far. */
  sent = 0

  order(fault: OrderedByteFault): void {
    this.#orders.set(fault.atByte, fault)
  }

  get outstanding(): number {
    return this.#orders.size
  }

  apply(bytes: Uint8Array): Uint8Array {
    const from = this.sent
    this.sent += bytes.length
    if (this.#orders.size === 0) return bytes
    const out: number[] = []
    for (const [i, byte] of bytes.entries()) {
      const order = this.#orders.get(from + i)
      this.#orders.delete(from + i)
      if (order?.fault === 'drop') continue
      out.push(order?.fault === 'flip' ? byte ^ (order.mask ?? 0x01) : byte)
      if (order?.fault === 'double') out.push(byte)
    }
    return Uint8Array.from(out)
  }
}
