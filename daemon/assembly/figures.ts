// The stream of events with what follows it: the store, agents' events, figures, and where events are sent.
import { join } from 'node:path'
import type { Instance } from '../config/instance.ts'
import type { RetentionSettings } from '../config/record-keeping-schema.ts'
import type { ContactRecord } from '../contact/contact-record.ts'
import { Counters } from '../counters.ts'
import { AgentStream } from '../events/agent-stream.ts'
import { createEventBus } from '../events/event-bus.ts'
import { EventStore } from '../events/event-store.ts'
import type { EventBus } from '../events/events.ts'
import { Outlet, type Receiver } from '../events/outlet.ts'
import { httpReceiver, jsonLinesReceiver, mqttReceiver } from '../events/receivers.ts'
import type { ParentLog } from '../log/log.ts'
import { Metrics } from '../metrics/metrics.ts'
import { MetricsStore } from '../metrics/metrics-store.ts'
import { untoldEvents } from '../metrics/untold.ts'
import type { Router } from '../routing/router.ts'
import type { DurableContactStore } from '../store/contact-store.ts'
import { Retention } from '../store/retention.ts'
import type { Started, Surroundings } from './surroundings.ts'

export interface Figures {
  bus: EventBus
  events: EventStore
  metrics: Metrics
  metricsStore: MetricsStore
  counters(): Record<string, number>
}

/** Of the surroundings, what figures are built with. */
export type FigureSurroundings = Pick<Surroundings, 'clock' | 'faults'> & {
  log: ParentLog
  instance: Pick<Instance, 'outletSecrets'> & { box: Pick<Instance['box'], 'events'> }
}

export function buildFigures(of: FigureSurroundings, storage: string, routing: Router, started: Started): Figures {
  const { clock, faults } = of
  const log = of.log.child({ part: 'events' })
  const events = new EventStore(join(storage, 'events.db'), { clock, log, faults })
  started('event store', () => events.close())
  const counters = new Counters()
  const file = join(storage, 'metrics.db')
  const metricsStore = new MetricsStore(file, { clock, log })
  // Either database may have been broken and begun anew: no number comes twice, or figures would take events for known.
  const lastSequence = Math.max(events.lastSequence, metricsStore.state()?.sequence ?? 0)
  const bus = createEventBus({ lastSequence, log, counters })
  // First of all listeners: what the others are told is on its way to the disk.
  bus.on((event) => events.add(event))
  const metrics = new Metrics({
    store: metricsStore,
    file,
    bus,
    missed: (after, limit) => events.after(after, limit),
    clock,
    log,
    faults,
  })
  started('metrics', () => metrics.close())
  const agents = new AgentStream({ bus, clock, onAgentChange: (listener) => routing.onAgentChange(listener) })
  started('agents’ events', () => agents.close())
  const outlets = Object.entries(receiversOf(of, storage)).map(
    ([name, receiver]) => [name, new Outlet({ name, receiver, store: events, bus, clock, log, faults })] as const,
  )
  for (const [name, outlet] of outlets) started(`events to ${name}`, () => outlet.close())
  return {
    bus,
    events,
    metrics,
    metricsStore,
    counters: () => ({
      ...counters.snapshot(),
      ...events.counters(),
      ...Object.fromEntries(
        outlets.flatMap(([name, outlet]) =>
          Object.entries(outlet.counters()).map(([counter, value]) => [`${name}.${counter}`, value]),
        ),
      ),
    }),
  }
}

function receiversOf({ instance }: FigureSurroundings, storage: string): Record<string, Receiver> {
  const { jsonLines, http, mqtt } = instance.box.events
  const { httpAuthorization: authorization, mqttPassword: password } = instance.outletSecrets
  return {
    ...(jsonLines && {
      jsonLines: jsonLinesReceiver({
        directory: join(storage, 'events'),
        maximumBytes: jsonLines.maximumMB * 1024 * 1024,
        keptFiles: jsonLines.keptFiles,
      }),
    }),
    ...(http && {
      http: httpReceiver({ url: http.url, headers: authorization === undefined ? {} : { authorization } }),
    }),
    ...(mqtt && {
      mqtt: mqttReceiver({
        url: mqtt.url,
        topic: mqtt.topic,
        ...(mqtt.userName !== undefined && { username: mqtt.userName }),
        ...(password !== undefined && { password }),
      }),
    }),
  }
}

/** Of a tail of the events: enough for the contacts of the last seconds before a kill. */
const tailEvents = 5_000
const tailContacts = 200
/** Events wait for a quarter of a second until they are written; records are to the second. */
const unwrittenMs = 1_500

/** After a kill: contacts that are over by their records and not by their events. Before any contact begins. */
export function tellUntold({ bus, events, metrics }: Figures, store: Pick<DurableContactStore, 'find' | 'list'>): void {
  const tail = events.after(Math.max(0, bus.lastSequence - tailEvents), tailEvents)
  // Of a box that was killed before its first event was on disk, nothing was told.
  const lastMs = bus.lastSequence === 0 ? 0 : tail.at(-1)?.atEpochMs
  if (lastMs === undefined) return
  const unfinished = new Map([...metrics.unfinished()].map((track) => [track.about.contactId, track]))
  const told = new Set(tail.map((event) => (event.kind === 'contact' ? event.contactId : '')))
  const isUnheardOf = ({ ContactId, InitiationTimestamp }: ContactRecord) =>
    !unfinished.has(ContactId) && !told.has(ContactId) && Date.parse(InitiationTimestamp) >= lastMs - unwrittenMs
  const cutOff = [...unfinished.keys()].flatMap((contactId) => store.find(contactId) ?? [])
  for (const record of [...cutOff, ...store.list({ limit: tailContacts }).filter(isUnheardOf).reverse()])
    for (const event of untoldEvents(record, unfinished.get(record.ContactId))) bus.emit(event)
}

/** Held callers who did not come back. */
export function tellLost({ bus, metrics }: Figures, records: readonly ContactRecord[]): void {
  const unfinished = new Map([...metrics.unfinished()].map((track) => [track.about.contactId, track]))
  for (const record of records)
    for (const event of untoldEvents(record, unfinished.get(record.ContactId))) bus.emit(event)
}

export async function servePrometheus(
  { instance, clock, log }: Surroundings,
  of: {
    figures: Figures
    routing: Router
    timeZone: () => string
    counters(): Promise<Record<string, Record<string, number>>>
  },
  started: Started,
): Promise<void> {
  const { port } = instance.box.metrics
  if (port === undefined) return
  const { figures, ...rest } = of
  // Loaded when it is used: most boxes are not asked for figures.
  const { createPrometheus } = await import('../metrics/prometheus.ts')
  const endpoint = createPrometheus({ ...rest, port, metrics: figures.metrics, clock, log })
  await endpoint.start()
  started('Prometheus endpoint', () => endpoint.stop())
}

export function startRetention(
  { clock, log, faults }: Surroundings,
  of: { storage: string; store: DurableContactStore; figures: Figures; settings: () => RetentionSettings },
  started: Started,
): void {
  const { storage, store, figures, settings } = of
  const retention = new Retention({
    storage,
    settings,
    records: store,
    events: figures.events,
    metrics: figures.metricsStore,
    clock,
    log: log.child({ part: 'retention' }),
    faults,
  })
  started('retention', () => retention.close())
}
