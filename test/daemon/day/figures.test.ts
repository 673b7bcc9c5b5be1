// The metrics of a day, kept while it happened and read back from the disk, equal the figures that a plain reckoning makes
// of the list of events alone; also when the daemon was killed in the middle and started again.
import { join } from 'node:path'
import t from 'tap'
import type { CentreEvent } from '../../../daemon/events/events.ts'
import { silentLog } from '../../../daemon/log/log.ts'
import { Metrics } from '../../../daemon/metrics/metrics.ts'
import { MetricsStore } from '../../../daemon/metrics/metrics-store.ts'
import type { ReportInterval } from '../../../daemon/metrics/report.ts'
import { agentFigures, contactsOf, figuresOf, flowFigures, type NaiveContact } from './naive-figures.ts'
import { RouterDay } from './router-day.ts'
import { drawDay } from './scenario.ts'
import type { SimClock } from './sim-clock.ts'

const events: CentreEvent[] = []
const day = new RouterDay(drawDay(3), (event) => events.push(event))
const folder = t.testdir()

function metricsOn(file: string, listen: (listener: (event: CentreEvent) => void) => () => void, clock: SimClock) {
  return new Metrics({
    store: new MetricsStore(join(folder, file), { clock, log: silentLog }),
    file,
    bus: { on: listen },
    missed: (after, limit) => events.filter(({ sequence }) => sequence > after).slice(0, limit),
    clock,
    log: silentLog,
    saveEveryMs: 900_000,
  })
}

const metrics = metricsOn('metrics.db', (listener) => day.bus.on(listener), day.clock)
day.run()
const endMs = day.clock.epochMs()
const contacts = contactsOf(events)
const query = { fromMs: Date.UTC(2026, 0, 5), toMs: Date.UTC(2026, 0, 7), timeZone: 'Europe/Berlin' }
t.comment(`${events.length} events, ${contacts.length} contacts over`)

/** Names of the figures that differ by more than rounding. */
function differing(expected: Record<string, number | undefined>, got: Record<string, number> | undefined): string[] {
  return Object.entries(expected)
    .filter(([name, value]) => {
      const other = got?.[name]
      if (value === undefined || other === undefined) return value !== other
      return Math.abs(value - other) > 1e-6 * Math.max(1, Math.abs(value))
    })
    .map(([name, value]) => `${name}: ${value} by the events, ${got?.[name]} by the metrics`)
}

t.test('the whole day', async (t) => {
  const [row] = metrics.report({ ...query, interval: 'total', by: [] })
  t.same(differing(figuresOf(contacts), row?.metrics), [])
  t.ok((row?.metrics.CONTACTS_ABANDONED ?? 0) > 100 && (row?.metrics.AVG_QUEUE_ANSWER_TIME ?? 0) > 10, 'callers waited')
})

for (const [name, of] of [
  ['queue', ({ queue }: NaiveContact) => queue],
  ['channel', ({ channel }: NaiveContact) => channel],
  ['agent', ({ agent }: NaiveContact) => agent],
  ['routingProfile', ({ profile }: NaiveContact) => profile],
] as const) {
  t.test(`by ${name}`, async (t) => {
    const rows = metrics.report({ ...query, interval: 'total', by: [name] })
    const groups = Map.groupBy(contacts, of)
    groups.delete(undefined)
    t.ok(groups.size > 2)
    for (const [value, members] of groups) {
      const got = rows.find(({ group }) => group[name] === value)?.metrics
      t.same(differing(figuresOf(members), got), [], `${value}`)
    }
  })
}

for (const [interval, lengthMs] of [
  ['15min', 900_000],
  ['hour', 3_600_000],
] as [ReportInterval, number][]) {
  t.test(`each ${interval} of each queue, by the moment contacts ended`, async (t) => {
    const rows = metrics.report({ ...query, interval, by: ['queue'] })
    const groups = Map.groupBy(contacts, ({ queue, disconnected }) => {
      const from = new Date(Math.floor(disconnected / lengthMs) * lengthMs).toISOString()
      return `${from} ${queue}`
    })
    const wrong = [...groups].flatMap(([key, members]) => {
      const got = rows.find(({ from, group }) => `${from} ${group.queue}` === key)?.metrics
      return differing(figuresOf(members), got).map((one) => `${key} ${one}`)
    })
    t.same(wrong, [])
    t.comment(`${groups.size} cells`)
  })
}

