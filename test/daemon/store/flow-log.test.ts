// The flow log: every block's line in its order, in the file of its day, and never at the flow's expense.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import type { FlowLogEntry } from '../../../daemon/flow/host.ts'
import { silentLog } from '../../../daemon/log/log.ts'
import { type FlowLog, openFlowLog } from '../../../daemon/store/flow-log.ts'
import { MockClock } from '../../support/mock-clock.ts'
import { until } from '../../support/wait.ts'
import { folder } from './records.ts'

const entry = (identifier: string, changes: Partial<FlowLogEntry> = {}): FlowLogEntry => ({
  ContactId: 'c1',
  ContactFlowId: 'main',
  ContactFlowName: 'Main',
  ContactFlowModuleType: 'PlayPrompt',
  Identifier: identifier,
  Timestamp: '2026-01-05T10:00:00.000Z',
  Parameters: { Text: 'Grüße ☎' },
  ...changes,
})

class Desk {
  readonly clock = new MockClock()
  readonly directory: string
  readonly flowLog: FlowLog
  readonly told: string[] = []

  constructor(test: Test) {
    this.directory = join(folder(test), 'flow-logs')
    const tell = (_fields: object, message: string) => void this.told.push(message)
    this.flowLog = openFlowLog(this.directory, {
      clock: this.clock,
      log: { ...silentLog, warn: tell, error: tell },
    })
  }

  file(day = '2026-01-05'): string {
    return join(this.directory, `flow-${day}.jsonl`)
  }

  identifiers(day?: string): string[] {
    const lines = readFileSync(this.file(day), 'utf8').split('\n')
    return lines.slice(0, -1).map((line) => (JSON.parse(line) as FlowLogEntry).Identifier)
  }
}

function story(name: string, tell: (test: Test, desk: Desk) => void | Promise<void>): void {
  t.test(name, async (test) => {
    const desk = new Desk(test)
    await tell(test, desk)
    await desk.flowLog.close()
    test.equal(desk.clock.liveTimers, 0, 'no timer is left')
  })
}

story('an entry is one line of JSON, as it was written', async (t, desk) => {
  desk.flowLog.write(entry('greet'))
  await desk.flowLog.close()
  const text = readFileSync(desk.file(), 'utf8')
  t.equal(text, `${JSON.stringify(entry('greet'))}\n`)
})

story('entries are on their way to the file within a second', async (t, desk) => {
  desk.flowLog.write(entry('greet'))
  await desk.clock.advance(1_000)
  await until('the line in the file', () => existsSync(desk.file()) && desk.identifiers().length === 1)
  t.same(desk.identifiers(), ['greet'])
})

story('ten thousand entries keep their order', async (t, desk) => {
  const expected = Array.from({ length: 10_000 }, (_, index) => `block ${index}`)
  for (const [index, identifier] of expected.entries()) {
    desk.flowLog.write(entry(identifier))
    if (index % 1_000 === 0) await desk.clock.advance(100)
  }
  await desk.flowLog.close()
  t.same(desk.identifiers(), expected)
  t.match(desk.flowLog.counters(), { entries: 10_000, dropped: undefined, bufferedBytes: 0 })
})

story('each day has its file', async (t, desk) => {
  desk.flowLog.write(entry('today'))
  await desk.clock.advance(24 * 3_600_000)
  desk.flowLog.write(entry('tomorrow'))
  await desk.flowLog.close()
  t.same(desk.identifiers('2026-01-05'), ['today'])
  t.same(desk.identifiers('2026-01-06'), ['tomorrow'])
})

story('a batch over midnight is parted', async (t, desk) => {
  await desk.clock.advance(14 * 3_600_000 - 100)
  desk.flowLog.write(entry('before'))
  await desk.clock.advance(200)
  desk.flowLog.write(entry('after'))
  await desk.flowLog.close()
  t.same([desk.identifiers('2026-01-05'), desk.identifiers('2026-01-06')], [['before'], ['after']])
})

