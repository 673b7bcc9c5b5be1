// The life of a port as a table, and twenty-five numbers that go through all of it, time turned by hand.
import t from 'tap'
import { planRoutes, shownNumber } from '../../../daemon/carrier/route-decision.ts'
import { carriersSchema } from '../../../daemon/config/carrier-schema.ts'
import { carriersOf } from '../../../daemon/config/carriers.ts'
import { type Port, type PortState, portStates, rejections } from '../../../daemon/config/porting-schema.ts'
import { boxSchema } from '../../../daemon/config/schema.ts'
import { CutOverWatch } from '../../../daemon/porting/cut-over-watch.ts'
import { portProblems } from '../../../daemon/porting/port-checks.ts'
import { advancePort, type PortInput, type PortWorld, stateAt } from '../../../daemon/porting/port-machine.ts'
import { standingIn, standingOf } from '../../../daemon/porting/standing.ts'
import { MockClock } from '../../support/mock-clock.ts'
import { type LogLine, logInto } from '../../support/sip-stage.ts'

const numbers = Array.from({ length: 25 }, (_, at) => `+4420794603${String(at).padStart(2, '0')}`)
const ours = '+442079460101'
/** A Monday. */
const now = Date.UTC(2026, 10, 23, 9)
const minuteMs = 60_000
const dayMs = 86_400_000
const cutOverMs = now + 14 * dayMs
const cutOver = new Date(cutOverMs).toISOString()

const port: Port = {
  id: 'P1',
  numbers,
  losing: { carrier: 'Old Telecom', account: 'A-77' },
  winning: 'new',
  customer: { company: 'Example Ltd', address: '1 High Street, London', contact: 'Jo Example' },
  before: { callerId: ours },
  state: 'eligibility',
  rollBackWindowMin: 120,
  documents: [
    { kind: 'bill', file: 'bill.pdf', date: '2026-11-01' },
    { kind: 'signedLetter', file: 'letter.pdf', date: '2026-11-20' },
  ],
  history: [],
}

const sound: PortWorld = { nowEpochMs: now, problems: [], unanswered: [] }
const at = (state: PortState, more: Partial<Port> = {}): Port => ({ ...port, state, cutOver, ...more })
const agreed: PortInput = { type: 'advance', cutOverEpochMs: cutOverMs }

const table: [from: Port, input: PortInput, wanted: PortState | RegExp, world?: Partial<PortWorld>][] = [
  [at('eligibility'), { type: 'advance' }, 'documents'],
  [at('documents'), { type: 'advance' }, 'submitted'],
  [at('documents'), { type: 'advance' }, /would refuse it: no bill/, { problems: ['no bill'] }],
  [at('submitted'), { type: 'advance' }, 'validation'],
  [at('validation'), agreed, 'scheduled'],
  [at('validation'), { type: 'advance' }, /with a date and time/],
  [at('validation'), { type: 'advance', cutOverEpochMs: now }, /in the past/],
  [at('scheduled'), { type: 'advance' }, 'preloaded'],
  [at('scheduled'), { type: 'advance' }, /No flow answers \+44/, { unanswered: [numbers[0]!] }],
  [at('scheduled'), { type: 'advance' }, /has passed/, { nowEpochMs: cutOverMs }],
  [at('preloaded'), { type: 'advance' }, /switches by itself/],
  [at('preloaded'), { type: 'advance' }, 'verifying', { nowEpochMs: cutOverMs }],
  [at('porting'), { type: 'advance' }, 'verifying'],
  [at('verifying'), { type: 'advance' }, 'completed'],
  [at('completed'), { type: 'advance' }, /that is its end/],
  [at('cancelled'), { type: 'advance' }, /that is its end/],
  [at('rolledBack'), { type: 'advance' }, /that is its end/],
  [at('rejected'), { type: 'advance' }, 'documents'],
  [at('scheduled'), { type: 'reschedule', cutOverEpochMs: cutOverMs + dayMs }, 'scheduled'],
  [at('preloaded'), { type: 'reschedule', cutOverEpochMs: cutOverMs + dayMs }, 'scheduled'],
  [at('preloaded'), { type: 'reschedule', cutOverEpochMs: now - 1 }, /in the past/],
  [at('validation'), { type: 'reschedule', cutOverEpochMs: cutOverMs }, /no time is agreed/],
  [at('preloaded'), { type: 'reschedule', cutOverEpochMs: cutOverMs + dayMs }, /no time/, { nowEpochMs: cutOverMs }],
  [at('scheduled'), { type: 'cancel' }, 'cancelled'],
  [at('preloaded'), { type: 'cancel' }, /5 business days/, { nowEpochMs: cutOverMs - 6 * dayMs }],
  [at('preloaded'), { type: 'cancel' }, 'cancelled', { nowEpochMs: cutOverMs - 7 * dayMs }],
  [at('preloaded'), { type: 'cancel', late: true }, 'cancelled', { nowEpochMs: cutOverMs - dayMs }],
  [at('preloaded'), { type: 'cancel', late: true }, /have moved/, { nowEpochMs: cutOverMs }],
  [at('porting'), { type: 'cancel', late: true }, /have moved/],
  [at('completed'), { type: 'cancel' }, /already/],
  [at('porting'), { type: 'rollBack' }, 'rolledBack', { nowEpochMs: cutOverMs + 120 * minuteMs - 1 }],
  [at('verifying'), { type: 'rollBack' }, 'rolledBack', { nowEpochMs: cutOverMs + minuteMs }],
  [at('verifying'), { type: 'rollBack' }, /120 minutes has passed/, { nowEpochMs: cutOverMs + 120 * minuteMs }],
  [at('preloaded'), { type: 'rollBack' }, /nothing to roll back/],
  [at('preloaded'), { type: 'rollBack' }, 'rolledBack', { nowEpochMs: cutOverMs }],
  [at('completed'), { type: 'rollBack' }, /nothing to roll back/],
  ...rejections.flatMap((reason): typeof table => [
    [at('eligibility'), { type: 'reject', reason }, 'rejected'],
    [at('validation'), { type: 'reject', reason }, 'rejected'],
    [at('scheduled'), { type: 'reject', reason }, /nobody judges it/],
    [at('porting'), { type: 'reject', reason }, /nobody judges it/],
  ]),
  ...(['eligibility', 'documents', 'submitted', 'validation', 'rejected'] as const).map(
    (state): (typeof table)[number] => [at(state), { type: 'cancel' }, 'cancelled'],
  ),
]

