import { test } from 'tap'
import { createLog } from '../../../daemon/log/log.ts'
import { MockClock } from '../../support/mock-clock.ts'

function logInto(options: { level?: 'debug' | 'info' | 'warn' | 'error'; linesPerWindow?: number } = {}) {
  const clock = new MockClock()
  const lines: Record<string, unknown>[] = []
  const log = createLog({
    level: options.level ?? 'info',
    clock,
    limits: { linesPerWindow: options.linesPerWindow ?? 20, windowMs: 10_000, maximumKeys: 3 },
    destination: { write: (line) => void lines.push(JSON.parse(line)) },
  })
  return { clock, lines, log }
}

test('a line is one JSON object with level, ISO time, fields and message', (t) => {
  const { log, lines } = logInto()
  log.info({ line: 'front desk' }, 'line is ready')
  t.equal(lines.length, 1)
  t.match(lines[0], { level: 'info', line: 'front desk', message: 'line is ready', time: /^\d{4}-\d\d-\d\dT.*Z$/ })
  t.end()
})

test('lines below the level are not written, and the level can be changed for children too', (t) => {
  const { log, lines } = logInto({ level: 'warn' })
  const sip = log.child({ part: 'sip' })
  sip.info({}, 'quiet')
  log.setLevel('debug')
  sip.debug({}, 'loud')
  t.same(
    lines.map((line) => line.message),
    ['loud'],
  )
  t.end()
})

test('a child’s lines carry its fields and those of its parent, redacted', (t) => {
  const { log, lines } = logInto()
  log
    .child({ part: 'sip', password: 'hunter2' })
    .child({ callId: 'a1' })
    .warn({ err: new Error('gone') }, 'lost')
  t.match(lines[0], {
    part: 'sip',
    password: '[redacted]',
    callId: 'a1',
    err: { type: 'Error', message: 'gone' },
  })
  t.end()
})

test('the message is redacted as well', (t) => {
  const { log, lines } = logInto()
  log.error({}, 'refused password=hunter2')
  t.equal(lines[0]?.message, 'refused password=[redacted]')
  t.end()
})

test('a storm of one line is held back, and the count is told when its window is over', async (t) => {
  const { log, lines, clock } = logInto({ linesPerWindow: 3 })
  for (let i = 0; i < 100; i++) log.warn({ i }, 'bad frame')
  t.equal(lines.length, 3)
  await clock.advance(10_000)
  log.info({}, 'something else')
  t.match(lines[3], { level: 'warn', suppressed: 97, repeated: 'bad frame' })
  t.equal(lines[4]?.message, 'something else')
  log.warn({}, 'bad frame')
  t.equal(lines[5]?.message, 'bad frame')
  t.same(log.counters(), { linesWritten: 6, linesSuppressed: 97 })
  t.equal(clock.liveTimers, 0)
})

test('one talkative child does not silence another', (t) => {
  const { log, lines } = logInto({ linesPerWindow: 1 })
  const one = log.child({ callId: 'one' })
  const two = log.child({ callId: 'two' })
  for (let i = 0; i < 5; i++) one.info({}, 'answered')
  two.info({}, 'answered')
  t.same(
    lines.map((line) => line.callId),
    ['one', 'two'],
  )
  t.end()
})

test('the memory for keys is bounded: the oldest is told and forgotten', (t) => {
  const { log, lines } = logInto({ linesPerWindow: 1 })
  for (const key of ['a', 'a', 'b', 'c', 'd']) log.info({}, key)
  t.same(
    lines.map((line) => line.repeated ?? line.message),
    ['a', 'b', 'c', 'a', 'd'],
  )
  t.equal(lines[3]?.suppressed, 1)
  t.end()
})

test('closing tells what was held back', (t) => {
  const { log, lines } = logInto({ linesPerWindow: 1 })
  log.info({}, 'again')
  log.info({}, 'again')
  log.close()
  t.match(lines[1], { suppressed: 1, repeated: 'again' })
  t.end()
})
