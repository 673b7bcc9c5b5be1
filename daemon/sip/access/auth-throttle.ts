// Guessing passwords is slow here: failures are counted per host and user name, and per host; too many, and requests
// of it are ignored for a growing time. A challenge alone is no failure (every phone begins with one), and the
// address is always the socket's, never a header's.

export interface ThrottleLimits {
  /** Failures of one user name from one host before it is ignored. */
  perUser: number
  /** Failures of one host, whatever the names: many phones may share it behind a router. */
  perHost: number
  firstBlockMs: number
  longestBlockMs: number
  /** A record is forgotten when nothing happened for this long. */
  memoryMs: number
  maxRecords: number
}

export const defaultThrottleLimits: ThrottleLimits = {
  perUser: 8,
  perHost: 40,
  firstBlockMs: 30_000,
  longestBlockMs: 3_600_000,
  memoryMs: 7_200_000,
  maxRecords: 4096,
}

interface Record {
  failures: number
  blocks: number
  blockedUntilMs: number
  lastMs: number
}

export class AuthThrottle {
  readonly #limits: ThrottleLimits
  readonly #nowMs: () => number
  /** In order of the last change: the oldest goes first when the table is full. */
  readonly #records = new Map<string, Record>()

  constructor(nowMs: () => number, limits: ThrottleLimits = defaultThrottleLimits) {
    this.#nowMs = nowMs
    this.#limits = limits
  }

  blocked(host: string, userName: string | undefined): boolean {
    const nowMs = this.#nowMs()
    const keys = userName === undefined ? [host] : [host, userKey(host, userName)]
    return keys.some((key) => (this.#records.get(key)?.blockedUntilMs ?? 0) > nowMs)
  }

  /** True when this failure began a block. */
  failed(host: string, userName: string): boolean {
    const byHost = this.#note(host, this.#limits.perHost)
    const byUser = this.#note(userKey(host, userName), this.#limits.perUser)
    return byHost || byUser
  }

  succeeded(host: string, userName: string): void {
    this.#records.delete(userKey(host, userName))
  }

  get size(): number {
    return this.#records.size
  }

  #note(key: string, allowed: number): boolean {
    const nowMs = this.#nowMs()
    const known = this.#records.get(key)
    const record =
      known && nowMs - known.lastMs < this.#limits.memoryMs
        ? known
        : { failures: 0, blocks: 0, blockedUntilMs: 0, lastMs: nowMs }
    record.failures++
    record.lastMs = nowMs
    const blocks = record.failures >= allowed
    if (blocks) {
      const { firstBlockMs, longestBlockMs } = this.#limits
      record.blockedUntilMs = nowMs + Math.min(longestBlockMs, firstBlockMs * 2 ** record.blocks)
      record.blocks++
      record.failures = 0
    }
    this.#records.delete(key)
    if (this.#records.size >= this.#limits.maxRecords) {
      const [oldest] = this.#records.keys()
      if (oldest !== undefined) this.#records.delete(oldest)
    }
    this.#records.set(key, record)
    return blocks
  }
}

function userKey(host: string, userName: string): string {
  return `${host} ${userName}`
}
