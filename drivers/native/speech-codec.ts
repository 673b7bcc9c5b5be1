// Speech codecs with a memory: G.722 both ways, Opus decoding, at 8 kHz. Packets pass in memory both sides see, one
// native call each. The layout is that of codec.h. Which payloads are let in here is drivers/codec's to say.
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

const kinds = { g722Encoder: 1, g722Decoder: 2, opusDecoder: 3 } as const
const modes = { normal: 0, conceal: 1, redundant: 2 } as const
const headBytes = 16
/** Longest payload taken, and most samples made of one: 120 ms. */
export const codecOctets = 1536
export const codecSamples = 960
const arenaBytes = headBytes + codecOctets + codecSamples * 2

let live = 0

/** Codecs not closed yet: the ledger of the tests. */
export function liveSpeechCodecs(): number {
  return live
}

/**
 * Finds the libopus inside @discordjs/opus, which the process has to have loaded. Throws when it is not there or not of
 * the form known here.
 */
export function findOpus(): void {
  if (callInt('cb_opus_find') !== 0)
    throw new Error('the libopus inside @discordjs/opus is not as expected: install the version of package-lock.json')
}

export class SpeechCodec {
  /** Where a payload to be decoded is put, and one encoded is found. */
  readonly octets: Uint8Array
  /** Samples decoded, or to be encoded. Valid until the next call. */
  readonly samples: Int16Array
  readonly #self: NativePointer
  readonly #arena: ArrayBuffer
  readonly #head: Int32Array
  readonly #run: () => number

  /** Throws when there is not the memory. */
  constructor(kind: keyof typeof kinds) {
    const self = callPointer('cb_codec_create', i32(kinds[kind]))
    const arena = self && callPointer('cb_codec_arena_of', pointer(self))
    if (self === undefined || arena === undefined) throw new Error(`no memory for a codec (${kind})`)
    if (callInt('cb_codec_arena_bytes') !== arenaBytes)
      throw new Error('the native library does not match its sources: run scripts/native --force')
    this.#self = self
    this.#arena = viewMemory(arena, arenaBytes)
    this.#head = new Int32Array(this.#arena, 0, headBytes / 4)
    this.octets = new Uint8Array(this.#arena, headBytes, codecOctets)
    this.samples = new Int16Array(this.#arena, headBytes + codecOctets, codecSamples)
    this.#run = prepareCall('cb_codec_run', pointer(self))
    live++
  }

  /** Of the first `count` octets. Samples made; 0: it is no payload of this codec. */
  decode(count: number): number {
    return this.#call(count, 0, modes.normal)
  }

  /** Opus: the `samples` before the packet that lies in `octets`, from the copy it may carry of them. Samples made. */
  decodeRedundant(count: number, samples: number): number {
    return this.#call(count, samples, modes.redundant)
  }

  /** Opus: makes up `samples` that were lost. Samples made. */
  conceal(samples: number): number {
    return this.#call(0, samples, modes.conceal)
  }

  /** Of the first `samples` samples. Octets made. */
  encode(samples: number): number {
    return this.#call(0, samples, modes.normal)
  }

  /** The next packet has nothing to do with those before. */
  reset(): void {
    callVoid('cb_codec_reset', pointer(this.#self))
  }

  /** Idempotent. */
  close(): void {
    if (this.#arena.detached) return
    live--
    detachView(this.#arena)
    callVoid('cb_codec_destroy', pointer(this.#self))
  }

  #call(octets: number, samples: number, mode: number): number {
    this.#head[0] = octets
    this.#head[1] = samples
    this.#head[2] = mode
    return Math.max(0, this.#run())
  }
}