for (const [from, input, wanted, world] of table) {
  const when =
    world?.nowEpochMs === undefined ? '' : ` ${Math.round((world.nowEpochMs - cutOverMs) / minuteMs)} min after`
  const what = 'reason' in input ? `${input.type} ${input.reason}` : input.type
  t.test(`${from.state}${when}: ${what} → ${wanted}`, async (t) => {
    const step = advancePort(from, input, { ...sound, ...world })
    if (typeof wanted === 'string') t.match(step, { port: { state: wanted } })
    else t.match(step, { refused: wanted })
  })
}

t.test('every state was left or found shut', async (t) => {
  t.same(
    portStates.filter((state) => !table.some(([from]) => from.state === state)),
    [],
  )
})

t.test('a rejection restarts the clock, and each step is written down with its remark', async (t) => {
  const rejected = advancePort(at('validation'), { type: 'reject', reason: 'nameMismatch' }, sound, 'Ltd, not Limited')
  if (!('port' in rejected)) return t.fail(rejected.refused)
  t.equal(rejected.port.cutOver, undefined)
  t.equal(rejected.port.rejection, 'nameMismatch')
  t.same(rejected.port.history, [{ at: new Date(now).toISOString(), state: 'rejected', remark: 'Ltd, not Limited' }])
  const again = advancePort(rejected.port, { type: 'advance' }, sound)
  t.match(again, { port: { state: 'documents', rejection: undefined } })
})

t.test('what came by itself is written down with its own time', async (t) => {
  const step = advancePort(at('preloaded'), { type: 'advance' }, { ...sound, nowEpochMs: cutOverMs + minuteMs })
  if (!('port' in step)) return t.fail(step.refused)
  t.same(step.port.history, [
    { at: cutOver, state: 'porting' },
    { at: new Date(cutOverMs + minuteMs).toISOString(), state: 'verifying' },
  ])
})

t.test('what the losing carrier checks', async (t) => {
  const problems = (more: Partial<Port>, others: Port[] = []) =>
    portProblems({ ...port, ...more }, others, now).join('\n')
  t.equal(problems({}), '')
  t.match(problems({ losing: { carrier: 'Old' } }), /no account number/)
  t.match(problems({ customer: {} }), /company[\s\S]*address[\s\S]*may sign/)
  t.match(problems({ customer: { ...port.customer, address: 'P.O. Box 7, London' } }), /post-office box/)
  t.match(problems({ documents: [] }), /bill is missing[\s\S]*signed by hand, is missing/)
  t.match(problems({ documents: [{ ...port.documents[1]!, date: '2026-11-01' }] }), /older than 15 days/)
  t.match(problems({ numbers: [ours, '+33142685300'] }), /several countries/)
  t.match(problems({ numbers: ['+80012345678'] }), /registrar/)
  t.match(problems({}, [{ ...port, id: 'P2', state: 'scheduled' }]), /in port P2 too/)
  t.equal(problems({}, [{ ...port, id: 'P2', state: 'cancelled' }]), '')
})

