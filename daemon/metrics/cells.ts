// Figures by interval and by whom they belong to. A cell holds sums and maxima, so that cells add up to any grouping.
import type { Channel } from '../flow/host.ts'

export const intervalMs = 15 * 60_000

/** Empty text: none, e.g. no agent took part. */
export interface Dimensions {
  queue: string
  agent: string
  routingProfile: string
  channel: Channel | ''
  initiationMethod: string
  /** Of flow metrics only. */
  flow: string
}

export const dimensionNames = ['queue', 'agent', 'routingProfile', 'channel', 'initiationMethod', 'flow'] as const
export type DimensionName = (typeof dimensionNames)[number]

/** Sums by name; names that end in `Max` are maxima, in `Min` minima. Milliseconds end in `Ms`. */
export type Sums = Record<string, number>

export interface Cell extends Dimensions {
  /** Start of the interval. */
  atMs: number
  sums: Sums
}

export function mergeSums(into: Sums, from: Readonly<Sums>): void {
  for (const [name, value] of Object.entries(from)) {
    const before = into[name]
    if (name.endsWith('Max')) into[name] = Math.max(before ?? 0, value)
    else if (name.endsWith('Min')) into[name] = Math.min(before ?? value, value)
    else into[name] = (before ?? 0) + value
  }
}

export class Cells {
  readonly #cells = new Map<string, Cell>()

  get size(): number {
    return this.#cells.size
  }

  values(): Iterable<Cell> {
    return this.#cells.values()
  }

  add(atEpochMs: number, of: Dimensions, sums: Readonly<Sums>): void {
    const atMs = Math.floor(atEpochMs / intervalMs) * intervalMs
    const key = [atMs, ...dimensionNames.map((name) => of[name])].join('\n')
    let cell = this.#cells.get(key)
    if (!cell) {
      cell = { ...of, atMs, sums: {} }
      this.#cells.set(key, cell)
    }
    mergeSums(cell.sums, sums)
  }

  /** Time that really passed, split over the intervals it passed in. */
  addTime(fromEpochMs: number, toEpochMs: number, of: Dimensions, names: readonly string[]): void {
    for (let fromMs = fromEpochMs; fromMs < toEpochMs; ) {
      const untilMs = Math.min(toEpochMs, (Math.floor(fromMs / intervalMs) + 1) * intervalMs)
      this.add(fromMs, of, Object.fromEntries(names.map((name) => [name, untilMs - fromMs])))
      fromMs = untilMs
    }
  }

  clear(): void {
    this.#cells.clear()
  }
}
