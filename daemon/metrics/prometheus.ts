// Figures for Prometheus, on loopback only: what is now, and the sums since midnight of the box's own zone.
import { Gauge, Registry } from 'prom-client'
import type { Clock } from '../clock.ts'
import type { Log } from '../log/log.ts'
import type { AgentView, QueueView } from '../routing/routing.ts'
import type { Metrics } from './metrics.ts'

// Not by `import`: that reads every export of node:http, and so loads the client of HTTP/2 and all, 14 MB.
const { createServer } = process.getBuiltinModule('node:http')

export interface PrometheusParts {
  port: number
  metrics: Pick<Metrics, 'report'>
  routing: { agents(): AgentView[]; queues(): QueueView[] }
  /** By part of the daemon. */
  counters(): Promise<Record<string, Record<string, number>>>
  /** In force now. */
  timeZone: () => string
  clock: Clock
  log: Log
}

export interface PrometheusEndpoint {
  /** Rejects when the port is taken. */
  start(): Promise<void>
  stop(): Promise<void>
  port(): number
}

export function createPrometheus(parts: PrometheusParts): PrometheusEndpoint {
  const server = createServer((request, response) => {
    if (request.method !== 'GET' || request.url !== '/metrics') {
      response.writeHead(404).end('Figures are at /metrics.\n')
      return
    }
    gather(parts).then(
      ({ text, type }) => response.writeHead(200, { 'content-type': type }).end(text),
      (fault) => {
        parts.log.error({ err: fault }, 'figures could not be gathered')
        response.writeHead(500).end()
      },
    )
  })
  return {
    start: () =>
      new Promise((resolve, reject) => {
        server.once('error', reject)
        server.listen(parts.port, '127.0.0.1', () => {
          server.off('error', reject)
          server.on('error', (fault) => parts.log.error({ err: fault }, 'the Prometheus endpoint failed'))
          resolve()
        })
      }),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
    port() {
      const address = server.address()
      return typeof address === 'object' && address ? address.port : 0
    },
  }
}

/** A registry for each asking: queues and agents that are gone leave no stale figure behind. */
async function gather({ metrics, routing, counters, timeZone, clock }: PrometheusParts) {
  const registry = new Registry()
  const gauge = (name: string, help: string, labelNames: string[]) =>
    new Gauge({ name: `cordboard_${name}`, help, labelNames, registers: [registry] })
  const queues = gauge('queue', 'What is now, by queue', ['queue', 'figure'])
  for (const { name, waiting, oldestAgeS, available, staffed, online, enabled } of routing.queues())
    for (const [figure, value] of Object.entries({
      waiting,
      oldestAgeS,
      available,
      staffed,
      online,
      enabled: +enabled,
    }))
      queues.set({ queue: name, figure }, value)
  const agents = gauge('agents', 'Agents by what they do now', ['activity'])
  for (const { activity } of routing.agents()) agents.inc({ activity })
  const day = gauge('queue_today', 'Metrics since midnight, by queue and published name', ['queue', 'metric'])
  const toMs = clock.epochMs()
  const rows = metrics.report({ fromMs: toMs - 86_400_000, toMs, interval: 'day', by: ['queue'], timeZone: timeZone() })
  const today = new Date(Math.max(0, ...rows.map(({ from }) => Date.parse(from)))).toISOString()
  for (const { from, group, metrics: values } of rows)
    if (from === today)
      for (const [metric, value] of Object.entries(values)) day.set({ queue: group.queue ?? '', metric }, value)
  const all = gauge('counter', 'Counters of the daemon, by part', ['part', 'counter'])
  for (const [part, values] of Object.entries(await counters()))
    for (const [counter, value] of Object.entries(values)) all.set({ part, counter }, value)
  return { text: await registry.metrics(), type: registry.contentType }
}
