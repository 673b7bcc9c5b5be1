// scripts/soak-kill: the daemon is killed at random moments under load; what is left is looked at each time.
import { type KillSoakResult, runKillSoak } from './kill-soak.ts'
import { quantiles } from './quantiles.ts'
import { readSoakOptions } from './soak-options.ts'

const usage = `usage: scripts/soak-kill [--kills N] [--calls N] [--seed N] [--json]

Starts the daemon on an instance of its own, has callers ring and agents answer, kills it (SIGKILL) at a random moment,
starts it again, and looks: no contact record is lost or doubled, every contact is closed, its end is told once in the
event stream, every recording opens, figures agree with the records, none is negative or impossible.

  --kills N   how often (20)
  --calls N   calls at once (12)
  --seed N    of the random moments (1)
  --json      the result as one JSON object

Exit codes: 0 all held, 1 something did not, 2 wrong usage.`

function tell(result: KillSoakResult): void {
  console.log(`${result.kills} kills, ${result.callsMade} calls, ${result.contacts} contacts with one record each,`)
  console.log(`${result.interrupted} of them cut off by a kill; ${result.recordings} recordings open`)
  console.log(`database opened: ${quantiles(result.openedInMs)}`)
  console.log(`records and recordings in order: ${quantiles(result.readyInMs)}`)
  console.log(`calls are taken again: ${quantiles(result.startedInMs)}`)
  for (const sentence of result.broken) console.log(`BROKEN ${sentence}`)
}

const { numbers, json } = readSoakOptions(usage, { kills: 20, calls: 12, seed: 1 })
const result = await runKillSoak({
  kills: numbers.kills,
  calls: numbers.calls,
  seed: numbers.seed,
  onKill(kill, broken) {
    if (!json && (kill % 20 === 0 || broken.length > 0)) console.log(`${kill} kills …`)
  },
})
if (json) console.log(JSON.stringify(result))
else tell(result)
process.exit(result.broken.length === 0 ? 0 : 1)
