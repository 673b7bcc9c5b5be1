// cordboard port: from a list of numbers to preloaded, with the letter on paper; what each step refuses.
import { existsSync, readFileSync, rmSync } from 'node:fs'
import t, { type Test } from 'tap'
import { portRequests } from '../../../daemon/porting/bulk.ts'
import { cordboard } from '../cli/cli-support.ts'
import { InstanceCopy } from '../config/shipped.ts'

function desk(t: Test) {
  const copy = new InstanceCopy().addExamples()
  // Nothing is ported yet.
  rmSync(copy.path('porting.yaml'), { force: true })
  t.teardown(() => copy.dispose())
  const run = (...args: string[]) =>
    cordboard(...args, '--instance', copy.directory, ...(args[0] === 'port' ? ['--socket', copy.path('none')] : []))
  const json = async (...args: string[]) => JSON.parse((await run(...args, '--json')).out)
  return { copy, run, json }
}

const numbers = ['+442079460301', '+442079460302']
const soon = new Date(Date.now() + 14 * 86_400_000).toISOString()
const asked = [
  ...['--losing', 'Old Telecom', '--account', 'A-77', '--company', 'Example Ltd', '--address', '1 High Street, London'],
  ...['--contact', 'Jo Example', '--carrier', 'Example Carrier', '--id', 'P1'],
]

t.test('a port goes its way by commands, and the letter lies beside it', async (t) => {
  const { copy, run, json } = desk(t)
  t.match(await json('port', 'new', '--numbers', numbers.join(','), ...asked), {
    version: 1,
    ports: [{ id: 'P1', numbers, problems: { length: 2 } }],
  })
  const advance = (...more: string[]) => run('port', 'advance', 'P1', ...more)
  t.match(await advance('--remark', 'eligible'), { exitCode: 0, out: /P1: documents[\s\S]*eligible/ })
  t.equal(readFileSync(copy.path('porting/P1-letter.pdf')).subarray(0, 5).toString('latin1'), '%PDF-')
  t.match(await advance(), { exitCode: 1, err: /losing carrier would refuse it: .*bill is missing/ })
  t.match(await advance('--document', 'bill=b.pdf', '--document', 'signedLetter=l.pdf'), {
    exitCode: 0,
    out: /submitted/,
  })
  t.match(await advance(), { exitCode: 0, out: /validation/ })
  t.match(await advance('--refused', 'nameMismatch'), { exitCode: 0, out: /rejected \(nameMismatch\)/ })
  for (const _state of ['documents', 'submitted', 'validation']) t.match(await advance(), { exitCode: 0 })
  t.match(await advance(), { exitCode: 1, err: /with a date and time.*--at/ })
  t.match(await advance('--at', soon), { exitCode: 0, out: /scheduled/ })
  t.match(await advance(), { exitCode: 1, err: /No flow answers/ })
  t.match(await advance('--flow', 'main'), { exitCode: 0, out: /preloaded[\s\S]*No daemon answers/ })
  t.match(await json('number', 'show', numbers[0]!), { number: { flow: 'main', carriers: ['Example Carrier'] } })
  t.match(await advance(), { exitCode: 1, err: /switches by itself/ })
  const explained = (...at: string[]) => json('route', 'explain', '020 7946 0999', '--from', numbers[0]!, ...at)
  t.match(await explained(), { route: { shown: { number: '+442079460101', why: 'ported' } } })
  t.match(await explained('--at', soon), {
    route: {
      shown: { number: numbers[0], why: 'asked', carriers: ['Example Carrier'] },
      passedOver: [{ passedOver: 'foreign' }],
    },
  })
  t.match(await run('port', 'rollback', 'P1'), { exitCode: 1, err: /nothing to roll back/ })
  t.match(await run('port', 'cancel', 'P1', '--remark', 'we stay'), { exitCode: 0, out: /cancelled: we stay/ })
  t.match(await json('port', 'list'), { ports: [] })
  t.match(await json('port', 'list', '--all'), { ports: [{ id: 'P1', state: 'cancelled' }] })
  t.ok(copy.load().instance)
})

