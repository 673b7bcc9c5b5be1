// A few kills of scripts/soak-kill, so that what holds for five hundred is looked at with every change.
import t from 'tap'
import { runKillSoak } from '../soak/kill-soak.ts'

t.test('killed three times under load: nothing is lost, doubled or impossible', { timeout: 120_000 }, async (t) => {
  const result = await runKillSoak({ kills: 3, calls: 12, seed: 3 })
  t.same(result.broken, [])
  t.equal(result.kills, 3)
  t.ok(result.contacts > 0 && result.interrupted > 0, `${result.contacts} contacts, ${result.interrupted} cut off`)
})
