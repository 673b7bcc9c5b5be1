// scripts/soak-links: links are killed at random under calls; every call must be answered, and once.
import { runLinkKill } from './link-kill.ts'
import { quantiles } from './quantiles.ts'
import { readSoakOptions } from './soak-options.ts'

const usage = `usage: scripts/soak-links [--seconds N] [--calls N] [--kill-every MS] [--seed N] [--json]

Three carriers with two links each, every link a SIP program (sipp) that is killed at random and started again, and a
simulated telephone line beside that is unplugged now and then; calls go out all the while. Every call must be answered
by a link that lives, and by one only.

  --seconds N      how long calls begin (120)
  --calls N        a minute (50)
  --kill-every MS  between two kills, on average (4000)
  --seed N         of the random moments (1)
  --json           the result as one JSON object

Exit codes: 0 no call lost or doubled, 1 some were, 2 wrong usage.`

const { numbers, json } = readSoakOptions(usage, { seconds: 120, calls: 50, 'kill-every': 4000, seed: 1 })
const result = await runLinkKill({
  seconds: numbers.seconds,
  callsPerMinute: numbers.calls,
  killEveryMs: numbers['kill-every'],
  seed: numbers.seed,
})
if (json) console.log(JSON.stringify(result))
else {
  console.log(`${result.calls} calls, ${result.kills} links killed`)
  console.log(
    `${result.answered} answered, ${result.overLine} of them over the line; ${result.movedOn} times the next link`,
  )
  console.log(`answered after: ${quantiles(result.answerMs)} (it rings for 1500 ms)`)
  for (const lost of result.lost) console.log(`LOST ${lost}`)
  for (const number of result.doubled) console.log(`DOUBLED ${number}`)
}
process.exit(result.lost.length + result.doubled.length === 0 ? 0 : 1)