t.test('once the time has come: status proposes test calls, and one command rolls back', async (t) => {
  const { copy, run, json } = desk(t)
  await run('port', 'new', '--numbers', numbers.join(','), ...asked)
  for (const more of [
    [],
    ['--document', 'bill=b', '--document', 'signedLetter=l'],
    [],
    ['--at', soon],
    ['--flow', 'main'],
  ])
    await run('port', 'advance', 'P1', ...more)
  const past = new Date(Date.now() - 60_000).toISOString()
  copy.edit('porting.yaml', soon, past)
  t.match(await json('port', 'status', 'P1'), { state: 'porting', testCalls: { length: 4 }, rollBackUntil: /Z$/ })
  t.match(await run('port', 'cancel', 'P1', '--late'), { exitCode: 1, err: /have moved/ })
  t.match(await json('port', 'rollback', 'P1'), { state: 'rolledBack', daemon: 'absent' })
  t.match(await json('route', 'explain', '02079460999', '--from', numbers[0]!), { route: { shown: { why: 'ported' } } })
})

t.test('bulk from CSV: one port for each losing carrier and country', async (t) => {
  const { copy, run, json } = desk(t)
  const heading = 'number,losingCarrier,account,company,address,contact,carrier'
  const row = (number: string, losing: string) =>
    `${number},${losing},A-1,"Example, Ltd",1 High Street,Jo,Example Carrier`
  const many = Array.from({ length: 12 }, (_, at) => row(`0207946${String(4000 + at)}`, 'Old Telecom'))
  copy.write('bulk.csv', [heading, ...many, row('+33142685300', 'Old Telecom'), row('02079465000', 'Other')].join('\n'))
  const { ports } = await json('port', 'new', '--csv', copy.path('bulk.csv'), '--id', 'B')
  t.same(
    ports.map((port: { id: string; numbers: string[] }) => [port.id, port.numbers.length]),
    [
      ['B-1', 12],
      ['B-2', 1],
      ['B-3', 1],
    ],
  )
  t.equal(ports[0].customer.company, 'Example, Ltd')
  t.match(await run('port', 'advance', 'B-1'), { exitCode: 0 })
  t.ok(existsSync(copy.path('porting/B-1-letter.pdf')), 'with an annex: more than ten numbers')
  t.match(await run('port', 'new', '--csv', copy.path('bulk.csv')), { exitCode: 1, err: /is in port B-1 already/ })
})

t.test('what is wrong in a list is told with its line', async (t) => {
  t.throws(() => portRequests('number,losingCarrier\n12,Old\n', 'GB'), /Line 2: 12: /)
  t.throws(() => portRequests('number\n+442079460301\n', 'GB'), /Line 2: losingCarrier/)
  t.throws(() => portRequests('number,losingCarrier\n+442079460301,A\n02079460301,A\n', 'GB'), /Line 3: .*twice/)
})

t.test('what new refuses: no carrier, no number, unprintable names', async (t) => {
  const { run } = desk(t)
  t.match(await run('port', 'new'), { exitCode: 2, err: /--numbers and --losing, or --csv/ })
  t.match(await run('port', 'new', '--numbers', '12', '--losing', 'X'), { exitCode: 2, err: /12: / })
  t.match(await run('port', 'new', '--numbers', numbers[0]!, '--losing', 'X'), {
    exitCode: 2,
    err: /--carrier Example Telecom or/,
  })
  t.match(await run('port', 'status', 'P9'), { exitCode: 1, err: /no port "P9"/ })
  await run('port', 'new', '--numbers', numbers[0]!, ...asked, '--company', '株式会社')
  t.match(await run('port', 'advance', 'P1'), { exitCode: 1, err: /can’t print/ })
})
