// scripts/interop: the box together with other makers' phones, load generators and proxies.
import { spawnSync } from 'node:child_process'
import { writeSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { baresipCases } from './baresip-cases.ts'
import { browserCases } from './browser-cases.ts'
import type { InteropCase, Program } from './case.ts'
import { holdCases } from './hold-cases.ts'
import { kamailioCases } from './kamailio-cases.ts'
import { linphoneCases } from './linphone-cases.ts'
import { callShapes } from './shapes/all.ts'
import { asCase } from './shapes/shape.ts'
import { sippCases } from './sipp-cases.ts'

const usage = `usage: scripts/interop [--match TEXT] [--json] [--list]

Plays calls between the box and other makers' programs on this machine: baresip and linphonec as phones over UDP, TCP and
TLS, on hold and holding; sipp with many calls over one socket, and with every shape that a call can take ("call shape:",
one case for each); Kamailio as a proxy in front; Chromium as a telephone over WebSocket. Each case starts and ends what
it needs, and uses no address but 127.0.0.1 and ::1. All of them take about a minute and a half.

  --match TEXT  only cases whose name has TEXT in it
  --json       one JSON object a case on a line: name, outcome (passed, failed, notRun), ms, why
  --list       the names, and what they need

A case whose programs are not installed is not run, which is neither passed nor failed: install them with
scripts/setup --interop.

Exit codes: 0 all that ran passed, 1 some failed, 2 wrong usage, 3 none could be run.`

interface Outcome {
  name: string
  outcome: 'passed' | 'failed' | 'notRun'
  ms: number
  why?: string
}

const allCases: readonly InteropCase[] = [
  ...baresipCases,
  ...sippCases,
  ...callShapes.map(asCase),
  ...kamailioCases,
  ...linphoneCases,
  ...holdCases,
  ...browserCases,
]

const installed = new Map<Program, boolean>()
function isInstalled(program: Program): boolean {
  const known = installed.get(program) ?? spawnSync('which', [program]).status === 0
  installed.set(program, known)
  return known
}

async function play(one: InteropCase): Promise<Outcome> {
  const missing = one.needs.filter((program) => !isInstalled(program))
  if (missing.length > 0)
    return { name: one.name, outcome: 'notRun', ms: 0, why: `not installed: ${missing.join(', ')}` }
  const startMs = performance.now()
  const passed = (outcome: Outcome['outcome'], why?: string): Outcome => ({
    name: one.name,
    outcome,
    ms: Math.round(performance.now() - startMs),
    ...(why === undefined ? {} : { why }),
  })
  try {
    await one.run()
    return passed('passed')
  } catch (fault) {
    return passed('failed', fault instanceof Error ? (fault.stack ?? fault.message) : String(fault))
  }
}

const words = { passed: 'passed ', failed: 'FAILED ', notRun: 'not run' }

function say(text: string): void {
  writeSync(1, `${text}\n`)
}

async function main(): Promise<number> {
  let values: { match?: string | undefined; json?: boolean; list?: boolean; help?: boolean }
  try {
    const flag = { type: 'boolean' } as const
    const options = {
      match: { type: 'string' },
      json: flag,
      list: flag,
      help: { type: 'boolean', short: 'h' },
    } as const
    values = parseArgs({ options }).values
  } catch (fault) {
    console.error(`scripts/interop: ${fault instanceof Error ? fault.message : fault}\n\n${usage}`)
    return 2
  }
  if (values.help) {
    say(usage)
    return 0
  }
  const cases = allCases.filter(({ name }) => name.includes(values.match ?? ''))
  if (values.list) {
    for (const { name, needs } of cases) say(`${name}  (${needs.join(', ')})`)
    return 0
  }
  const outcomes: Outcome[] = []
  for (const one of cases) {
    const outcome = await play(one)
    outcomes.push(outcome)
    if (values.json) say(JSON.stringify(outcome))
    else {
      const time = outcome.outcome === 'notRun' ? '' : `  ${(outcome.ms / 1000).toFixed(1)} s`
      say(`${words[outcome.outcome]}  ${outcome.name}${time}`)
      if (outcome.why !== undefined) say(outcome.why.replace(/^/gm, '         '))
    }
  }
  const count = (wanted: Outcome['outcome']) => outcomes.filter(({ outcome }) => outcome === wanted).length
  if (!values.json) say(`${count('passed')} passed, ${count('failed')} failed, ${count('notRun')} not run`)
  if (count('failed') > 0) return 1
  return count('passed') > 0 ? 0 : 3
}

// Programs of a case that failed may hold handles still.
process.exit(await main())
