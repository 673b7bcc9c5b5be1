// Links that die under calls, for a few seconds; scripts/soak-links does it for as long as one likes.
import t from 'tap'
import { runLinkKill } from '../../soak/link-kill.ts'

t.setTimeout(90_000)

t.test(
  'three carriers with two links each and a line, killed at random: every call is answered, and once',
  async (t) => {
    const result = await runLinkKill({ seconds: 7, callsPerMinute: 150, killEveryMs: 2000, seed: 7 })
    t.comment(`${result.calls} calls, ${result.kills} kills, ${result.movedOn} times the next link`)
    t.same(result.lost, [])
    t.same(result.doubled, [])
    t.equal(result.answered, result.calls)
    t.ok(result.kills >= 2, 'links were killed')
    t.ok(result.answeredThere > result.calls / 2, `the links say so: ${result.answeredThere} of ${result.calls}`)
  },
)