/** The carrier and the caller ID of each of the numbers at a time, each different answer once. */
function shownAt(ports: Port[], epochMs: number): string[] {
  const declared = carriersSchema.parse({
    carriers: [
      { name: 'old', links: [{ name: 'l', host: '127.0.0.1' }] },
      { name: 'new', links: [{ name: 'l', host: '127.0.0.1' }] },
    ],
  })
  const claimed = [{ number: ours, carriers: ['old'] }, ...numbers.map((number) => ({ number, carriers: ['new'] }))]
  const plan = planRoutes({
    box: boxSchema.parse({ instance: { name: 'Test', country: 'GB', timeZone: 'UTC' } }),
    numbers: new Map(claimed.map((number) => [number.number, number])),
    agents: new Map(),
    carriers: carriersOf(declared, { byPlace: new Map(), faults: [] }),
    standing: standingIn(ports),
  })
  const answers = numbers.map((number) => {
    const shown = shownNumber(plan, '+442079460999', number, epochMs)
    return `${shown.number === number ? 'itself' : shown.number} over ${shown.carriers?.join()}`
  })
  return [...new Set(answers)]
}

t.test('twenty-five numbers switch at the agreed second, not before, and back at the command', async (t) => {
  const ports = [at('preloaded')]
  t.same(shownAt(ports, cutOverMs - 1), [`${ours} over old`])
  t.same(shownAt(ports, cutOverMs), ['itself over new'])
  for (const state of ['porting', 'verifying', 'completed'] as const)
    t.same(shownAt([at(state)], cutOverMs + dayMs), ['itself over new'], state)
  const back = advancePort(at('preloaded'), { type: 'rollBack' }, { ...sound, nowEpochMs: cutOverMs + 30 * minuteMs })
  if (!('port' in back)) return t.fail(back.refused)
  t.same(shownAt([back.port], cutOverMs + 30 * minuteMs), [`${ours} over old`])
})

t.test('nothing changes by itself in a port that is not preloaded, whatever the time', async (t) => {
  const still = portStates.filter((state) => !['preloaded', 'porting', 'verifying', 'completed'].includes(state))
  for (const state of still)
    for (const epochMs of [now, cutOverMs, cutOverMs + 365 * dayMs]) {
      t.equal(stateAt(at(state), epochMs), state)
      t.same(shownAt([at(state)], epochMs), [`${ours} over old`], state)
    }
})

t.test('a number of no port, and one that was tried twice', async (t) => {
  t.equal(standingOf([port], '+442079460999', now), undefined)
  const ports = [at('cancelled'), at('completed', { id: 'P2' })]
  t.equal(standingOf(ports, numbers[0]!, now), undefined, 'the last try counts')
})

t.test('the daemon tells of it at that second, once, with the calls to try', async (t) => {
  const clock = new MockClock(now)
  const log: LogLine[] = []
  const watch = new CutOverWatch({ clock, log: logInto(log) })
  watch.watch([at('preloaded'), at('scheduled', { id: 'P2' })])
  await clock.advance(cutOverMs - now - 1)
  t.equal(log.length, 0)
  await clock.advance(1)
  t.match(log, [{ level: 'warn', fields: { port: 'P1', over: 'new', testCalls: [`call ${numbers[0]} from another`] } }])
  watch.watch([at('preloaded')])
  await clock.advance(dayMs)
  t.equal(log.length, 1)
  watch.stop()
  t.equal(clock.liveTimers, 0)
})

t.test(
  'a box that was off at that second tells of it when it is up; one that is stopped waits for nothing',
  async (t) => {
    const clock = new MockClock(cutOverMs + minuteMs)
    const log: LogLine[] = []
    const watch = new CutOverWatch({ clock, log: logInto(log) })
    watch.watch([at('preloaded'), at('preloaded', { id: 'P2', cutOver: new Date(cutOverMs + dayMs).toISOString() })])
    t.equal(log.length, 1)
    watch.stop()
    t.equal(clock.liveTimers, 0)
  },
)
