// scripts/bench: every measure of speed and what it is held against, as one table and as JSON.
import { writeFileSync } from 'node:fs'
import { availableParallelism, cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { rtploadPresent } from '../support/rtpload.ts'
import { type Figure, tableHead, tableLine, verdict } from './figures.ts'
import { Bench, type BenchOptions, measures } from './measures.ts'

const rowNames = Object.keys(measures)
const rowLines = Object.entries(measures).map(([name, { what }]) => `  ${name.padEnd(11)} ${what}`)

const usage = `usage: scripts/bench [--rows ROW,ROW…] [--calls N,N…] [--seconds S] [--repeat R] [--quick] [--json FILE]

Starts the daemon on an instance of its own, lets calls in over SIP, and measures what they cost: CPU and memory of all
threads and processes of the daemon. "The phones" are the answering side of the load generator, a plain C loop that echoes:
the ratio to it carries over from machine to machine. A run that others disturb is repeated once.

  --rows      which measures, instead of all:
${rowLines.map((line) => `    ${line}`).join('\n')}
  --calls     numbers of calls at once, instead of each row's own (setup has rates of its own)
  --seconds   how long each number is held (30)
  --repeat    runs of each, of which the middle one is told (1)
  --quick     short: --seconds 8, and without many and setup
  --json      write all figures and runs to FILE ('-': print them after the table)

Rows that need the load generator ../shared/bench are not run without it.
Exit codes: 0 every bar met, 1 a bar not met, 2 wrong usage, 3 nothing was run.`

interface Options extends Pick<BenchOptions, 'seconds' | 'repeat' | 'calls'> {
  rows: string[]
  json: string | undefined
}

function readOptions(args: string[]): Options | 'help' {
  const { values } = parseArgs({
    args,
    options: {
      rows: { type: 'string' },
      calls: { type: 'string' },
      seconds: { type: 'string' },
      repeat: { type: 'string', default: '1' },
      quick: { type: 'boolean', default: false },
      json: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  })
  if (values.help) return 'help'
  const { quick } = values
  const usual = quick ? rowNames.filter((name) => name !== 'many' && name !== 'setup') : rowNames
  const rows = values.rows?.split(',') ?? usual
  const unknown = rows.find((row) => !rowNames.includes(row))
  if (unknown !== undefined) throw new TypeError(`--rows: there is no row ${unknown}; there are ${rowNames.join(', ')}`)
  return {
    rows,
    calls: values.calls?.split(',').map((text) => wholeNumber('--calls', text, 1000)),
    seconds: wholeNumber('--seconds', values.seconds ?? (quick ? '8' : '30'), 3600),
    repeat: wholeNumber('--repeat', values.repeat, 20),
    json: values.json,
  }
}

function wholeNumber(option: string, text: string, most: number): number {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 1 || value > most)
    throw new TypeError(`${option} takes whole numbers from 1 to ${most}, not "${text}"`)
  return value
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
  const { rows, json, ...benchOptions } = options
  const figures: Figure[] = []
  const runs: object[] = []
  const faults: { row: string; reason: string }[] = []
  const notRun = rows.filter((row) => measures[row]!.needsGenerator && !rtploadPresent)
  const bench = new Bench({ ...benchOptions, onRun: (row, run) => void runs.push({ row, ...run }) })
  console.log(tableHead)
  for (const row of rows) {
    if (notRun.includes(row)) {
      console.log(`${row}: not run, there is no load generator at ../shared/bench`)
      continue
    }
    try {
      for await (const figure of measures[row]!.measure(bench)) {
        figures.push(figure)
        console.log(tableLine(figure))
      }
    } catch (fault) {
      const reason = fault instanceof Error ? fault.message : String(fault)
      faults.push({ row, reason })
      console.log(`${row}: failed: ${reason}`)
    }
  }
  if (json !== undefined) {
    const machine = { cores: availableParallelism(), model: cpus()[0]?.model, node: process.version }
    const told = figures.map((figure) => ({ ...figure, verdict: verdict(figure) || undefined }))
    const document = JSON.stringify(
      { version: 1, at: new Date(), machine, figures: told, notRun, faults, runs },
      null,
      2,
    )
    if (json === '-') console.log(document)
    else writeFileSync(json, `${document}\n`)
  }
  if (figures.length === 0 && faults.length === 0) return 3
  return faults.length > 0 || figures.some((figure) => verdict(figure) === 'not met') ? 1 : 0
}

try {
  process.exitCode = await main()
} catch (fault) {
  console.error(`scripts/bench: ${fault instanceof Error ? fault.message : String(fault)}`)
  process.exitCode = 1
}
