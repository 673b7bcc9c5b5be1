// Nonces of digest challenges. A nonce carries its birth and our signature over it and the host it was given to, so
// handing one out costs no memory; only nonces that were used well are remembered, for their counts.
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'

export type NonceVerdict = 'fresh' | 'stale' | 'forged' | 'replayed'

interface Use {
  bornAtMs: number
  highest: number
  /** Bit n: count `highest - n` was seen. */
  seen: number
}

const windowCounts = 32

export class Nonces {
  readonly #secret = randomBytes(32)
  readonly #nowMs: () => number
  readonly #lifeMs: number
  readonly #maxRemembered: number
  /** In order of first use. */
  readonly #uses = new Map<string, Use>()
  /** Born before this: stale, because what was used of them is forgotten. */
  #forgottenBeforeMs = Number.NEGATIVE_INFINITY

  constructor(options: { nowMs: () => number; lifeMs?: number; maxRemembered?: number }) {
    this.#nowMs = options.nowMs
    this.#lifeMs = options.lifeMs ?? 300_000
    this.#maxRemembered = options.maxRemembered ?? 4096
  }

  issue(host: string): string {
    const body = `${Math.floor(this.#nowMs()).toString(36)}.${randomBytes(9).toString('base64url')}`
    return `${body}.${this.#sign(body, host)}`
  }

  /** Whether the nonce is ours, alive and given to this host. Changes nothing. */
  check(nonce: string, host: string): 'fresh' | 'stale' | 'forged' {
    const cut = nonce.lastIndexOf('.')
    const body = nonce.slice(0, Math.max(0, cut))
    const given = Buffer.from(nonce.slice(cut + 1), 'latin1')
    const expected = Buffer.from(this.#sign(body, host), 'latin1')
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) return 'forged'
    const bornAtMs = Number.parseInt(body, 36)
    const alive = bornAtMs >= this.#forgottenBeforeMs && this.#nowMs() - bornAtMs < this.#lifeMs
    return alive ? 'fresh' : 'stale'
  }

  /**
   * Marks a count of a checked nonce as used, after the password proved right. Each count is good once; counts may
   * overtake each other by a few (UDP). Without qop there is no count, and the nonce is good for one request.
   */
  use(nonce: string, count: number | undefined): NonceVerdict {
    const number = count ?? 1
    const use = this.#uses.get(nonce)
    if (!use) {
      this.#remember(nonce, { bornAtMs: Number.parseInt(nonce, 36), highest: number, seen: 1 })
      return 'fresh'
    }
    if (count === undefined) return 'replayed'
    const ahead = number - use.highest
    if (ahead > 0) {
      use.seen = ahead >= windowCounts ? 1 : ((use.seen << ahead) | 1) >>> 0
      use.highest = number
      return 'fresh'
    }
    const bit = -ahead >= windowCounts ? 0 : (1 << -ahead) >>> 0
    if (bit === 0 || (use.seen & bit) !== 0) return 'replayed'
    use.seen = (use.seen | bit) >>> 0
    return 'fresh'
  }

  get remembered(): number {
    return this.#uses.size
  }

  #remember(nonce: string, use: Use): void {
    for (const [old, { bornAtMs }] of this.#uses) {
      if (this.#nowMs() - bornAtMs < this.#lifeMs && this.#uses.size < this.#maxRemembered) break
      this.#uses.delete(old)
      if (this.#nowMs() - bornAtMs < this.#lifeMs)
        this.#forgottenBeforeMs = Math.max(this.#forgottenBeforeMs, bornAtMs + 1)
    }
    this.#uses.set(nonce, use)
  }

  #sign(body: string, host: string): string {
    return createHmac('sha256', this.#secret).update(`${body}\n${host}`).digest('base64url').slice(0, 22)
  }
}
