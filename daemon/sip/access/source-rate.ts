// How many requests one host may send: a bucket of tokens each, so that a flood costs little more than a map look-up a
// message. Requests inside a known dialog and copies of what was seen before don't count.

export interface RateLimit {
  perSecond: number
  burst: number
}

/** Whoever it is: far above what a busy trunk, or all the phones behind one router, send. */
export const anyoneRate: RateLimit = { perSecond: 1000, burst: 2000 }

/** A host that has proved nothing yet: room for a few hundred phones that all sign in after a power cut. */
export const strangerRate: RateLimit = { perSecond: 20, burst: 500 }

const maxHosts = 2048

export class SourceRate {
  readonly #nowMs: () => number
  readonly #limit: RateLimit
  /** In order of last use. */
  readonly #buckets = new Map<string, { tokens: number; atMs: number }>()

  constructor(nowMs: () => number, limit: RateLimit) {
    this.#nowMs = nowMs
    this.#limit = limit
  }

  /** Takes a token; false when there is none. */
  admit(host: string): boolean {
    const nowMs = this.#nowMs()
    const { burst, perSecond } = this.#limit
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
