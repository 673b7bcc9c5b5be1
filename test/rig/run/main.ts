// Scenarios of the rig, run one after the other: `scripts/rig run --help`.
import { existsSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { simulate } from './far-end.ts'
import { Measures } from './measures.ts'
import { describeFigures, type Outcome, writeReport } from './report.ts'
import { type Rig, runStep } from './run-step.ts'
import { readScenarios, type Scenario } from './scenario.ts'
import { isReady, startStage } from './stage.ts'

const help = `Runs scenarios of telephone lines, and measures: against simulated devices, or with --port against a real one.

usage: scripts/rig run [--port PATH [--sound-port PATH]] [--device KIND] [--report DIR] [--short] [--list] [SCENARIO…]

  SCENARIO           file name without .yaml, or its number (test/rig/scenarios); without: all
  --port PATH        a real device: /dev/serial/by-id/… or /dev/cordboard/…; you are the exchange's other end, and are told
                     what to do. Scenarios of other kinds of device are left out
  --sound-port PATH  the second serial port of a cellular module
  --device KIND      of --port: board (default), modem or cellular
  --report DIR       writes report.html and report.json there
  --short            those that take a few seconds only
  --list             names them, and runs none

Exit codes: 0 all passed, 1 one failed, 2 wrong usage, 3 not run: no device is there.`

interface Given {
  scenarios: Scenario[]
  real: string[] | undefined
  report: string | undefined
  listOnly: boolean
}

/** Throws with what is wrong; undefined when help was asked for. */
function read(): Given | undefined {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      port: { type: 'string' },
      'sound-port': { type: 'string' },
      device: { type: 'string' },
      report: { type: 'string' },
      short: { type: 'boolean', default: false },
      list: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
  if (values.help) return undefined
  const { port, device = 'board' } = values
  if (!['board', 'modem', 'cellular'].includes(device)) throw new Error(`--device ${device}: board, modem or cellular`)
  if (values.device !== undefined && port === undefined) throw new Error('--device says what --port is: give both')
  const all = readScenarios()
  const named = positionals.map((name) => {
    const found = all.find(({ file }) => file === name || Number(file.split('-', 1)[0]) === Number(name))
    if (!found) throw new Error(`there is no scenario ${name}: see scripts/rig run --list`)
    return found
  })
  const chosen = named.length > 0 ? named : all
  return {
    scenarios: chosen.filter(
      (one) => (!values.short || one.short) && (port === undefined || one.device === device || named.length > 0),
    ),
    real: port === undefined ? undefined : [port, ...(values['sound-port'] ? [values['sound-port']] : [])],
    report: values.report,
    listOnly: values.list,
  }
}

const print = (text: string) => void process.stdout.write(`${text}\n`)

async function runScenario(scenario: Scenario, real: string[] | undefined): Promise<Outcome> {
  const missing = real?.find((path) => !existsSync(path))
  const base = { scenario, figures: {}, plots: {}, tookMs: 0 }
  if (missing !== undefined) return { ...base, result: 'notRun', reason: `no device at ${missing}` }
  const startedMs = performance.now()
  const measures = new Measures()
  const farEnd = real ? undefined : await simulate(scenario)
  const stage = await startStage(scenario, real ?? farEnd?.devices ?? [])
  const ask = (what: string) => print(`    ▶ now ${what}`)
  const rig: Rig = { stage, farEnd, measures, ask, hungUpAtMs: undefined }
  let failure: string | undefined
  let at = 'the start'
  try {
    if (!(await isReady(stage))) throw new Error('the line is not ready')
    for (const step of scenario.steps) {
      at = Object.keys(step)[0] ?? ''
      await runStep(rig, step)
    }
  } catch (fault) {
    failure = `${at}: ${fault instanceof Error ? fault.message : String(fault)}`
  }
  await stage.stop()
  await farEnd?.stop()
  const tookMs = Math.round(performance.now() - startedMs)
  const done = { scenario, figures: measures.figures(), plots: measures.plots(), tookMs }
  return failure === undefined ? { ...done, result: 'passed' } : { ...done, result: 'failed', reason: failure }
}

async function main(): Promise<number> {
  const given = read()
  if (!given) {
    print(help)
    return 0
  }
  if (given.listOnly) {
    for (const { file, name, device } of given.scenarios) print(`${file.padEnd(28)}  ${device.padEnd(8)}  ${name}`)
    return 0
  }
  if (given.scenarios.length === 0) throw new Error('no scenario fits: see scripts/rig run --list')
  const outcomes: Outcome[] = []
  for (const scenario of given.scenarios) {
    const outcome = await runScenario(scenario, given.real)
    outcomes.push(outcome)
    const word = { passed: 'passed ', failed: 'FAILED ', notRun: 'not run' }[outcome.result]
    print(`${word}  ${scenario.file}  ${describeFigures(outcome.figures)}`.trimEnd())
    if (outcome.reason !== undefined) print(`         ${outcome.reason.split('\n', 1)[0]}`)
  }
  if (given.report !== undefined) print(`report: ${writeReport(given.report, outcomes, given.real?.[0])}`)
  if (outcomes.some(({ result }) => result === 'failed')) return 1
  return outcomes.every(({ result }) => result === 'notRun') ? 3 : 0
}

main().then(
  (code) => process.exit(code),
  (fault: Error) => {
    process.stderr.write(`scripts/rig run: ${fault.message}\n`)
    process.exit(2)
  },
)
