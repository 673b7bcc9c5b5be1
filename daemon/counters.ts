// Named counters of one part of the daemon, as `cordboard status` shows them. Names are literals of the code, never
// outside input, so that the table stays small.

export class Counters {
  readonly #values = new Map<string, number>()

  count(name: string, by = 1): void {
    this.#values.set(name, (this.#values.get(name) ?? 0) + by)
  }

  snapshot(): Record<string, number> {
    return Object.fromEntries([...this.#values].sort(([a], [b]) => (a < b ? -1 : 1)))
  }
}
