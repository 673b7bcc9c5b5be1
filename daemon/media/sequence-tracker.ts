// Which RTP packets of a stream came, came twice, out of order, or not at all (RFC 3550 appendix A.1, A.3).

export type Arrival = 'inOrder' | 'reordered' | 'duplicate'

/** A power of two, and small, since every packet of every stream looks into its own. */
const window = 256
/** A step further than this, either way, is a restart of the sender, not loss: RFC 3550's MAX_DROPOUT is 3000. */
const maximumStep = 3000
/** Numbers begin two rounds up, so that packets from before the first one have positive ones too. */
const roundsBefore = 0x20000

export class SequenceTracker {
  duplicates = 0
  reordered = 0
  restarts = 0
  #unique = 0
  /** Lost in streams that are over. */
  #lostBefore = 0
  /** Extended numbers seen, by their low bits. */
  readonly #seen = new Int32Array(window)
  #first = -1
  #highest = -1

  /** Forgets the stream: a new SSRC numbers its packets anew. Its losses stay counted. */
  restart(): void {
    this.#lostBefore += this.#lostNow()
    this.#unique = 0
    this.#first = -1
    this.#highest = -1
    this.#seen.fill(-1)
  }

  note(sequence: number): Arrival {
    if (this.#highest < 0) return this.#begin(sequence)
    const step = ((sequence - this.#highest) << 16) >> 16
    if (step > maximumStep || step < -maximumStep) {
      this.restarts++
      this.restart()
      return this.#begin(sequence)
    }
    const extended = this.#highest + step
    if (this.#seen[extended & (window - 1)] === extended) {
      this.duplicates++
      return 'duplicate'
    }
    this.#seen[extended & (window - 1)] = extended
    this.#unique++
    if (step > 0) {
      this.#highest = extended
      return 'inOrder'
    }
    this.reordered++
    if (extended < this.#first) this.#first = extended
    return 'reordered'
  }

  /** Of the stream that goes on: how many packets it should have had, and had, and its highest number (RFC 3550 A.3). */
  get expected(): number {
    return this.#highest < 0 ? 0 : this.#highest - this.#first + 1
  }

  get received(): number {
    return this.#unique
  }

  get highest(): number {
    return this.#highest < 0 ? 0 : this.#highest - roundsBefore
  }

  /** Packets that never came, over all streams. One still on its way counts until it is here. */
  get lost(): number {
    return this.#lostBefore + this.#lostNow()
  }

  #begin(sequence: number): Arrival {
    this.#first = this.#highest = sequence + roundsBefore
    this.#seen.fill(-1)
    this.#seen[this.#first & (window - 1)] = this.#first
    this.#unique = 1
    return 'inOrder'
  }

  #lostNow(): number {
    return this.#highest < 0 ? 0 : Math.max(0, this.expected - this.#unique)
  }
}
