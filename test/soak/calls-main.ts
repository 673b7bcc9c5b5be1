// scripts/soak: bridged calls that come and go for half an hour; memory must stay flat, and nothing be left when all are over.
import { readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { processesOf, runBridgedLoad } from '../support/bridged-load.ts'
import type { Daemon } from '../support/daemon.ts'
import { rtploadPresent } from '../support/rtpload.ts'
import { until } from '../support/wait.ts'
import { type Sample, slopePer1000Calls } from './memory-slope.ts'

const usage = `usage: scripts/soak [--minutes M] [--calls N] [--call-seconds S] [--json FILE]

Starts the daemon on an instance of its own and keeps N calls to echoing phones up for M minutes; each lasts S seconds, and
another begins for each that has ended. Tells once a minute how many calls there were and what memory they hold. At the end:
memory's slope after the first fifth, calls that failed, and what has been left open.

  --minutes       how long (30)
  --calls         calls at once (100)
  --call-seconds  how long each lasts (10)
  --json          write the samples and the verdict to FILE ('-': print them)

Exit codes: 0 flat (at most 1 MB per 1,000 calls), nothing failed, nothing left open; 1 not so; 2 wrong usage; 3 not run:
there is no load generator at ../shared/bench.`

const mostMbPer1000Calls = 1
const sampleMs = 5000
const samplesPerLine = 12
/** Counters of the daemon that must be zero when there are no calls. */
const handles = {
  sip: ['legs', 'dialogs', 'routes', 'transactions'],
  audio: ['ports', 'sockets', 'detectors', 'recordings', 'plays', 'listenings'],
}

function residentMb(daemon: Daemon): number {
  const kilobytes = processesOf(daemon).map((pid) =>
    Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0),
  )
  return kilobytes.reduce((sum, one) => sum + one, 0) / 1024
}

/** Sockets included. Not those of databases: their logs are opened with the first record, and kept. */
function openFiles({ pid }: Daemon): number {
  const directory = `/proc/${pid}/fd`
  return readdirSync(directory).filter((descriptor) => {
    try {
      return !/\.db(-wal|-shm)?$/.test(readlinkSync(`${directory}/${descriptor}`))
    } catch {
      return false // closed meanwhile
    }
  }).length
}

async function soak(options: { minutes: number; calls: number; callSeconds: number; json: string | undefined }) {
  const { minutes, calls, callSeconds } = options
  const samples: Sample[] = []
  const beganMs = performance.now()
  let timer: NodeJS.Timeout | undefined
  let filesBefore = 0
  let left: string[] = []
  const sample = (daemon: Daemon) => {
    const seconds = (performance.now() - beganMs) / 1000
    samples.push({ seconds, calls: (calls / callSeconds) * seconds, megabytes: residentMb(daemon) })
    const { megabytes } = samples.at(-1)!
    if (samples.length % samplesPerLine === 0)
      console.log(`${(seconds / 60).toFixed(0).padStart(3)} min  ${megabytes.toFixed(1)} MB`)
  }
  const run = await runBridgedLoad({
    calls,
    // An agent is free again some moments after the call.
    agents: calls + Math.ceil(calls / 4),
    seconds: minutes * 60,
    lifeMs: callSeconds * 1000,
    onStarted: (daemon) => {
      filesBefore = openFiles(daemon)
      timer = setInterval(() => sample(daemon), sampleMs)
    },
    onOver: async (daemon) => {
      clearInterval(timer)
      const leftOpen = async () => leftIn((await daemon.status()).counters, openFiles(daemon) - filesBefore)
      // What a call leaves behind for a while (RFC 3261's timers) is gone after 32 s.
      await until('nothing to be left open', async () => (await leftOpen()).length === 0, {
        withinMs: 45_000,
        everyMs: 1000,
      }).catch(async () => {
        left = await leftOpen()
      })
    },
  }).finally(() => clearInterval(timer))
  const slope = slopePer1000Calls(samples)
  const isFlat = slope <= mostMbPer1000Calls
  const verdict = { answered: run.answered, failed: run.failed, hungUpByBox: run.remote_bye, slope, isFlat, left }
  console.log(`calls: ${run.answered} answered, ${run.failed} failed, ${run.remote_bye} hung up by the box`)
  console.log(`memory: ${slope.toFixed(2)} MB per 1,000 calls (≤ ${mostMbPer1000Calls}): ${isFlat ? 'met' : 'not met'}`)
  console.log(`left open: ${left.join(', ') || 'nothing'}`)
  const document = JSON.stringify({ version: 1, at: new Date(), ...options, verdict, samples, run }, null, 2)
  if (options.json === '-') console.log(document)
  else if (options.json !== undefined) writeFileSync(options.json, `${document}\n`)
  return isFlat && run.failed === 0 && run.remote_bye === 0 && left.length === 0
}

function leftIn(counters: Record<string, Record<string, number>>, files: number): string[] {
  const counted = Object.entries(handles).flatMap(([part, names]) =>
    names.map((name) => ({ name: `${part}.${name}`, count: counters[part]?.[name] ?? 0 })),
  )
  return [...counted, { name: 'files', count: Math.max(0, files) }]
    .filter(({ count }) => count !== 0)
    .map(({ name, count }) => `${name} ${count}`)
}

function readNumber(option: string, text: string, most: number): number {
  const value = Number(text)
  if (!(value > 0 && value <= most)) throw new TypeError(`${option} takes a number up to ${most}, not "${text}"`)
  return value
}

async function main(): Promise<number> {
  let options: Parameters<typeof soak>[0]
  try {
    const { values } = parseArgs({
      options: {
        minutes: { type: 'string', default: '30' },
        calls: { type: 'string', default: '100' },
        'call-seconds': { type: 'string', default: '10' },
        json: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    })
    if (values.help) {
      console.log(usage)
      return 0
    }
    options = {
      minutes: readNumber('--minutes', values.minutes, 1440),
      calls: Math.ceil(readNumber('--calls', values.calls, 1000)),
      callSeconds: readNumber('--call-seconds', values['call-seconds'], 3600),
      json: values.json,
    }
  } catch (fault) {
    console.error(`${fault instanceof Error ? fault.message : String(fault)}\n\n${usage}`)
    return 2
  }
  if (!rtploadPresent) {
    console.error('not run: there is no load generator at ../shared/bench')
    return 3
  }
  return (await soak(options)) ? 0 : 1
}

try {
  process.exitCode = await main()
} catch (fault) {
  console.error(`scripts/soak: ${fault instanceof Error ? fault.message : String(fault)}`)
  process.exitCode = 1
}
