// Receiver of caller ID by FSK: 8 kHz audio in, messages whose checksum is right out.
import {
  callInt,
  callPointer,
  callVoid,
  detachView,
  i32,
  type NativePointer,
  pointer,
  prepareCall,
  viewMemory,
} from './library.ts'

/** By their numbers in spandsp's adsi.h. Bellcore sends by Bell 202, ETSI and BT by V.23. */
const standards = { bellcore: 1, etsi: 2 } as const
export type FskStandard = keyof typeof standards

const maximumSamples = 320
const maximumMessage = 264
const headBytes = 8
const arenaBytes = headBytes + maximumSamples * 2 + maximumMessage

let live = 0

/** Receivers not closed yet: the ledger of the tests. */
export function liveFskReceivers(): number {
  return live
}

export class FskReceiver {
  readonly #self: NativePointer
  readonly #arena: ArrayBuffer
  readonly #head: Int32Array
  readonly #frame: Int16Array
  readonly #message: Uint8Array
  readonly #hear: () => number

  constructor(standard: FskStandard) {
    const self = callPointer('cb_fsk_open', i32(standards[standard]))
    if (self === undefined) throw new Error('no memory for a receiver of caller ID')
    if (callInt('cb_fsk_arena_bytes') !== arenaBytes)
      throw new Error('the native library does not match its sources: run scripts/native --force')
    this.#self = self
    this.#arena = viewMemory(self, arenaBytes)
    this.#head = new Int32Array(this.#arena, 0, 2)
    this.#frame = new Int16Array(this.#arena, headBytes, maximumSamples)
    this.#message = new Uint8Array(this.#arena, headBytes + maximumSamples * 2, maximumMessage)
    this.#hear = prepareCall('cb_fsk_hear', pointer(self))
    live++
  }

  /** At most 40 ms. The message that these samples completed, type byte first, without its checksum. */
  hear(samples: Int16Array): Uint8Array | undefined {
    this.#frame.set(samples)
    this.#head[0] = samples.length
    const bytes = this.#hear()
    return bytes === 0 ? undefined : this.#message.slice(0, bytes)
  }

  close(): void {
    if (this.#arena.detached) return
    live--
    detachView(this.#arena)
    callVoid('cb_fsk_close', pointer(this.#self))
  }
}
