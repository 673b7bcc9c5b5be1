import { spawn } from 'node:child_process'
import { EventEmitter, once } from 'node:events'
import { text } from 'node:stream/consumers'
import { type Test, test } from 'tap'
import { createFaults } from '../../../daemon/health/faults.ts'
import { installLastResort } from '../../../daemon/health/last-resort.ts'
import { MockClock, settle } from '../../support/mock-clock.ts'

function daemon(t: Test, stop: () => Promise<void>) {
  const clock = new MockClock()
  const exits: number[] = []
  const told: string[] = []
  const target = Object.assign(new EventEmitter(), { exit: (code: number) => void exits.push(code) })
  const faults = createFaults(clock)
  const resort = installLastResort({ clock, faults, stop, target, tell: (_fields, message) => told.push(message) })
  const ledger = () => {
    resort.remove()
    t.equal(target.listenerCount('uncaughtException') + target.listenerCount('unhandledRejection'), 0)
    t.equal(clock.liveTimers, 0, 'no timer is left')
  }
  return { clock, exits, told, target, faults, resort, ledger }
}

test('an uncaught exception is told, then the daemon stops in order and exits 1', async (t) => {
  const linesReleased = Promise.withResolvers<void>()
  const { target, exits, told, ledger } = daemon(t, () => linesReleased.promise)
  target.emit('uncaughtException', new Error('boom'))
  await settle()
  t.match(told, [/uncaught exception/])
  t.same(exits, [], 'waits for the lines')
  linesReleased.resolve()
  await settle()
  t.same(exits, [1])
  ledger()
})

test('a stop that hangs is cut off', async (t) => {
  const { clock, target, exits, ledger } = daemon(t, () => new Promise(() => undefined))
  target.emit('uncaughtException', new Error('boom'))
  await clock.advance(7999)
  t.same(exits, [])
  await clock.advance(1)
  t.same(exits, [1])
  ledger()
})

test('a stop that throws does not keep the process', async (t) => {
  const { target, exits, told, ledger } = daemon(t, () => {
    throw new Error('no')
  })
  target.emit('uncaughtException', new Error('boom'))
  await settle()
  t.same(exits, [1])
  t.match(told[1], /stop failed as well/)
  ledger()
})

test('more exceptions while stopping do not begin a second stop, and a flood ends it at once', async (t) => {
  let stops = 0
  const { clock, target, exits, ledger } = daemon(t, () => {
    stops++
    return new Promise(() => undefined)
  })
  for (let i = 0; i < 11; i++) target.emit('uncaughtException', new Error('boom'))
  t.same(exits, [])
  target.emit('uncaughtException', new Error('boom'))
  t.same(exits, [1])
  t.equal(stops, 1)
  await clock.advance(8000)
  ledger()
})

test('an unhandled rejection is told and shown, and the calls go on', async (t) => {
  const { target, exits, faults, resort, told, ledger } = daemon(t, async () => undefined)
  target.emit('unhandledRejection', new Error('nobody held it'))
  await settle()
  t.same(exits, [])
  t.match(told, [/unhandled rejection/])
  t.match(faults.list(), [{ code: 'HEALTH-UNHANDLED', count: 1, message: /nobody held it/ }])
  t.same(resort.counters(), { uncaughtExceptions: 0, unhandledRejections: 1 })
  ledger()
})

test('the eleventh unhandled rejection of a minute is one too many; of an hour it is not', async (t) => {
  const { clock, target, exits, ledger } = daemon(t, async () => undefined)
  for (let i = 0; i < 20; i++) {
    target.emit('unhandledRejection', new Error('now and then'))
    await clock.advance(10_000)
  }
  t.same(exits, [])
  for (let i = 0; i < 11; i++) target.emit('unhandledRejection', new Error('again'))
  await settle()
  t.same(exits, [1])
  ledger()
})

test('in a real process: last words on stderr, orderly stop done, exit code 1', async (t) => {
  const here = new URL('../../../daemon/', import.meta.url).pathname
  const program = `
    import { SystemClock } from '${here}clock.ts'
    import { createFaults } from '${here}health/faults.ts'
    import { installLastResort } from '${here}health/last-resort.ts'
    const clock = new SystemClock()
    const stop = async () => { await 0; console.log('lines on-hook') }
    installLastResort({ clock, faults: createFaults(clock), stop })
    Promise.reject(new Error('first'))
    setTimeout(() => { throw new Error('second') }, 10)
    setInterval(() => {}, 1000)
  `
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], { timeout: 30_000 })
  const [out, errors] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')])
  t.equal(child.exitCode, 1)
  t.equal(out, 'lines on-hook\n')
  const told = errors
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  t.match(told, [
    { level: 'fatal', err: { message: 'first' }, message: /unhandled rejection/ },
    { level: 'fatal', err: { message: 'second' }, message: /uncaught exception/ },
  ])
})
