// Fifty commands at once on one numbers.yaml, from processes of their own, some of them killed in the middle: the file is
// whole whenever anybody looks, the limit holds, and no number is claimed twice or again.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { parse } from 'yaml'
import { numbersSchema } from '../../../daemon/config/schema.ts'
import { until } from '../../support/wait.ts'
import { InstanceCopy } from '../config/shipped.ts'

t.setTimeout(300_000)

/** Processes at once, and commands of each. */
const processes = Number(process.env.CORDBOARD_CLAIM_PROCESSES ?? 5)
const commandsEach = Math.ceil(50 / processes)
const limit = 10

/** More than the limit, and so few that several processes want the same. */
const offered = Array.from({ length: 20 }, (_, at) => `+4420794602${String(at).padStart(2, '0')}`)

function scene(t: Test) {
  const copy = new InstanceCopy().addExamples()
  t.teardown(() => copy.dispose())
  copy.write('inventory/example-carrier.csv', ['number', ...offered].join('\n'))
  return copy
}

function book(copy: InstanceCopy) {
  return numbersSchema.parse(parse(copy.read('numbers.yaml')))
}

class Worker {
  readonly child: ChildProcess
  readonly over: Promise<unknown>
  out = ''

  constructor(commands: readonly (readonly string[])[]) {
    const worker = join(import.meta.dirname, 'claim-worker.ts')
    this.child = spawn(process.execPath, [worker, JSON.stringify(commands)], { stdio: ['ignore', 'pipe', 'inherit'] })
    this.child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.out += text
    })
    this.over = once(this.child, 'close')
  }

  get lines(): string[] {
    return this.out.split('\n').filter(Boolean)
  }
}

t.test('fifty claims of twenty numbers: one wins each, until the limit is reached', async (t) => {
  const copy = scene(t)
  const workers = Array.from(
    { length: processes },
    (_, at) =>
      new Worker(
        Array.from({ length: commandsEach }, (_, step) => [
          ...['number', 'claim', offered[(at * 3 + step) % offered.length]!, '--instance', copy.directory],
        ]),
      ),
  )
  await Promise.all(workers.map(({ over }) => over))
  const lines = workers.flatMap((worker) => worker.lines)
  t.equal(lines.length, processes * commandsEach)
  const won = lines.filter((line) => line.startsWith('0 ')).map((line) => line.split(' ')[2])
  t.equal(won.length, limit - 2, 'the instance had two')
  t.equal(new Set(won).size, won.length, 'nobody claimed what another one had')
  t.same(
    lines.filter((line) => !line.startsWith('0 ') && !/claimed already|is the most/.test(line)),
    [],
  )
  t.equal(book(copy).numbers.length, limit)
  t.match(copy.read('numbers.yaml'), /# The numbers of this contact centre/, 'comments are kept')
  t.ok(copy.load().instance)
})

t.test('commands that are killed in the middle: the file is whole throughout', async (t) => {
  const copy = scene(t)
  const file = copy.path('numbers.yaml')
  const claimAndRelease = (number: string) => [
    ['number', 'claim', number, '--instance', copy.directory],
    ['number', 'release', number, '--instance', copy.directory],
  ]
  const seen = new Set<string>()
  const releasedEver = new Set<string>()
  const look = () => {
    const text = readFileSync(file, 'utf8')
    if (seen.has(text)) return
    seen.add(text)
    const { numbers, released } = numbersSchema.parse(parse(text))
    if (numbers.length > limit) t.fail(`${numbers.length} numbers are claimed`)
    const back = numbers.find(({ number }) => releasedEver.has(number))
    if (back) t.fail(`${back.number} was released and is claimed again`)
    for (const { number } of released) releasedEver.add(number)
  }
  for (let round = 0; round < 2; round++) {
    const workers = [0, 1].map(
      (at) => new Worker(offered.slice(round * 6 + at * 3, round * 6 + at * 3 + 3).flatMap(claimAndRelease)),
    )
    const [victim, other] = workers as [Worker, Worker]
    await until(
      'the one that is to be killed to be at work',
      () => {
        look()
        return victim.lines.length > 0 || victim.child.exitCode !== null
      },
      { withinMs: 60_000 },
    )
    victim.child.kill('SIGKILL')
    await victim.over
    let isOver = false
    void other.over.then(() => {
      isOver = true
    })
    await until(
      'the other one to be done',
      () => {
        look()
        return isOver
      },
      { withinMs: 60_000 },
    )
    t.same(
      other.lines.filter((line) => !line.startsWith('0 ')),
      [],
      'a lock dies with its holder',
    )
  }
  look()
  t.ok(seen.size > 6, `${seen.size} states of the file were read`)
  t.ok(copy.load().instance)
})
