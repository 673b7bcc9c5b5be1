// scripts/line-media: what the issue of the serial lines asks of their sound, measured and printed.
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { startSpandsp } from '../../drivers/native/dtmf-bank.ts'
import { measureDelay } from './delay-measure.ts'
import { allDigits, digitsHeard, keyed, limits } from './digits-measure.ts'
import { measureDrift } from './drift-measure.ts'
import { farEnds, measureEcho } from './echo-measure.ts'
import { talkOff } from './talk-off.ts'

const usage = `usage: scripts/line-media [echo|drift|delay|digits ...] [--minutes M] [--talk-off-minutes M] [--json FILE]

Measures the sound of serial lines, each measure against its bar; all of them unless some are named:
  echo    return loss after a second, alone and after both have spoken (at least 30 dB); echo of 8, 32 and 64 ms
  drift   ±200 ppm in simulated time: no side runs dry or over, no slip
  delay   from a line to the SIP side, through the driver's process on a serial port and the audio thread, in real time
          (at most 60 ms)
  digits  keys at the limits of ITU-T Q.24 (all heard), and speech and music (no false one)

  --minutes           of drift each way (30)
  --talk-off-minutes  of speech and music (60)
  --json              write the measures to FILE ('-': print them)

Exit codes: 0 every bar is met, 1 one is not, 2 wrong usage.`

const measures = ['echo', 'drift', 'delay', 'digits'] as const
type MeasureName = (typeof measures)[number]

interface Row {
  measure: MeasureName
  what: string
  value: string
  isMet: boolean
}

interface Times {
  minutes: number
  talkOffMinutes: number
}

const leastLossDb = 30
const mostDelayMs = 60
const mostNearChangeDb = 6

function* echoRows(): Generator<Row> {
  for (const far of Object.keys(farEnds) as (keyof typeof farEnds)[])
    for (const tailMs of [8, 32, 64])
      for (const lossDb of [6, 12]) {
        const options = { far, path: { tailMs, lossDb }, tailMs: 64 }
        const { returnLossDb } = measureEcho({ ...options, nearSpeaks: false })
        const { returnLossAfterDb, nearChangeDb } = measureEcho({ ...options, nearSpeaks: true })
        yield {
          measure: 'echo',
          what: `${far}, hybrid ${lossDb} dB, tail ${tailMs} ms`,
          value: `${returnLossDb.toFixed(1)} dB; both: near ${nearChangeDb.toFixed(1)} dB, then ${returnLossAfterDb.toFixed(1)} dB`,
          isMet: Math.min(returnLossDb, returnLossAfterDb) >= leastLossDb && Math.abs(nearChangeDb) <= mostNearChangeDb,
        }
      }
}

function* driftRows({ minutes }: Times): Generator<Row> {
  for (const ppm of [200, -200])
    for (const frameSamples of [160, 80] as const) {
      const { underruns, overruns, worstBend, driftPpm, delayUpMs } = measureDrift({
        ppm,
        minutes,
        frameSamples,
        jitterMs: 2,
      })
      yield {
        measure: 'drift',
        what: `${ppm} ppm, frames of ${frameSamples / 8} ms, ${minutes} min`,
        value: `${underruns} run dry, ${overruns} over, bend ${worstBend.toFixed(3)}, told ${driftPpm.toFixed(1)} ppm, ${delayUpMs.toFixed(1)} ms`,
        isMet: underruns + overruns === 0 && worstBend < 1.1 && Math.abs(driftPpm - ppm) < 10,
      }
    }
}

async function* delayRows(): AsyncGenerator<Row> {
  for (const frameMs of [20, 10] as const) {
    const { medianMs, worstMs, toldMs } = await measureDelay({ frameMs })
    yield {
      measure: 'delay',
      what: `board with frames of ${frameMs} ms, echo cancelled`,
      value: `median ${medianMs.toFixed(1)} ms, worst ${worstMs.toFixed(1)} ms (the driver tells ${toldMs ?? '?'} ms)`,
      isMet: medianMs <= mostDelayMs,
    }
  }
}

function* digitsRows({ talkOffMinutes }: Times): Generator<Row> {
  for (const { name, keying, isDigit } of limits) {
    const heard = digitsHeard(keyed(keying, 20))
    const keys = allDigits.repeat(20)
    yield {
      measure: 'digits',
      what: name,
      value: `${heard.length} of ${keys.length} heard`,
      isMet: heard === (isDigit ? keys : ''),
    }
  }
  let falseDigits = 0
  for (const { sound } of talkOff(talkOffMinutes)) falseDigits += digitsHeard(sound).length
  yield {
    measure: 'digits',
    what: `${talkOffMinutes} min of speech and music`,
    value: `${falseDigits} false digits`,
    isMet: falseDigits === 0,
  }
}

const rowsOf = { echo: echoRows, drift: driftRows, delay: delayRows, digits: digitsRows }

function readArguments(): { names: MeasureName[]; times: Times; json: string | undefined } | undefined {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        minutes: { type: 'string', default: '30' },
        'talk-off-minutes': { type: 'string', default: '60' },
        json: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    })
    if (values.help) {
      console.log(usage)
      process.exit(0)
    }
    const times = { minutes: Number(values.minutes), talkOffMinutes: Number(values['talk-off-minutes']) }
    const names = measures.filter((name) => positionals.length === 0 || positionals.includes(name))
    const areKnown = positionals.every((name) => measures.some((measure) => measure === name))
    const arePositive = Object.values(times).every((minutes) => minutes > 0)
    return areKnown && arePositive ? { names, times, json: values.json } : undefined
  } catch (fault) {
    console.error(String(fault))
    return undefined
  }
}

const asked = readArguments()
if (!asked) {
  console.error(usage)
  process.exit(2)
}
startSpandsp()
const rows: Row[] = []
for (const name of asked.names)
  for await (const row of rowsOf[name](asked.times)) {
    rows.push(row)
    console.log(`${row.isMet ? 'ok  ' : 'MISS'} ${row.measure.padEnd(7)} ${row.what.padEnd(60)} ${row.value}`)
  }
if (asked.json === '-') console.log(JSON.stringify(rows, undefined, 2))
else if (asked.json !== undefined) writeFileSync(asked.json, `${JSON.stringify(rows, undefined, 2)}\n`)
process.exitCode = rows.every(({ isMet }) => isMet) ? 0 : 1
