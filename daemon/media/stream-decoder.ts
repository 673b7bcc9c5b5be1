// Decodes a stream whose codec remembers what went before (G.722, Opus): packets have to be decoded in the order they
// were sent, and a lost one may be told by the one behind it (Opus in-band FEC).
//
//   receive ─▶ next in order? ─yes─▶ decode ─▶ jitter buffer
//                  └─no─▶ held until those before it come, or until their time to be played has come
import type { Decoder } from '../../drivers/codec/codec.ts'
import type { ClockScale } from './clock-scale.ts'
import type { JitterBuffer } from './jitter-buffer.ts'
import { telephoneFormat } from './port.ts'

const { frameSamples } = telephoneFormat
/** Packets that may wait for an earlier one: more than the jitter buffer's 200 ms at 20 ms each. */
const heldPackets = 16
const maximumPayloadBytes = 1536
/** A step further than this, either way, is a restart of the sender: as in SequenceTracker. */
const maximumStep = 3000
/** A frame below about -50 dBm0 may be the last before a pause that nothing else tells of. */
const quietRms = 75

interface Held {
  used: boolean
  sequence: number
  timestamp: number
  samples: number
  length: number
  readonly octets: Uint8Array
}

export class StreamDecoder {
  /** Payloads that are none of the codec's. */
  malformed = 0
  /** Lost frames that were had from the packet behind them. */
  recoveredFrames = 0
  readonly #decoder: Decoder
  readonly #jitter: JitterBuffer
  readonly #clock: ClockScale
  readonly #held: Held[] = []
  #next = -1
  #nextTimestamp = 0
  #sendsPauses = false
  /** Something else stood for the time since the last packet. */
  #gapExplained = false

  constructor(options: { decoder: Decoder; jitter: JitterBuffer; clock: ClockScale }) {
    this.#decoder = options.decoder
    this.#jitter = options.jitter
    this.#clock = options.clock
    for (let i = 0; i < heldPackets; i++)
      this.#held.push({
        used: false,
        sequence: 0,
        timestamp: 0,
        samples: 0,
        length: 0,
        octets: new Uint8Array(maximumPayloadBytes),
      })
  }

  receive(sequence: number, rtpTimestamp: number, octets: Uint8Array, offset: number, length: number): void {
    const samples = length > maximumPayloadBytes ? 0 : this.#decoder.duration(octets, offset, length)
    if (samples === 0) {
      this.malformed++
      return
    }
    const timestamp = this.#clock.toLoop(rtpTimestamp)
    const step = this.#next < 0 ? 0 : stepOf(sequence, this.#next)
    if (this.#next < 0 || step > maximumStep || step < -maximumStep) this.#restart(sequence, timestamp)
    // Given up and passed over already: decoding it now would only disturb what follows.
    const behind = stepOf(sequence, this.#next)
    if (!this.#jitter.arrive(timestamp, samples) && behind !== 0) return
    if (behind < 0) {
      this.#jitter.latePackets++
      return
    }
    if (behind > 0) {
      this.#hold(sequence, timestamp, samples, octets, offset, length)
      return
    }
    this.#decode(sequence, timestamp, octets, offset, length)
    this.#releaseInOrder()
  }

  /** The packet of another payload type with this number takes no part (events, comfort noise). */
  passOver(sequence: number): void {
    if (this.#next < 0 || stepOf(sequence, this.#next) !== 0) return
    this.#next = (sequence + 1) & 0xffff
    this.#gapExplained = true
    this.#releaseInOrder()
  }

  /** Before each frame is read: what it needs is waited for no longer. */
  tick(): void {
    for (;;) {
      const first = this.#firstHeld()
      if (first === undefined || this.#jitter.slackOf(this.#nextTimestamp) >= frameSamples) return
      this.#giveUpBefore(first)
    }
  }

  /** Another stream follows. */
  reset(): void {
    for (const held of this.#held) held.used = false
    this.#next = -1
    this.#sendsPauses = false
    this.#decoder.reset()
  }

  close(): void {
    this.#decoder.close()
  }

  #restart(sequence: number, timestamp: number): void {
    for (const held of this.#held) held.used = false
    this.#next = sequence
    this.#nextTimestamp = timestamp
  }

  #hold(
    sequence: number,
    timestamp: number,
    samples: number,
    octets: Uint8Array,
    offset: number,
    length: number,
  ): void {
    let free = this.#held.find((held) => !held.used)
    if (free === undefined) {
      this.#giveUpBefore(this.#firstHeld()!)
      free = this.#held.find((held) => !held.used)!
    }
    free.used = true
    free.sequence = sequence
    free.timestamp = timestamp
    free.samples = samples
    free.length = length
    free.octets.set(octets.subarray(offset, offset + length))
  }

  #firstHeld(): Held | undefined {
    let first: Held | undefined
    for (const held of this.#held)
      if (held.used && (first === undefined || stepOf(held.sequence, first.sequence) < 0)) first = held
    return first
  }

  /** What is missing before this packet will not be waited for; the last of it may be told by the packet. */
  #giveUpBefore(held: Held): void {
    const { timestamp, samples } = held
    const missing = (timestamp - this.#nextTimestamp) | 0
    if (missing >= samples) {
      const recovered = this.#decoder.recover(held.octets, 0, held.length, samples)
      if (recovered > 0) {
        this.recoveredFrames++
        this.#jitter.place((timestamp - samples) | 0, this.#decoder.samples, recovered)
      }
    }
    this.#next = held.sequence
    this.#nextTimestamp = timestamp
    this.#release(held)
    this.#releaseInOrder()
  }

  #releaseInOrder(): void {
    for (;;) {
      const first = this.#firstHeld()
      if (first === undefined || first.sequence !== this.#next) return
      this.#release(first)
    }
  }

  #release(held: Held): void {
    held.used = false
    this.#decode(held.sequence, held.timestamp, held.octets, 0, held.length)
  }

  #decode(sequence: number, timestamp: number, octets: Uint8Array, offset: number, length: number): void {
    // Nothing was lost, and yet there is a gap in time: the far end stops sending when nobody speaks (Opus DTX).
    if (!this.#gapExplained && ((timestamp - this.#nextTimestamp) | 0) > 0) this.#sendsPauses = true
    this.#gapExplained = false
    const count = this.#decoder.decode(octets, offset, length)
    const { samples } = this.#decoder
    this.#next = (sequence + 1) & 0xffff
    this.#nextTimestamp = (timestamp + count) | 0
    if (count === 0) {
      this.malformed++
      return
    }
    this.#jitter.place(timestamp, samples, count)
    if (this.#sendsPauses && isQuiet(samples, count))
      this.#jitter.pause(this.#nextTimestamp, undefined, samples.subarray(0, count))
  }
}

function stepOf(sequence: number, from: number): number {
  return ((sequence - from) << 16) >> 16
}

function isQuiet(samples: Int16Array, count: number): boolean {
  let energy = 0
  for (let i = 0; i < count; i++) energy += samples[i]! * samples[i]!
  return energy < quietRms * quietRms * count
}
