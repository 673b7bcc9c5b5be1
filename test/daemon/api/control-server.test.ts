import { spawnSync } from 'node:child_process'
import { existsSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'tap'
import { createControlServer } from '../../../daemon/api/control-server.ts'
import { ControlError } from '../../../daemon/api/protocol.ts'
import { silentLog } from '../../../daemon/log/log.ts'
import { MockClock } from '../../support/mock-clock.ts'
import { until } from '../../support/wait.ts'
import { rawClient, shortFolder, startServer } from './control-support.ts'

test('a client asks by a line and is answered by a line with its id', async (t) => {
  const { path } = await startServer(t, { methods: { add: (params) => ({ got: params }) } })
  const client = rawClient(t, path)
  client.send('{"id":"a","method":"add","params":{"x":1}}\n')
  t.same(await client.next(), { id: 'a', result: { got: { x: 1 } } })
})

test('a request may come in pieces, and two in one piece', async (t) => {
  const { path } = await startServer(t)
  const client = rawClient(t, path)
  client.send('{"id":1,"meth')
  await until('the piece is sent', () => client.socket.writableLength === 0)
  client.send('od":"ping"}\n{"id":2,"method":"ping"}\n\n')
  t.same(await client.next(), { id: 1, result: 'pong' })
  t.same(await client.next(), { id: 2, result: 'pong' })
})

test('a slow question does not hold up a quick one of the same client', async (t) => {
  const slow = Promise.withResolvers<string>()
  const { path } = await startServer(t, { methods: { slow: () => slow.promise, quick: () => 'quick' } })
  const client = rawClient(t, path)
  client.send('{"id":1,"method":"slow"}\n{"id":2,"method":"quick"}\n')
  t.same(await client.next(), { id: 2, result: 'quick' })
  slow.resolve('slow')
  t.same(await client.next(), { id: 1, result: 'slow' })
})

const malformed: [name: string, line: string | Uint8Array][] = [
  ['no JSON', 'hello'],
  ['half an object', '{"id":1'],
  ['an array', '[1,2]'],
  ['null', 'null'],
  ['no id', '{"method":"ping"}'],
  ['id is an object', '{"id":{},"method":"ping"}'],
  ['id is no safe integer', '{"id":1.5,"method":"ping"}'],
  ['no method', '{"id":1}'],
  ['method is a number', '{"id":1,"method":7}'],
  ['bytes that are no UTF-8', Uint8Array.of(0xff, 0xfe, 0x80)],
]
test('malformed lines are answered and counted, and the connection goes on', async (t) => {
  const { path, server } = await startServer(t)
  const client = rawClient(t, path)
  for (const [name, line] of malformed) {
    client.send(line)
    client.send('\n')
    t.match(await client.next(), { id: null, error: { code: 'malformed', mend: /one JSON object a line/ } }, name)
  }
  client.send('{"id":1,"method":"ping"}\n')
  t.match(await client.next(), { result: 'pong' })
  t.equal(server.counters().malformedRequests, malformed.length)
})

for (const method of ['nothing', 'constructor', '__proto__', 'toString'])
  test(`a method that does not exist is refused by name: ${method}`, async (t) => {
    const { path } = await startServer(t)
    const client = rawClient(t, path)
    client.send(`{"id":1,"method":"${method}"}\n`)
    t.match(await client.next(), { id: 1, error: { code: 'unknownMethod', mend: 'Use one of: ping.' } })
  })

test('an endless line is refused at 64 KiB and its connection closed, others go on', async (t) => {
  const { path, server } = await startServer(t)
  const bystander = rawClient(t, path)
  const flooder = rawClient(t, path)
  for (let i = 0; i < 5; i++) flooder.send('x'.repeat(16 * 1024))
  t.match(await flooder.next(), { id: null, error: { code: 'lineTooLong' } })
  t.equal(await flooder.next(), undefined)
  bystander.send('{"id":1,"method":"ping"}\n')
  t.match(await bystander.next(), { result: 'pong' })
  t.equal(server.counters().linesTooLong, 1)
})

test('a method’s refusal reaches the client word for word', async (t) => {
  const refuse = () => {
    throw new ControlError('notFound', 'There is no agent "x".', 'Look in agents.yaml.')
  }
  const { path } = await startServer(t, { methods: { refuse } })
  const client = rawClient(t, path)
  client.send('{"id":1,"method":"refuse"}\n')
  t.same(await client.next(), {
    id: 1,
    error: { code: 'notFound', message: 'There is no agent "x".', mend: 'Look in agents.yaml.' },
  })
})

test('a method’s fault goes to the log, not to the client', async (t) => {
  const fail = async () => {
    throw new Error('password=hunter2')
  }
  const { path, told, server } = await startServer(t, { methods: { fail } })
  const client = rawClient(t, path)
  client.send('{"id":1,"method":"fail"}\n')
  const answer = await client.next()
  t.match(answer, { id: 1, error: { code: 'failed', message: 'fail failed.' } })
  t.notMatch(JSON.stringify(answer), /hunter2/)
  t.same(told, ['control request failed'])
  t.equal(server.counters().requestsFailed, 1)
})

test('a result that is no JSON is a fault of the method, not the end of the daemon', async (t) => {
  const { path } = await startServer(t, { methods: { big: () => 1n, nothing: () => undefined } })
  const client = rawClient(t, path)
  client.send('{"id":1,"method":"big"}\n')
  t.match(await client.next(), { id: 1, error: { code: 'failed' } })
  client.send('{"id":2,"method":"nothing"}\n')
  t.same(await client.next(), { id: 2, result: null })
})

test('a method that does not finish is answered after its time; its late result is dropped', async (t) => {
  const clock = new MockClock()
  const late = Promise.withResolvers<string>()
  const { path, server } = await startServer(t, { clock, methods: { hang: () => late.promise, ping: () => 'pong' } })
  const client = rawClient(t, path)
  client.send('{"id":1,"method":"hang"}\n')
  await until('the request arrived', () => clock.liveTimers === 1)
  await clock.advance(10_000)
  t.match(await client.next(), { id: 1, error: { code: 'timeout', message: /10000 ms/ } })
  late.resolve('late')
  client.send('{"id":2,"method":"ping"}\n')
  t.same(await client.next(), { id: 2, result: 'pong' })
  t.equal(server.counters().requestTimeouts, 1)
  t.equal(clock.liveTimers, 0)
})

test('the seventeenth request at once is refused, the sixteen are answered', async (t) => {
  const gate = Promise.withResolvers<void>()
  const { path } = await startServer(t, { methods: { wait: () => gate.promise } })
  const client = rawClient(t, path)
  for (let id = 1; id <= 17; id++) client.send(`{"id":${id},"method":"wait"}\n`)
  t.match(await client.next(), { id: 17, error: { code: 'tooManyRequests' } })
  gate.resolve()
  for (let id = 1; id <= 16; id++) t.same(await client.next(), { id, result: null })
})

test('one connection too many is told so and closed; a place that is freed is given again', async (t) => {
  const { path, server } = await startServer(t, { maximumConnections: 2 })
  const first = rawClient(t, path)
  const second = rawClient(t, path)
  for (const client of [first, second]) {
    client.send('{"id":1,"method":"ping"}\n')
    t.match(await client.next(), { result: 'pong' })
  }
  const third = rawClient(t, path)
  t.match(await third.next(), { id: null, error: { code: 'tooManyConnections' } })
  t.equal(await third.next(), undefined)
  first.socket.destroy()
  await until('the place is free', () => server.counters().connectionsOpen === 1)
  const fourth = rawClient(t, path)
  fourth.send('{"id":1,"method":"ping"}\n')
  t.match(await fourth.next(), { result: 'pong' })
})

test('a client that asks and does not read is cut off; another is served meanwhile', async (t) => {
  const { path, server } = await startServer(t, { methods: { much: () => 'x'.repeat(1_000_000), ping: () => 'pong' } })
  const deaf = rawClient(t, path)
  deaf.socket.pause()
  for (let round = 0; round < 10; round++) {
    deaf.send('{"id":1,"method":"much"}\n')
    if ((server.counters().slowClientsClosed ?? 0) > 0) break
  }
  await until('the deaf client is cut off', () => server.counters().slowClientsClosed === 1)
  const other = rawClient(t, path)
  other.send('{"id":1,"method":"ping"}\n')
  t.match(await other.next(), { result: 'pong' })
  await until('only the other is left', () => server.counters().connectionsOpen === 1)
})

test('a client that says nothing is let go after its time', async (t) => {
  const { path, server } = await startServer(t, { idleTimeoutMs: 30 })
  const silent = rawClient(t, path)
  t.equal(await silent.next(), undefined)
  t.equal(server.counters().idleConnectionsClosed, 1)
})

test('a client that closes its side first still gets its answers', async (t) => {
  const gate = Promise.withResolvers<string>()
  const { path } = await startServer(t, { methods: { wait: () => gate.promise } })
  const shell = rawClient(t, path)
  shell.socket.end('{"id":1,"method":"wait"}\n')
  setImmediate(() => gate.resolve('here'))
  t.same(await shell.next(), { id: 1, result: 'here' })
  t.equal(await shell.next(), undefined)
})

test('the socket may be used by owner and group only, and is gone after the stop', async (t) => {
  const { path, server } = await startServer(t)
  t.equal(statSync(path).mode & 0o777, 0o660)
  const client = rawClient(t, path)
  client.send('{"id":1,"method":"ping"}\n')
  await client.next()
  await server.stop()
  t.equal(existsSync(path), false)
  t.equal(await client.next(), undefined)
  await until('no connection is left', () => server.counters().connectionsOpen === 0)
})

test('the dead socket of a killed daemon is replaced', async (t) => {
  const path = join(shortFolder(t), 'control.sock')
  const program = `require('net').createServer().listen(process.argv[1], () => process.kill(process.pid, 'SIGKILL'))`
  spawnSync(process.execPath, ['-e', program, path])
  t.equal(existsSync(path), true)
  await startServer(t, { path })
  const client = rawClient(t, path)
  client.send('{"id":1,"method":"ping"}\n')
  t.match(await client.next(), { result: 'pong' })
})

test('the socket of a living daemon is left alone', async (t) => {
  const { path } = await startServer(t)
  const second = createControlServer({ path, methods: {}, log: silentLog })
  await t.rejects(second.start(), { message: /Another daemon listens on .* Stop it/ })
  const client = rawClient(t, path)
  client.send('{"id":1,"method":"ping"}\n')
  t.match(await client.next(), { result: 'pong' })
})

test('a file that is no socket is left alone', async (t) => {
  const path = join(shortFolder(t), 'notes.txt')
  writeFileSync(path, 'mine')
  await t.rejects(createControlServer({ path, methods: {}, log: silentLog }).start(), {
    message: /is no socket. Remove it/,
  })
  t.equal(statSync(path).size, 4)
})

test('a path longer than a socket address is refused with the reason', async (t) => {
  const path = join(shortFolder(t), 'x'.repeat(120))
  await t.rejects(createControlServer({ path, methods: {}, log: silentLog }).start(), { message: /longer than 107/ })
})

test('a place that can’t hold a socket is told by its path', async (t) => {
  const folder = shortFolder(t)
  writeFileSync(join(folder, 'file'), '')
  const path = join(folder, 'file', 'control.sock')
  await t.rejects(createControlServer({ path, methods: {}, log: silentLog }).start(), { message: new RegExp(folder) })
})

test('a stop before any start does nothing', async (t) => {
  const path = join(shortFolder(t), 'control.sock')
  await createControlServer({ path, methods: {}, log: silentLog }).stop()
  t.equal(existsSync(path), false)
})
