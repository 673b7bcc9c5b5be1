// Historical figures: cells grouped as asked, and each metric of each group.
import type { Cell, DimensionName, Sums } from './cells.ts'
import { mergeSums } from './cells.ts'
import { definitions } from './definitions.ts'

export type ReportInterval = '15min' | '30min' | 'hour' | 'day' | 'total'

export interface ReportQuery {
  fromMs: number
  toMs: number
  interval: ReportInterval
  by: readonly DimensionName[]
  /** Fixes the hour a day starts. */
  timeZone: string
}

export interface ReportRow {
  /** Start of the interval, ISO 8601. */
  from: string
  group: Partial<Record<DimensionName, string>>
  /** By metric; those that mean nothing here are absent. */
  metrics: Record<string, number>
}

const lengthsMs = { '15min': 900_000, '30min': 1_800_000, hour: 3_600_000 } as const

/** Rows without any contact and any agent's time are none. In order of time, then of the group. */
export function report(cells: Iterable<Cell>, query: ReportQuery): ReportRow[] {
  const startOf = intervalStarts(query)
  const groups = new Map<
    string,
    { fromMs: number; group: ReportRow['group']; sums: Sums; methods: Map<string, Sums> }
  >()
  for (const cell of cells) {
    const fromMs = startOf(cell.atMs)
    const names = query.by.map((name) => cell[name])
    if (names.includes('') && !query.by.every((name, at) => names[at] !== '' || name === 'initiationMethod')) continue
    const key = [String(fromMs).padStart(16, '0'), ...names].join('\n')
    let row = groups.get(key)
    if (!row) {
      const group = Object.fromEntries(query.by.map((name) => [name, cell[name]]))
      row = { fromMs, group, sums: {}, methods: new Map() }
      groups.set(key, row)
    }
    mergeSums(row.sums, cell.sums)
    const ofMethod = row.methods.get(cell.initiationMethod) ?? {}
    mergeSums(ofMethod, cell.sums)
    row.methods.set(cell.initiationMethod, ofMethod)
  }
  return [...groups]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, { fromMs, group, sums, methods }]) => ({
      from: new Date(fromMs).toISOString(),
      group,
      metrics: metricsOf(sums, (method) => methods.get(method) ?? {}, query.by),
    }))
}

export function metricsOf(
  sums: Readonly<Sums>,
  byMethod: (method: string) => Readonly<Sums>,
  by: readonly DimensionName[],
): Record<string, number> {
  const metrics: Record<string, number> = {}
  for (const { name, of, notBy = [] } of definitions) {
    const value = notBy.some((dimension) => by.includes(dimension)) ? undefined : of(sums, byMethod)
    if (value !== undefined) metrics[name] = value
  }
  return metrics
}

function intervalStarts({ interval, fromMs, timeZone }: ReportQuery): (atMs: number) => number {
  if (interval === 'total') return () => fromMs
  if (interval !== 'day') return (atMs) => Math.floor(atMs / lengthsMs[interval]) * lengthsMs[interval]
  const format = new Intl.DateTimeFormat('en-CA', { timeZone, dateStyle: 'short' })
  const starts = new Map<string, number>()
  return (atMs) => {
    const day = format.format(atMs)
    // Zones differ from UTC by whole quarters of an hour: the first cell of a day begins with it.
    const start = Math.min(starts.get(day) ?? atMs, atMs)
    starts.set(day, start)
    return dayStart(format, day, start)
  }
}

/** The first quarter of an hour of that day, whatever cell of it is seen first. */
function dayStart(format: Intl.DateTimeFormat, day: string, knownMs: number): number {
  let startMs = knownMs
  while (format.format(startMs - lengthsMs['15min']) === day) startMs -= lengthsMs['15min']
  return startMs
}