story('the log is for the daemon and root only', async (t, desk) => {
  desk.flowLog.write(entry('greet'))
  await desk.flowLog.close()
  t.equal(statSync(desk.file()).mode & 0o777, 0o600)
  t.equal(statSync(desk.directory).mode & 0o777, 0o700)
})

story('nothing written makes no file', async (t, desk) => {
  await desk.flowLog.close()
  t.equal(existsSync(desk.directory), false)
})

story('a line that a kill cut off does not spoil the next', async (t, desk) => {
  mkdirSync(desk.directory)
  writeFileSync(desk.file(), `${JSON.stringify(entry('whole'))}\n{"ContactId":"c1","Contac`)
  desk.flowLog.write(entry('next'))
  await desk.flowLog.close()
  const lines = readFileSync(desk.file(), 'utf8').split('\n')
  t.equal(lines.length, 4)
  t.equal(lines[2], JSON.stringify(entry('next')))
})

story('an entry that is not JSON is counted and hinders no other', async (t, desk) => {
  desk.flowLog.write(entry('bad', { Parameters: { huge: 1n } }))
  desk.flowLog.write(entry('good'))
  await desk.flowLog.close()
  t.same(desk.identifiers(), ['good'])
  t.equal(desk.flowLog.counters().unwritable, 1)
})

story('a disk that takes nothing holds up nobody, and gets the lines once it does', async (t, desk) => {
  writeFileSync(desk.directory, 'a file where the folder should be')
  desk.flowLog.write(entry('first'))
  await desk.clock.advance(500)
  await until('the fault', () => desk.flowLog.counters().writeFailed === 1)
  desk.flowLog.write(entry('second'))
  rmSync(desk.directory)
  await desk.clock.advance(1_000)
  await until('both lines', () => existsSync(desk.file()) && desk.identifiers().length === 2)
  t.same(desk.identifiers(), ['first', 'second'])
  t.same(desk.told, ['the flow log cannot be written'])
})

story('while the disk takes nothing, memory is bounded: the oldest lines are dropped and counted', async (t, desk) => {
  writeFileSync(desk.directory, 'a file where the folder should be')
  const text = 'x'.repeat(30_000)
  const write = (index: number) => desk.flowLog.write(entry(`block ${index}`, { Parameters: { text } }))
  write(0)
  await desk.clock.advance(500)
  await until('the fault', () => desk.flowLog.counters().writeFailed === 1)
  for (let index = 1; index <= 300; index++) write(index)
  const { dropped = 0, bufferedBytes = 0 } = desk.flowLog.counters()
  t.ok(bufferedBytes <= 4 * 1024 * 1024, `${bufferedBytes} bytes are kept`)
  t.ok(dropped > 100, `${dropped} lines were dropped`)
  rmSync(desk.directory)
  await desk.flowLog.close()
  const kept = Array.from({ length: 300 - dropped }, (_, index) => `block ${index + 1 + dropped}`)
  t.same(desk.identifiers(), ['block 0', ...kept], 'what was on its way, then the newest, in order')
})

story('lines that cannot be written in the end are told', async (t, desk) => {
  writeFileSync(desk.directory, 'a file where the folder should be')
  desk.flowLog.write(entry('lost'))
  await desk.flowLog.close()
  t.same(desk.told, ['the flow log cannot be written', 'flow log lines are lost'])
})

story('an entry after the close is counted, and a second close does nothing', async (t, desk) => {
  desk.flowLog.write(entry('greet'))
  await desk.flowLog.close()
  desk.flowLog.write(entry('late'))
  await desk.flowLog.close()
  t.same(desk.identifiers(), ['greet'])
  t.equal(desk.flowLog.counters().writtenAfterClose, 1)
})

story('two logs one after the other write into the same file', async (t, desk) => {
  desk.flowLog.write(entry('first'))
  await desk.flowLog.close()
  const next = openFlowLog(desk.directory, { clock: desk.clock, log: silentLog })
  next.write(entry('second'))
  await next.close()
  t.same(desk.identifiers(), ['first', 'second'])
  t.equal(readdirSync(desk.directory).length, 1)
})
