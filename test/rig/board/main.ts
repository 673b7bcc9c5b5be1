// The simulated FXO board as a program: `node test/rig/board/main.ts --help`, or `scripts/rig sim`.
import { mkdirSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { raiseThreadPriority } from '../../../drivers/native/thread-priority.ts'
import type { ControlEvent, ReadyLine } from './control-messages.ts'
import { type ControlServer, openControl } from './control-server.ts'
import type { Outcome } from './exchange-line.ts'
import type { PairConditions } from './line-pair.ts'
import { Simulator } from './simulator.ts'

const help = `Simulates an FXO board on a pseudo-terminal, with an exchange and callers behind it.

usage: scripts/rig sim [--ports N] [--device PATH] [--country CC] [--echo MS] [--noise DBM0] [--ppm N] [--frame-ms 20|10]
                     [--json]

  --ports N      telephone lines, 1 to 8 (default 1)
  --device PATH  name of the serial device to be (default .cordboard/rig/fxo-board); it stays the same over a replug.
                 The control socket is PATH.control
  --country CC   whose tones its exchange plays, two letters (default: those of North America); calls out to 5550100
                 are answered after 5 s, to 5550101 they meet busy tone, to any other number congestion
  --echo MS      the line's echo comes back within 8 to 64 ms, 10 dB down (default: none)
  --noise DBM0   noise on the line, -80 to -20 (default: none)
  --ppm N        how fast the board's crystal is, in parts per million, -2000 to 2000 (default 0)
  --frame-ms N   length of an audio frame, 20 or 10 (default 20)
  --json         print one JSON object a line instead of text

Place a call with: scripts/rig call --help
`

const demoNumbers: Record<string, Outcome> = {
  '5550100': { does: 'answer', afterMs: 5000 },
  '5550101': { does: 'busy' },
}

interface Arguments {
  ports: number
  device: string
  ppm: number
  frameMs: number
  country: string | undefined
  pair: PairConditions
  json: boolean
}

/** Throws with what is wrong; undefined when help was asked for. */
function readArguments(): Arguments | undefined {
  const { values } = parseArgs({
    options: {
      ports: { type: 'string', default: '1' },
      device: { type: 'string', default: '.cordboard/rig/fxo-board' },
      ppm: { type: 'string', default: '0' },
      country: { type: 'string' },
      echo: { type: 'string' },
      noise: { type: 'string' },
      'frame-ms': { type: 'string', default: '20' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
  if (values.help) return undefined
  return {
    ports: whole('--ports', values.ports, 1, 8),
    device: resolve(values.device),
    ppm: whole('--ppm', values.ppm, -2000, 2000),
    frameMs: values['frame-ms'] === '10' ? 10 : whole('--frame-ms', values['frame-ms'], 20, 20),
    country: values.country,
    pair: {
      ...(values.echo !== undefined && { echo: { tailMs: whole('--echo', values.echo, 8, 64), lossDb: 10 } }),
      ...(values.noise !== undefined && { noiseDbm0: whole('--noise', values.noise, -80, -20) }),
    },
    json: values.json,
  }
}

function whole(option: string, text: string, low: number, high: number): number {
  const value = Number(text)
  if (!Number.isInteger(value) || value < low || value > high)
    throw new Error(`${option} ${text} is not a whole number from ${low} to ${high}`)
  return value
}

async function main(): Promise<void> {
  const given = readArguments()
  if (!given) {
    process.stdout.write(help)
    return
  }
  const { device, json } = given
  // A crystal waits for nobody. Where this is not allowed, a busy machine makes a stuttering board.
  raiseThreadPriority({ realtime: 11, nice: -12, inherit: true })
  const control = `${device}.control`
  mkdirSync(dirname(device), { recursive: true })
  let server: ControlServer | undefined
  const tell = (event: ControlEvent) => {
    server?.broadcast(event)
    if (json) process.stdout.write(`${JSON.stringify(event)}\n`)
    else process.stdout.write(`${describe(event)}\n`)
  }
  const simulator = new Simulator({ ...given, tell })
  const { country, pair } = given
  for (let port = 1; port <= given.ports; port++) {
    simulator.command({ do: 'setPair', port, conditions: pair })
    simulator.command({ do: 'setExchange', port, ...(country !== undefined && { country }), numbers: demoNumbers })
  }
  server = await openControl(control, (command) => {
    simulator.command(command)
    return simulator.view()
  })
  simulator.start()
  const ready: ReadyLine = { ready: { device, control, pid: process.pid } }
  process.stdout.write(
    json ? `${JSON.stringify(ready)}\n` : `board with ${given.ports} line(s) at ${device}\ncontrol socket ${control}\n`,
  )
  const end = async () => {
    simulator.stop()
    await server.close()
    process.exit(0)
  }
  process.once('SIGTERM', end)
  process.once('SIGINT', end)
}

function describe(event: ControlEvent): string {
  const { event: name, ...rest } = event
  const details = Object.entries(rest).map(([key, value]) => `${key} ${value}`)
  return [name, ...details].join('  ')
}

main().catch((fault: Error) => {
  process.stderr.write(`scripts/rig sim: ${fault.message}\n`)
  process.exit(2)
})
