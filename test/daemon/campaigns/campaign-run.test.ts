import t, { type Test } from 'tap'
import type { Rates } from './ideal-dialler.ts'
import { BoxDialler, campaignOf, contacts, hourMs, isCallable, startEpochMs } from './measured-campaign.ts'

// 3 s of work; a busy machine takes its time.
t.setTimeout(120_000)
const rates: Rates = { agents: 5, answerShare: 0.3, ringMeanS: 10, talkMeanS: 60 }

function begin(
  t: Pick<Test, 'teardown'>,
  of: { count: number; campaign?: object; seed?: number; rates?: Rates },
): BoxDialler {
  const box = new BoxDialler(of.rates ?? rates, of.seed ?? 1, campaignOf(of.campaign))
  t.teardown(() => box.close())
  box.store.add('Renewals', contacts(of.count), box.clock.epochMs())
  box.run.start()
  return box
}

/** Until so many hours after the start. */
function until(box: BoxDialler, hours: number): void {
  let isOver = false
  box.clock.after(hours * hourMs - box.clock.monotonicMs(), () => {
    isOver = true
  })
  box.clock.runUntil(() => isOver)
}

function callsOf(box: BoxDialler): Map<string, number[]> {
  const calls = new Map<string, number[]>()
  for (const { number, atMs } of box.centre.dialled) calls.set(number, (calls.get(number) ?? []).concat(atMs))
  return calls
}

t.test(
  'who was not reached is called again: later, not too often a day, not at night, and in the end no more',
  async (t) => {
    const campaign = { attempts: { total: 4, perDay: 2, retryMinutes: { busy: 15, noAnswer: 120, machine: 120 } } }
    const box = begin(t, { count: 150, campaign })
    until(box, 6 * 24)
    const calls = callsOf(box)
    t.equal(calls.size, 150, 'everybody was called')
    t.ok([...calls.values()].some(({ length }) => length === 4))
    for (const [number, times] of calls) {
      if (times.length > 4) t.fail(`${number} was called ${times.length} times`)
      if (times.some((atMs) => !isCallable(number, atMs))) t.fail(`${number} was called in quiet hours`)
      times.forEach((atMs, n) => {
        const before = times[n - 1]
        const beforeThat = times[n - 2]
        if (before !== undefined && atMs - before < 15 * 60_000) t.fail(`${number} was called again at once`)
        if (beforeThat !== undefined && atMs - beforeThat < 24 * hourMs)
          t.fail(`${number} was called three times a day`)
      })
    }
    t.match(box.store.figures('Renewals'), { done: 150, waiting: 0, calling: 0 })
  },
)

t.test('a daemon that is killed again and again calls nobody twice, and leaves nobody out', async (t) => {
  const box = begin(t, { count: 300, campaign: { attempts: { total: 1 } } })
  let interrupted = 0
  for (const hours of [3.2, 4.05, 4.3, 4.31, 5, 9.4, 14.5]) {
    until(box, hours)
    interrupted += box.restart()
  }
  until(box, 40)
  const calls = callsOf(box)
  t.same(
    [...calls.values()].filter(({ length }) => length > 1),
    [],
  )
  t.equal(calls.size, 300)
  t.ok(interrupted > 0, `${interrupted} calls were going on`)
  t.equal(box.store.figures('Renewals').outcomes.interrupted, interrupted)
})

t.test('paused: nobody more is called; stopped: who is being called is so no longer, who talks goes on', async (t) => {
  const box = begin(t, { count: 600 })
  until(box, 4.2)
  const dialled = box.centre.dialled.length
  box.run.pause()
  until(box, 4.21)
  t.equal(box.centre.dialled.length, dialled)
  box.run.start()
  until(box, 4.4)
  const { busy } = box.centre
  t.ok(busy > 0 && box.run.calling > busy)
  box.run.stop()
  t.equal(box.run.calling, busy, 'only those who talk are left')
  until(box, 5)
  t.equal(box.run.calling, 0)
  t.ok((box.store.figures('Renewals').outcomes.cancelled ?? 0) > 0)
  t.equal(box.store.figures('Renewals').calling, 0)
  box.run.start()
  until(box, 7)
  t.ok(box.centre.dialled.length > dialled, 'and it can go on')
})

t.test('who is on the do-not-call list, or gets on it, is not called', async (t) => {
  const box = begin(t, { count: 100 })
  const [first, , third] = contacts(100)
  box.doNotCall.add(first?.number ?? '').add(third?.number ?? '')
  until(box, 24)
  const calls = callsOf(box)
  t.equal(calls.size, 98)
  t.notOk(calls.has(first?.number ?? ''))
})

t.test('progressive never calls more than one for each free agent', async (t) => {
  const box = begin(t, { count: 300, campaign: { mode: 'progressive', attempts: { total: 1 } } })
  let most = 0
  box.clock.runUntil(() => {
    most = Math.max(most, box.centre.ringing + box.centre.busy)
    return box.centre.dialled.length === 300
  })
  t.equal(most, rates.agents)
  t.equal(box.centre.abandoned, 0)
})

t.test('no more lines than allowed, whatever the mode', async (t) => {
  const box = begin(t, { count: 300, campaign: { mode: 'agentless', maximumLines: 7, attempts: { total: 1 } } })
  let most = 0
  box.clock.runUntil(() => {
    most = Math.max(most, box.run.calling)
    return box.centre.dialled.length === 300
  })
  t.equal(most, 7)
})

t.test('the abandon limit holds for other peoples and teams too', async (t) => {
  const teams: Rates[] = [
    { agents: 3, answerShare: 0.5, ringMeanS: 8, talkMeanS: 90 },
    { agents: 40, answerShare: 0.25, ringMeanS: 12, talkMeanS: 150 },
    { agents: 10, answerShare: 0.7, ringMeanS: 6, talkMeanS: 40 },
  ]
  for (const [seed, team] of teams.entries()) {
    const box = begin(t, { count: 500, rates: team, seed, campaign: { attempts: { total: 1 } } })
    box.clock.runUntil(() => box.centre.dialled.length === 500 && box.run.calling === 0)
    const { people, abandoned } = box.centre
    // While few have answered, a single one is more than three of a hundred.
    t.ok(abandoned <= 0.03 * people + 1, `${team.agents} agents: ${abandoned} of ${people} abandoned`)
  }
})

t.test('limit 0: nobody is called for whom no agent is free', async (t) => {
  const box = begin(t, { count: 200, campaign: { abandon: { limitPercent: 0 }, attempts: { total: 1 } } })
  box.clock.runUntil(() => box.centre.dialled.length === 200 && box.run.calling === 0)
  t.equal(box.centre.abandoned, 0)
  t.ok(box.clock.epochMs() > startEpochMs)
})
