// scripts/soak-kill: the daemon is killed at random moments under load; what is left is looked at each time.
import { parseArgs } from 'node:util'
import { type KillSoakResult, runKillSoak } from './kill-soak.ts'

const usage = `usage: scripts/soak-kill [--kills N] [--calls N] [--seed N] [--json]

Starts the daemon on an instance of its own, has callers ring and agents answer, kills it (SIGKILL) at a random moment,
starts it again, and looks: no contact record is lost or doubled, every contact is closed, its end is told once in the
event stream, every recording opens, figures agree with the records, none is negative or impossible.

  --kills N   how often (20)
  --calls N   calls at once (12)
  --seed N    of the random moments (1)
  --json      the result as one JSON object

Exit codes: 0 all held, 1 something did not, 2 wrong usage.`

function numberOf(name: string, text: string): number {
  const value = Number(text)
  if (Number.isInteger(value) && value >= 1 && value <= 100_000) return value
  console.error(`--${name} ${text}: give a whole number from 1 to 100000.\n\n${usage}`)
  process.exit(2)
}

function readOptions() {
  try {
    return parseArgs({
      options: {
        kills: { type: 'string', default: '20' },
        calls: { type: 'string', default: '12' },
        seed: { type: 'string', default: '1' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    }).values
  } catch (fault) {
    console.error(`${fault instanceof Error ? fault.message : String(fault)}\n\n${usage}`)
    process.exit(2)
  }
}

function quantiles(values: readonly number[]): string {
  const sorted = [...values].sort((a, b) => a - b)
  const at = (share: number) => Math.round(sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0)
  return `p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, worst ${at(1)} ms`
}

function tell(result: KillSoakResult): void {
  console.log(`${result.kills} kills, ${result.callsMade} calls, ${result.contacts} contacts with one record each,`)
  console.log(`${result.interrupted} of them cut off by a kill; ${result.recordings} recordings open`)
  console.log(`database opened: ${quantiles(result.openedInMs)}`)
  console.log(`records and recordings in order: ${quantiles(result.readyInMs)}`)
  console.log(`calls are taken again: ${quantiles(result.startedInMs)}`)
  for (const sentence of result.broken) console.log(`BROKEN ${sentence}`)
}

const options = readOptions()
if (options.help) {
  console.log(usage)
  process.exit(0)
}
const result = await runKillSoak({
  kills: numberOf('kills', options.kills),
  calls: numberOf('calls', options.calls),
  seed: numberOf('seed', options.seed),
  onKill(kill, broken) {
    if (!options.json && (kill % 20 === 0 || broken.length > 0)) console.log(`${kill} kills …`)
  },
})
if (options.json) console.log(JSON.stringify(result))
else tell(result)
process.exit(result.broken.length === 0 ? 0 : 1)
