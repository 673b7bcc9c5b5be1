import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { type Test, test } from 'tap'
import { createNotifier } from '../../../daemon/health/notifier.ts'
import type { SendResult } from '../../../drivers/native/sd-notify.ts'

/** A folder whose path is short enough for a socket address; `t.testdir()` is not. */
function shortFolder(t: Test): string {
  const folder = mkdtempSync(join(tmpdir(), 'cb-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  return folder
}

/** A manager as systemd is one: a bound Unix datagram socket that reads whole messages, in another process. */
async function manager(t: Test, path: string) {
  const program = `
import socket, sys
path = sys.argv[1]
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind('\\0' + path[1:] if path.startswith('@') else path)
print('bound', flush=True)
while True:
    print(s.recv(4096).decode().replace('\\n', '|'), flush=True)
`
  const child = spawn('python3', ['-c', program, path], { stdio: ['ignore', 'pipe', 'inherit'] })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  t.teardown(async () => {
    child.kill()
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  })
  t.equal((await lines.next()).value, 'bound')
  return { heard: async (): Promise<string | undefined> => (await lines.next()).value }
}

test('systemd hears ready, status, kicks and stopping on its socket', async (t) => {
  const path = join(shortFolder(t), 'notify')
  const systemd = await manager(t, path)
  const daemon = createNotifier({ environment: { NOTIFY_SOCKET: path } })
  t.equal(daemon.present, true)
  daemon.ready()
  t.equal(await systemd.heard(), 'READY=1')
  daemon.status('3 lines,\n2 agents')
  t.equal(await systemd.heard(), 'STATUS=3 lines, 2 agents')
  daemon.kick()
  t.equal(await systemd.heard(), 'WATCHDOG=1')
  daemon.extendTimeout(60_000)
  t.equal(await systemd.heard(), 'EXTEND_TIMEOUT_USEC=60000000')
  daemon.stopping()
  t.equal(await systemd.heard(), 'STOPPING=1')
  t.same(daemon.counters(), { notificationsSent: 5, notificationsFailed: 0 })
})

test('an abstract socket name is understood', async (t) => {
  const path = `@cordboard-test-${process.pid}-${Date.now()}`
  const systemd = await manager(t, path)
  createNotifier({ environment: { NOTIFY_SOCKET: path } }).ready()
  t.equal(await systemd.heard(), 'READY=1')
})

test('without a manager nothing is sent and nothing fails', (t) => {
  const daemon = createNotifier({ environment: {}, send: () => ({ sent: t.fail('sent') || true }) })
  daemon.ready()
  daemon.kick()
  t.equal(daemon.present, false)
  t.equal(daemon.watchdogMs, undefined)
  t.same(daemon.counters(), { notificationsSent: 0, notificationsFailed: 0 })
  t.end()
})

test('a manager that has gone is told of once, and counted every time', (t) => {
  const faults: string[] = []
  const environment = { NOTIFY_SOCKET: join(shortFolder(t), 'nobody') }
  const daemon = createNotifier({ environment, onFault: (reason) => faults.push(reason) })
  daemon.kick()
  daemon.kick()
  t.equal(faults.length, 1)
  t.match(faults[0], /No such file/)
  t.same(daemon.counters(), { notificationsSent: 0, notificationsFailed: 2 })
  t.end()
})

test('a path longer than a socket address can hold is refused, not cut', (t) => {
  const faults: string[] = []
  createNotifier({ environment: { NOTIFY_SOCKET: `/${'x'.repeat(120)}` }, onFault: (f) => faults.push(f) }).ready()
  t.match(faults, [/longer than 107 bytes/])
  t.end()
})

test('a READY that did not get through goes out with the next message, once', (t) => {
  const results: SendResult[] = [{ sent: false, reason: 'full' }, { sent: true }, { sent: true }]
  const sent: string[] = []
  const daemon = createNotifier({
    environment: { NOTIFY_SOCKET: '/x' },
    send: (_path, text) => {
      sent.push(text)
      return results.shift()!
    },
  })
  daemon.ready()
  daemon.kick()
  daemon.kick()
  t.same(sent, ['READY=1', 'READY=1\nWATCHDOG=1', 'WATCHDOG=1'])
  t.end()
})

test('the manager’s variables are taken out of the environment, so that children do not speak for the daemon', (t) => {
  const environment = { NOTIFY_SOCKET: '/x', WATCHDOG_USEC: '20000000', WATCHDOG_PID: '42', HOME: '/root' }
  const daemon = createNotifier({ environment, pid: 42 })
  t.equal(daemon.watchdogMs, 20_000)
  t.same(environment, { HOME: '/root' })
  t.end()
})

const watchdogs: [name: string, environment: Record<string, string>, watchdogMs: number | undefined][] = [
  ['without a pid it is for us', { WATCHDOG_USEC: '500000' }, 500],
  ['for another process', { WATCHDOG_USEC: '500000', WATCHDOG_PID: '41' }, undefined],
  ['zero', { WATCHDOG_USEC: '0' }, undefined],
  ['no number', { WATCHDOG_USEC: 'soon' }, undefined],
]
for (const [name, environment, watchdogMs] of watchdogs)
  test(`watchdog time: ${name}`, (t) => {
    t.equal(createNotifier({ environment, pid: 42 }).watchdogMs, watchdogMs)
    t.end()
  })
