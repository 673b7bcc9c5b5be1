// Event streams of the whole daemon when the receivers are away, and the daemon is killed meanwhile: afterwards each of
// them, an HTTP endpoint, an MQTT broker and a file of JSON lines, has every event there is, at least once and in order.
import { appendFileSync, readdirSync, readFileSync } from 'node:fs'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { Aedes } from 'aedes'
import t from 'tap'
import type { CentreEvent } from '../../daemon/events/events.ts'
import { AutoPhones, agentAt, callerAccount } from '../support/auto-phones.ts'
import { Daemon } from '../support/daemon.ts'
import { freePorts } from '../support/free-ports.ts'
import { HttpEndpoint } from '../support/http-endpoint.ts'
import { makeTestInstance } from '../support/instance.ts'
import { until } from '../support/wait.ts'

let away = false

const posted: CentreEvent[] = []
const endpoint = await HttpEndpoint.open(({ body }) => {
  if (away) return { status: 503 }
  posted.push(...eventsIn(body))
  return {}
})
t.teardown(() => endpoint.close())

const published: CentreEvent[] = []
const broker = await Aedes.createBroker()
broker.on('publish', ({ topic, payload }) => {
  if (topic.startsWith('shop/')) published.push(JSON.parse(payload.toString()) as CentreEvent)
})
const visitors = new Set<Socket>()
const door = createServer((socket) => {
  if (away) {
    socket.destroy()
    return
  }
  visitors.add(socket)
  broker.handle(socket)
})
await new Promise<void>((resolve) => door.listen(0, '127.0.0.1', resolve))
t.teardown(async () => {
  door.close()
  await new Promise<void>((resolve) => broker.close(resolve))
})

const phonesPort = await freePorts(1)
const instance = await makeTestInstance({
  agents: [callerAccount, agentAt(phonesPort, { userName: 'ann', afterContactWorkS: 0 })],
  lines: 0,
})
t.teardown(() => instance.remove())
appendFileSync(
  join(instance.directory, 'box.yaml'),
  `events:
  jsonLines: {}
  http: { url: "${endpoint.url}/events" }
  mqtt: { url: "mqtt://127.0.0.1:${(door.address() as AddressInfo).port}", topic: shop }
`,
)
const daemon = await Daemon.start({ instance })
t.teardown(() => daemon.remove())
const phones = await AutoPhones.open(instance, phonesPort)
t.teardown(() => phones.close())

function eventsIn(lines: string): CentreEvent[] {
  return lines
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as CentreEvent)
}

function written(): CentreEvent[] {
  const folder = join(daemon.storage, 'events')
  return readdirSync(folder).flatMap((name) => eventsIn(readFileSync(join(folder, name), 'utf8')))
}

/** Numbers of all events there are. */
function stored(): number[] {
  const database = new DatabaseSync(join(daemon.storage, 'events.db'), { readOnly: true })
  const rows = database.prepare('SELECT sequence FROM events ORDER BY sequence').all()
  database.close()
  return rows.map(({ sequence }) => Number(sequence))
}

const outlets: [name: string, received: () => CentreEvent[]][] = [
  ['HTTP', () => posted],
  ['MQTT', () => published],
  ['JSON lines', written],
]
const numbers = (events: CentreEvent[]) => [...new Set(events.map(({ sequence }) => sequence))]

async function talk(): Promise<void> {
  phones.call('442079460003')
  await daemon.contactIs('joined', { withinMs: 10_000 })
}

async function call(): Promise<void> {
  await talk()
  phones.callers.hangUp()
  await daemon.shows('the call to be over', ({ contacts }) => contacts.length === 0)
}

async function everybodyHasAll(t: { same(found: unknown, wanted: unknown, message: string): unknown }) {
  const all = stored()
  for (const [name, received] of outlets) {
    await until(`all events by ${name}`, () => numbers(received()).length >= all.length, { withinMs: 15_000 })
    t.same(
      numbers(received())
        .sort((a, b) => a - b)
        .slice(0, all.length),
      all,
      name,
    )
    t.same(
      numbers(received()),
      numbers(received()).sort((a, b) => a - b),
      `${name}: in order, repeats aside`,
    )
  }
}

t.test('while all is well every event goes everywhere', async (t) => {
  await call()
  await everybodyHasAll(t)
})

t.test('the receivers are away, and the daemon is killed in a talk: nothing is lost to anybody', async (t) => {
  away = true
  for (const socket of visitors) socket.destroy()
  await call()
  await daemon.shows('that events are not taken', ({ faults }) =>
    ['http://', 'mqtt://'].every((place) => faults.some((fault) => fault.where.startsWith(place))),
  )
  await talk()
  await daemon.kill()
  phones.begin()
  await daemon.restart()
  await call()
  away = false
  await everybodyHasAll(t)
  const records = await daemon.records()
  t.equal(records.length, 4)
  for (const [name, received] of outlets)
    t.same(
      records.filter(
        ({ ContactId }) =>
          !received().some(
            (event) => event.kind === 'contact' && event.type === 'COMPLETED' && event.contactId === ContactId,
          ),
      ),
      [],
      `${name} was told of the end of each contact`,
    )
  await daemon.shows('all to be well again', ({ faults }) => faults.length === 0)
  await daemon.stop()
})
