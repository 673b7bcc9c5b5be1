// How many new requests one host may send: a bucket of tokens each, so that a flood costs little more
// than a map look-up a datagram. Far above what a busy trunk of phones behind one router sends.
// Requests inside a known dialog and copies of what was seen before don't count.

const perSecond = 1000
const burst = 2000
const maxHosts = 2048

export class SourceRate {
  readonly #nowMs: () => number
  /** In order of last use. */
  readonly #buckets = new Map<string, { tokens: number; atMs: number }>()

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs
  }

  /** Takes a token; false when there is none. */
  admit(host: string): boolean {
    const nowMs = this.#nowMs()
    const bucket = this.#buckets.get(host) ?? { tokens: burst, atMs: nowMs }
    bucket.tokens = Math.min(burst, bucket.tokens + ((nowMs - bucket.atMs) / 1000) * perSecond)
    bucket.atMs = nowMs
    const admitted = bucket.tokens >= 1
    if (admitted) bucket.tokens--
    this.#buckets.delete(host)
    if (this.#buckets.size >= maxHosts) {
      const [oldest] = this.#buckets.keys()
      if (oldest !== undefined) this.#buckets.delete(oldest)
    }
    this.#buckets.set(host, bucket)
    return admitted
  }
}