t.test('each agent’s time, split where intervals meet', async (t) => {
  const whole = metrics.report({ ...query, interval: 'total', by: ['agent'] })
  const quarters = metrics.report({ ...query, interval: '15min', by: ['agent'] })
  const agents = [...new Set(events.flatMap((event) => (event.kind === 'agent' ? [event.agent] : [])))]
  t.equal(agents.length, 60)
  for (const agent of agents) {
    const got = whole.find(({ group }) => group.agent === agent)?.metrics
    t.same(differing(agentFigures(events, agent, endMs), got), [], agent)
    const online = quarters.filter(({ group }) => group.agent === agent).map((row) => row.metrics.SUM_ONLINE_TIME_AGENT)
    t.ok(
      online.every((seconds) => seconds === undefined || seconds <= 900),
      'nobody is online for more than a quarter of an hour in one',
    )
  }
})

t.test('flows: started, how they ended, how long they took; together, by flow, by channel', async (t) => {
  const [row] = metrics.report({ ...query, interval: 'total', by: [] })
  t.same(differing(flowFigures(events), row?.metrics), [])
  t.ok((row?.metrics.FLOWS_STARTED ?? 0) > 10_000 && (row?.metrics.AVG_FLOW_TIME ?? 0) > 1)
  const byFlow = metrics.report({ ...query, interval: 'total', by: ['flow'] })
  t.same(
    byFlow.map(({ group }) => group.flow),
    ['music', 'welcome'],
  )
  for (const { group, metrics: got } of byFlow) {
    t.same(differing(flowFigures(events, group.flow), got), [], `${group.flow}`)
    t.notOk('CONTACTS_QUEUED' in got, 'contacts have no flow')
  }
  for (const { group, metrics: got } of metrics.report({ ...query, interval: 'total', by: ['channel'] })) {
    const own = events.filter((event) => event.kind === 'flow' && event.channel === group.channel)
    t.same(differing(flowFigures(own), got), [], `${group.channel}`)
  }
  const [byQueue] = metrics.report({ ...query, interval: 'total', by: ['queue'] })
  t.notOk('FLOWS_STARTED' in (byQueue?.metrics ?? {}), 'flows have no queue')
})

t.test('offers: answered, missed, and the rest', async (t) => {
  const [row] = metrics.report({ ...query, interval: 'total', by: [] })
  const count = (type: string) => events.filter((event) => event.kind === 'contact' && event.type === type).length
  const offered = count('OFFERED')
  const accepted = count('AGENT_CONNECTING')
  t.equal(row?.metrics.AGENT_ANSWER_RATE, (100 * accepted) / offered)
  const withdrawn = count('OFFER_FAILED')
  t.equal(row?.metrics.AGENT_NON_RESPONSE, offered - accepted - withdrawn)
})

t.test('killed at 40 moments and started again, the figures are the same', async (t) => {
  const cuts = Array.from({ length: 40 }, (_, at) => Math.floor((events.length * (at + 1)) / 41))
  let told = 0
  for (const cut of [...cuts, events.length]) {
    let listener: ((event: CentreEvent) => void) | undefined
    const store = new MetricsStore(join(folder, 'killed.db'), { clock: day.clock, log: silentLog })
    const one = new Metrics({
      store,
      file: 'killed.db',
      bus: {
        on(listens) {
          listener = listens
          return () => undefined
        },
      },
      missed: (after, limit) =>
        events
          .slice(0, told)
          .filter(({ sequence }) => sequence > after)
          .slice(0, limit),
      clock: day.clock,
      log: silentLog,
    })
    // Some of what was counted is on the disk, the rest is lost with the process.
    const saved = told + Math.floor((cut - told) * 0.6)
    for (; told < saved; told++) listener?.(events[told]!)
    one.save()
    for (; told < cut; told++) listener?.(events[told]!)
    if (cut === events.length) {
      const [row] = one.report({ ...query, interval: 'total', by: [] })
      t.same(differing(figuresOf(contacts), row?.metrics), [])
      one.close()
    } else store.close()
  }
})

t.test('no figure is negative', async (t) => {
  const rows = metrics.report({ ...query, interval: '15min', by: ['queue', 'agent'] })
  const negative = rows.flatMap((row) => Object.entries(row.metrics).filter(([, value]) => !(value >= 0)))
  t.same(negative, [])
})

t.teardown(() => {
  metrics.close()
  day.close()
})
