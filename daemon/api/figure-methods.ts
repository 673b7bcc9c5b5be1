// The control methods about figures and queues.
import { z } from 'zod'
import type { Clock } from '../clock.ts'
import { dimensionNames } from '../metrics/cells.ts'
import { type LiveSources, liveRows } from '../metrics/live.ts'
import type { Metrics } from '../metrics/metrics.ts'
import type { Routing } from '../routing/routing.ts'
import type { ControlMethod } from './control-connection.ts'
import { ControlError } from './protocol.ts'
import { type LiveMetricsReport, type MetricsReport, reportVersion } from './reports.ts'

const metricsParams = z.strictObject({
  /** ISO 8601; a day ago when absent. */
  from: z.iso.datetime({ offset: true }).optional(),
  to: z.iso.datetime({ offset: true }).optional(),
  interval: z.enum(['15min', '30min', 'hour', 'day', 'total']).default('total'),
  by: z.array(z.enum(dimensionNames)).max(dimensionNames.length).default(['queue']),
})
const liveParams = z.strictObject({
  by: z.enum(['queue', 'agent', 'routingProfile']).default('queue'),
  channel: z.enum(['VOICE', 'CHAT', 'TASK']).optional(),
})
const queueParams = z.strictObject({ queue: z.string(), enabled: z.boolean() })

/** Days that may be asked for at once, as in Amazon Connect (metrics facts, 1). */
const longestDays = { '15min': 3, '30min': 3, hour: 14, day: 31, total: 31 } as const
const dayMs = 86_400_000
/** Rows times columns. */
const maximumCells = 80_000

export interface FigureParts {
  clock: Clock
  /** In force now. */
  timeZone: () => string
  metrics: Pick<Metrics, 'report' | 'scheduled'>
  /** So that it holds over a restart. */
  queueSwitches?: { keep(queue: string, enabled: boolean): void }
  routing: Pick<Routing, 'setQueueEnabled' | 'agents' | 'queues' | 'queue' | 'serves'>
}

export function figureMethods(
  parts: FigureParts,
  read: <T>(schema: z.ZodType<T>, params: unknown) => T,
): Record<'metrics' | 'liveMetrics' | 'setQueueEnabled', ControlMethod> {
  return {
    metrics(params): MetricsReport {
      const { from, to, interval, by } = read(metricsParams, params ?? {})
      const toMs = to === undefined ? parts.clock.epochMs() : Date.parse(to)
      const fromMs = from === undefined ? toMs - dayMs : Date.parse(from)
      if (fromMs >= toMs) throw new ControlError('badParams', 'The time asked for is empty.', 'Give an earlier --from.')
      if (toMs - fromMs > longestDays[interval] * dayMs) {
        const message = `By ${interval}, ${longestDays[interval]} days can be asked for at once.`
        throw new ControlError('badParams', message, 'Ask for fewer days, or for longer intervals.')
      }
      const rows = parts.metrics.report({ fromMs, toMs, interval, by, timeZone: parts.timeZone() })
      if (rows.length * Object.keys(rows[0]?.metrics ?? {}).length > maximumCells)
        throw new ControlError('answerTooLong', 'These are too many figures.', 'Ask for fewer days, or group by less.')
      return {
        version: reportVersion,
        from: new Date(fromMs).toISOString(),
        to: new Date(toMs).toISOString(),
        interval,
        by,
        rows: rows.map((row) => ({ ...row })),
      }
    },
    liveMetrics(params): LiveMetricsReport {
      const { by, channel } = read(liveParams, params ?? {})
      const { routing, metrics, clock } = parts
      const sources: LiveSources = {
        agents: routing.agents(),
        queues: routing.queues().map(({ name }) => name),
        queue: (name, channel) => routing.queue(name, channel),
        serves: (userName, queue, channel) => routing.serves(userName, queue, channel),
        scheduled: (queue) => metrics.scheduled(queue),
      }
      const rows = liveRows(sources, { by, ...(channel && { channel }) }).map((row) => ({ ...row }))
      return { version: reportVersion, at: new Date(clock.epochMs()).toISOString(), by, rows }
    },
    setQueueEnabled(params): { version: typeof reportVersion } {
      const { queue, enabled } = read(queueParams, params)
      if (parts.routing.setQueueEnabled(queue, enabled)) {
        parts.queueSwitches?.keep(queue, enabled)
        return { version: reportVersion }
      }
      const mend = 'Queues stand in queues.yaml; `cordboard status` shows them.'
      throw new ControlError('notFound', `There is no queue ${JSON.stringify(queue)}.`, mend)
    },
  }
}
