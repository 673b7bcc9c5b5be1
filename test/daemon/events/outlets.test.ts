// Events leave the box: by HTTP to a real server, by MQTT to a real broker, as lines of a file. What is told comes at least
// once and in order, also when the receiver or the box was away.
import { readdirSync, readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { type AddressInfo, createServer as createTcpServer } from 'node:net'
import { join } from 'node:path'
import { Aedes } from 'aedes'
import t, { type Test } from 'tap'
import { SystemClock } from '../../../daemon/clock.ts'
import { Counters } from '../../../daemon/counters.ts'
import { createEventBus } from '../../../daemon/events/event-bus.ts'
import { EventStore } from '../../../daemon/events/event-store.ts'
import type { CentreEvent, NewCentreEvent } from '../../../daemon/events/events.ts'
import { Outlet, type Receiver } from '../../../daemon/events/outlet.ts'
import { httpReceiver, jsonLinesReceiver, mqttReceiver } from '../../../daemon/events/receivers.ts'
import { createFaults } from '../../../daemon/health/faults.ts'
import { silentLog } from '../../../daemon/log/log.ts'
import { until } from '../../support/wait.ts'

const happened = (contactId: string): NewCentreEvent => ({
  kind: 'contact',
  type: 'INITIATED',
  atEpochMs: Date.now(),
  contactId,
  initialContactId: contactId,
  channel: 'VOICE',
  initiationMethod: 'INBOUND',
})

/** A box with its event store; started again with the same folder it goes on. */
function box(folder: string, receiver: Receiver) {
  const clock = new SystemClock()
  const faults = createFaults(clock)
  const store = new EventStore(join(folder, 'events.db'), { clock, log: silentLog, faults })
  const bus = createEventBus({ lastSequence: store.lastSequence, log: silentLog, counters: new Counters() })
  bus.on((event) => store.add(event))
  const outlet = new Outlet({ name: 'out', receiver, store, bus, clock, log: silentLog, faults })
  return {
    bus,
    faults,
    outlet,
    clock,
    async stop() {
      await outlet.close()
      store.close()
    },
  }
}

/** Takes lines; refuses while `broken`. */
async function httpServer(port = 0) {
  const taken: CentreEvent[] = []
  const state = { broken: false, authorization: '' }
  const server: Server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk) => {
      body += chunk
    })
    request.on('end', () => {
      state.authorization = request.headers.authorization ?? ''
      if (state.broken) return void response.writeHead(503).end()
      for (const line of body.split('\n').filter(Boolean)) taken.push(JSON.parse(line))
      response.writeHead(204).end()
    })
  })
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/events`
  const stop = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    })
  return { taken, state, url, stop }
}

/** The first attempt anew comes a second after the failure. */
const slow = { withinMs: 15_000 }
const sequences = (events: readonly CentreEvent[]) => events.map(({ sequence }) => sequence)

async function ended(t: Test, one: ReturnType<typeof box>): Promise<void> {
  await one.stop()
  t.equal(one.clock.liveTimers, 0, 'no timer is left')
}

t.test('events reach an HTTP server, with the secret, in order', async (t) => {
  const server = await httpServer()
  const one = box(t.testdir(), httpReceiver({ url: server.url, headers: { authorization: 'Bearer secret' } }))
  for (let event = 1; event <= 450; event++) one.bus.emit(happened(`c${event}`))
  await until('events told', () => server.taken.length >= 450, slow)
  t.same(
    sequences(server.taken),
    Array.from({ length: 450 }, (_, at) => at + 1),
  )
  t.equal(server.state.authorization, 'Bearer secret')
  await ended(t, one)
  await server.stop()
})

t.test('a server that is down gets all of it when it is back; a fault tells meanwhile', async (t) => {
  const server = await httpServer()
  server.state.broken = true
  const one = box(t.testdir(), httpReceiver({ url: server.url, headers: {} }))
  one.bus.emit(happened('c1'))
  await until('events told', () => one.faults.list().length > 0, slow)
  t.match(one.faults.list(), [{ code: 'EVENTS-NOT-SENT', message: /503/ }])
  one.bus.emit(happened('c2'))
  server.state.broken = false
  await until('events told', () => server.taken.length >= 2, slow)
  t.same(sequences(server.taken), [1, 2])
  await until('events told', () => one.faults.list().length === 0, slow)
  await ended(t, one)
  await server.stop()
})

t.test('a box that starts again goes on after the last event acknowledged, with numbers of its own', async (t) => {
  const server = await httpServer()
  const folder = t.testdir()
  const receiver = () => httpReceiver({ url: server.url, headers: {} })
  const first = box(folder, receiver())
  first.bus.emit(happened('c1'))
  await until('events told', () => server.taken.length >= 1, slow)
  server.state.broken = true
  first.bus.emit(happened('c2'))
  await until('events told', () => first.faults.list().length > 0, slow)
  await ended(t, first)
  server.state.broken = false
  const second = box(folder, receiver())
  second.bus.emit(happened('c3'))
  await until('events told', () => server.taken.length >= 3, slow)
  t.same(sequences(server.taken), [1, 2, 3])
  await ended(t, second)
  await server.stop()
})

t.test('events reach an MQTT broker, each under its topic, and again when the broker was away', async (t) => {
  const broker = await Aedes.createBroker()
  const published: { topic: string; event: CentreEvent }[] = []
  broker.on('publish', ({ topic, payload }) => {
    if (topic.startsWith('shop/')) published.push({ topic, event: JSON.parse(payload.toString()) })
  })
  let sockets: import('node:net').Socket[] = []
  const listen = (port: number) =>
    new Promise<ReturnType<typeof createTcpServer>>((resolve) => {
      const server = createTcpServer((socket) => {
        sockets.push(socket)
        broker.handle(socket)
      })
      server.listen(port, '127.0.0.1', () => resolve(server))
    })
  let server = await listen(0)
  const { port } = server.address() as AddressInfo
  const one = box(t.testdir(), mqttReceiver({ url: `mqtt://127.0.0.1:${port}`, topic: 'shop' }))
  one.bus.emit(happened('c1'))
  await until('events told', () => published.length >= 1, slow)
  t.equal(published[0]?.topic, 'shop/contact/INITIATED')
  for (const socket of sockets) socket.destroy()
  sockets = []
  await new Promise<void>((resolve) => server.close(() => resolve()))
  one.bus.emit(happened('c2'))
  await until('events told', () => one.faults.list().length > 0, slow)
  server = await listen(port)
  await until('events told', () => published.some(({ event }) => event.sequence === 2), slow)
  await ended(t, one)
  for (const socket of sockets) socket.destroy()
  await new Promise<void>((resolve) => server.close(() => resolve()))
  await new Promise<void>((resolve) => broker.close(resolve))
})

t.test('lines of a file, changed when it is full, and the oldest gone', async (t) => {
  const folder = t.testdir()
  const directory = join(folder, 'lines')
  const receiver = jsonLinesReceiver({ directory, maximumBytes: 2_000, keptFiles: 2 })
  const event = (sequence: number): CentreEvent => ({ ...(happened(`c${sequence}`) as CentreEvent), sequence })
  for (let sequence = 1; sequence <= 60; sequence++) await receiver.send([event(sequence)])
  const names = readdirSync(directory).sort()
  t.same(names, ['events.1.jsonl', 'events.2.jsonl', 'events.jsonl'])
  const lines = ['events.2.jsonl', 'events.1.jsonl', 'events.jsonl'].flatMap((name) =>
    readFileSync(join(directory, name), 'utf8').trim().split('\n'),
  )
  const numbers = lines.map((line) => JSON.parse(line).sequence)
  t.equal(numbers.at(-1), 60)
  t.same(
    numbers,
    numbers.map((_, at) => numbers[0] + at),
  )
})
