// The measure of campaigns: 5,000 contacts in simulated time, against a dialler that knows the rates and solves for the
// best. CORDBOARD_CAMPAIGN_SEEDS=12 calls as many other peoples; one otherwise.
import t from 'tap'
import { idealDialler, type Rates } from './ideal-dialler.ts'
import { BoxDialler, contacts, countWhileCallable, isCallable, runIdeal } from './measured-campaign.ts'

// 3 s of work; a busy machine takes its time.
t.setTimeout(120_000)
const rates: Rates = { agents: 20, answerShare: 0.35, ringMeanS: 10, talkMeanS: 120 }
const abandonLimit = 0.03
const list = contacts(5000)
const percent = (share: number) => `${(share * 100).toFixed(2)} %`
/** One campaign of the ideal dialler has luck, good or bad; ten together have little. */
const idealRuns = 10

t.test(
  '5,000 contacts: few abandoned, agents hardly more idle than they must be, nobody at night or twice',
  async (t) => {
    const ideal = idealDialler(rates, abandonLimit)
    const runs = Array.from({ length: idealRuns }, (_, n) => runIdeal(rates, n + 1, list, ideal))
    const idealIdle = runs.reduce((sum, { idleShare }) => sum + idleShare, 0) / idealRuns
    t.comment(`ideal dialler: ${percent(ideal.abandonShare)} abandoned, ${percent(idealIdle)} idle`)
    const seeds = Number(process.env.CORDBOARD_CAMPAIGN_SEEDS ?? 1)
    for (let seed = 1; seed <= seeds; seed++) {
      const box = new BoxDialler(rates, seed)
      box.store.add('Renewals', list, box.clock.epochMs())
      countWhileCallable(box.centre, list)
      box.run.start()
      box.clock.runUntil(() => box.centre.dialled.length >= list.length && box.run.calling === 0)
      const { dialled, abandonShare, idleShare } = box.centre
      t.comment(`box, people ${seed}: ${percent(abandonShare)} abandoned, ${percent(idleShare)} idle`)
      t.ok(abandonShare <= abandonLimit, `${percent(abandonShare)} abandoned, ${percent(abandonLimit)} at most`)
      t.ok(idleShare <= 1.1 * idealIdle, `${percent(idleShare)} idle, ${percent(1.1 * idealIdle)} at most`)
      t.same(
        dialled.filter(({ number, atMs }) => !isCallable(number, atMs)),
        [],
        'nobody in quiet hours',
      )
      t.equal(new Set(dialled.map(({ number }) => number)).size, list.length, 'everybody')
      t.equal(dialled.length, list.length, 'nobody twice')
      const { done, attempts, abandoned, live } = box.store.figures('Renewals')
      t.match({ done, attempts, live, abandoned }, { done: 5000, attempts: 5000, live: box.centre.people })
      t.equal(abandoned, box.centre.abandoned, 'the campaign’s own count is right')
      box.close()
    }
  },
)
