// scripts/bench: bridged calls at several numbers at once, one run each, as a table and as JSON.
import { appendFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { type BridgedLoad, runBridgedLoad } from '../support/bridged-load.ts'
import type { TestNumber } from '../support/instance.ts'
import { rtploadPresent } from '../support/rtpload.ts'
import { type OpusRun, runOpusCalls } from './opus-run.ts'

const usage = `usage: scripts/bench [--calls N,N…] [--seconds S] [--recorded] [--opus] [--json FILE]

Starts the daemon on an instance of its own, lets N callers in over SIP, whose flow bridges each to an agent's phone that
echoes, holds the calls for S seconds, and prints what that cost: CPU of all threads and processes of the daemon.

  --calls     numbers of calls at once, one after the other (50,100,200)
  --seconds   how long each number is held (30)
  --recorded  record every call
  --opus      calls between Opus and G.711 instead (60), over the audio service alone, with far ends of its own
  --json      append one line of JSON a run to FILE ('-': print it)

Without --opus it needs the load generator ../shared/bench. Exit codes: 0 measured and nothing lost, 1 audio or calls lost, 2 wrong usage,
3 not run: there is no load generator.`

interface Options {
  calls: number[]
  seconds: number
  number: TestNumber
  opus: boolean
  json: string | undefined
}

function readOptions(args: string[]): Options | 'help' {
  const { values } = parseArgs({
    args,
    options: {
      calls: { type: 'string' },
      seconds: { type: 'string', default: '30' },
      recorded: { type: 'boolean', default: false },
      opus: { type: 'boolean', default: false },
      json: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  })
  if (values.help) return 'help'
  const { opus } = values
  const calls = (values.calls ?? (opus ? '60' : '50,100,200')).split(',').map(Number)
  const seconds = Number(values.seconds)
  if (calls.some((count) => !Number.isInteger(count) || count < 1 || count > 1000))
    throw new TypeError('--calls takes numbers from 1 to 1000, with commas between them')
  if (!(seconds >= 1 && seconds <= 3600)) throw new TypeError('--seconds takes a number from 1 to 3600')
  return { calls, seconds, number: values.recorded ? '+442079460004' : '+442079460003', opus, json: values.json }
}

const columns: { head: string; of: (run: BridgedLoad) => string }[] = [
  { head: 'calls', of: (run) => String(run.n) },
  { head: 'answered', of: (run) => String(run.answered) },
  { head: 'loss %', of: (run) => run.mark_loss_pct.toFixed(3) },
  { head: 'CPU-s/call-min', of: (run) => run.cpu_s_per_call_min.toFixed(4) },
  { head: 'cores', of: (run) => run.target_cores.toFixed(3) },
  { head: 'x phones', of: (run) => run.ratioToPhones.toFixed(2) },
  { head: 'MB', of: (run) => (run.rss_peak_kb / 1024).toFixed(0) },
  { head: 'late p99.9 ms', of: (run) => (run.late_ms ? run.late_ms.p999.toFixed(1) : '-') },
  { head: 'fwd p50/p99 ms', of: ({ fwd_ms }) => (fwd_ms ? `${fwd_ms.p50.toFixed(2)}/${fwd_ms.p99.toFixed(2)}` : '-') },
  { head: 'set-up p50/p99 ms', of: ({ setup_ms: s }) => (s ? `${s.p50.toFixed(1)}/${s.p99.toFixed(1)}` : '-') },
  { head: 'noise', of: (run) => run.noise_cores.toFixed(2) },
]

const opusColumns: { head: string; of: (run: OpusRun) => string }[] = [
  { head: 'Opus calls', of: (run) => String(run.calls) },
  { head: 'CPU-s/call-min', of: (run) => run.cpuSecondsPerCallMinute.toFixed(4) },
  { head: 'packets back', of: (run) => String(run.received) },
  { head: 'lost', of: (run) => String(run.lost) },
  { head: 'late worst ms', of: (run) => run.worstLatenessMs.toFixed(1) },
]

const rowOf = (heads: readonly { head: string }[], cells: string[]) =>
  cells.map((cell, i) => cell.padStart(heads[i]!.head.length)).join('  ')
const row = (cells: string[]) => rowOf(columns, cells)

function write(run: object, json: string | undefined): void {
  if (json === '-') console.log(JSON.stringify(run))
  else if (json !== undefined) appendFileSync(json, `${JSON.stringify(run)}\n`)
}

async function measureOpus({ calls, seconds, json }: Options): Promise<boolean> {
  const heads = opusColumns.map((column) => column.head)
  console.log(rowOf(opusColumns, heads))
  let lost = false
  for (const count of calls) {
    const run = await runOpusCalls(count, seconds * 1000)
    console.log(
      rowOf(
        opusColumns,
        opusColumns.map((column) => column.of(run)),
      ),
    )
    write(run, json)
    lost ||= run.lost > 0 || run.received < run.sent
  }
  return lost
}

async function main(): Promise<number> {
  let options: Options | 'help'
  try {
    options = readOptions(process.argv.slice(2))
  } catch (fault) {
    console.error(`${fault instanceof Error ? fault.message : String(fault)}\n\n${usage}`)
    return 2
  }
  if (options === 'help') {
    console.log(usage)
    return 0
  }
  if (options.opus) return (await measureOpus(options)) ? 1 : 0
  if (!rtploadPresent) {
    console.error('not run: there is no load generator at ../shared/bench')
    return 3
  }
  console.log(row(columns.map((column) => column.head)))
  let lost = false
  for (const calls of options.calls) {
    const run = await runBridgedLoad({ calls, seconds: options.seconds, number: options.number })
    console.log(row(columns.map((column) => column.of(run))))
    write(run, options.json)
    lost ||= run.answered < calls || run.mark_loss_pct !== 0
  }
  return lost ? 1 : 0
}

try {
  process.exitCode = await main()
} catch (fault) {
  console.error(`scripts/bench: ${fault instanceof Error ? fault.message : String(fault)}`)
  process.exitCode = 1
}
