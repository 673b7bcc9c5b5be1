// Marks against a name, and what comes of too many: a block, each longer than the last. Whoever behaves is forgotten
// after a while. The tables are bounded; the longest quiet go first.

export interface StrikeLimits {
  /** Points that begin a block. */
  allowed: number
  firstBlockMs: number
  longestBlockMs: number
  /** A record is forgotten when nothing happened for this long. */
  memoryMs: number
  maxRecords: number
}

interface Record {
  points: number
  blocks: number
  blockedUntilMs: number
  lastMs: number
}

export class Strikes {
  readonly #limits: StrikeLimits
  readonly #nowMs: () => number
  /** In order of the last change. */
  readonly #records = new Map<string, Record>()

  constructor(nowMs: () => number, limits: StrikeLimits) {
    this.#nowMs = nowMs
    this.#limits = limits
  }

  blocked(key: string): boolean {
    return this.blockedForMs(key) > 0
  }

  /** 0: it is not. */
  blockedForMs(key: string): number {
    return Math.max(0, (this.#records.get(key)?.blockedUntilMs ?? 0) - this.#nowMs())
  }

  /** The length of the block that this strike began; undefined: none. */
  strike(key: string, points = 1): number | undefined {
    const nowMs = this.#nowMs()
    const known = this.#records.get(key)
    const record =
      known && nowMs - known.lastMs < this.#limits.memoryMs
        ? known
        : { points: 0, blocks: 0, blockedUntilMs: 0, lastMs: nowMs }
    record.points += points
    record.lastMs = nowMs
    const { allowed, firstBlockMs, longestBlockMs } = this.#limits
    const blockMs = record.points >= allowed ? Math.min(longestBlockMs, firstBlockMs * 2 ** record.blocks) : undefined
    if (blockMs !== undefined) {
      record.blockedUntilMs = nowMs + blockMs
      record.blocks++
      record.points = 0
    }
    this.#records.delete(key)
    if (this.#records.size >= this.#limits.maxRecords) {
      const [oldest] = this.#records.keys()
      if (oldest !== undefined) this.#records.delete(oldest)
    }
    this.#records.set(key, record)
    return blockMs
  }

  forgive(key: string): void {
    this.#records.delete(key)
  }

  get size(): number {
    return this.#records.size
  }
}
