import { createServer } from 'node:net'
import { join } from 'node:path'
import { type Test, test } from 'tap'
import { callControl } from '../../../daemon/api/control-client.ts'
import { ControlError } from '../../../daemon/api/protocol.ts'
import { until } from '../../support/wait.ts'
import { shortFolder, startServer } from './control-support.ts'

/** Something that listens and answers whatever the test says, then closes or not. */
async function impostor(t: Test, answer: string, then: 'close' | 'stay') {
  const path = join(shortFolder(t), 'control.sock')
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy())
    socket.once('data', () => (then === 'close' ? socket.end(answer) : socket.write(answer)))
  })
  await new Promise<void>((resolve) => server.listen(path, resolve))
  t.teardown(() => server.close())
  return path
}

test('a call gets the result', async (t) => {
  const { path, server } = await startServer(t, { methods: { echo: (params) => params } })
  t.same(await callControl(path, 'echo', { a: [1, 2] }), { a: [1, 2] })
  await until('the connection is closed', () => server.counters().connectionsOpen === 0)
})

test('a hundred calls at once, each with its own answer', async (t) => {
  const { path } = await startServer(t, { methods: { echo: (params) => params }, maximumConnections: 100 })
  const calls = Array.from({ length: 100 }, (_, i) => callControl(path, 'echo', { i }))
  t.same(
    await Promise.all(calls),
    calls.map((_, i) => ({ i })),
  )
})

test('a refusal is rejected with code, message and mend', async (t) => {
  const { path } = await startServer(t)
  await t.rejects(callControl(path, 'nothing'), {
    code: 'unknownMethod',
    message: 'There is no method "nothing".',
    mend: 'Use one of: ping.',
  })
})

test('a full server’s refusal reaches the caller', async (t) => {
  const { path } = await startServer(t, { maximumConnections: 0 })
  await t.rejects(callControl(path, 'ping'), { code: 'tooManyConnections' })
})

test('no socket: unreachable, with what to do', async (t) => {
  await t.rejects(callControl(join(shortFolder(t), 'nobody'), 'ping'), {
    code: 'unreachable',
    mend: /systemctl start cordboard/,
  })
})

test('an answer that does not come in time', async (t) => {
  const path = await impostor(t, '', 'stay')
  await t.rejects(callControl(path, 'ping', undefined, { timeoutMs: 50 }), { code: 'timeout', mend: /journalctl/ })
})

test('a daemon that dies in between', async (t) => {
  const path = await impostor(t, '{"id":1,"resu', 'close')
  await t.rejects(callControl(path, 'ping'), { code: 'unreachable', message: /without an answer/ })
})

test('something else listens there', async (t) => {
  const path = await impostor(t, 'SSH-2.0-OpenSSH\n', 'stay')
  const fault = await callControl(path, 'ping').catch((error: unknown) => error)
  t.ok(fault instanceof ControlError)
  t.match(fault, { code: 'badAnswer' })
})
