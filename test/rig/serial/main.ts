// A simulated voice modem or cellular module as a program: `scripts/rig modem` and `scripts/rig cellular`. What happens on
// it is told by keys: a caller rings, presses, hangs up; the plug is pulled.
import { mkdirSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import { dtmf, tone } from '../board/sound.ts'
import { ec25, ModuleFirmware, sim7600 } from '../cellular/module-firmware.ts'
import { ModemFirmware } from '../modem/modem-firmware.ts'
import type { FarEnd } from './far-end.ts'
import { PtyDevice } from './pty-device.ts'
import type { SimulatedDevice } from './simulated-device.ts'

const help = `Simulates a voice modem or a cellular module on pseudo-terminals, with a caller behind it.

usage: scripts/rig modem    [--device PATH]
       scripts/rig cellular [--device PATH] [--sound-device PATH] [--family SIM7600|EC25]

Without paths: .cordboard/rig/modem, and .cordboard/rig/cell-at with .cordboard/rig/cell-pcm. Name them in lines.yaml.
Then, a line each on standard input:

  ring NUMBER     a caller with this number (without: withheld)
  say HZ          the far end sends a tone
  press DIGITS    the far end presses keys
  hangup          the far end hangs up
  die, revive     the device falls silent, and is back as after power-up
  unplug, replug  the plug
  quit            the end

Exit codes: 0 done, 2 wrong usage.`

interface Simulation {
  device: SimulatedDevice
  farEnd: FarEnd
  paths: string[]
  ring(number: string | undefined): void
  press(digit: string): void
  hangUp(): void
  setDead(isDead: boolean): void
}

function simulatedModem(path: string): Simulation {
  const modem = new ModemFirmware()
  return {
    device: modem,
    farEnd: modem.farEnd,
    paths: [path],
    ring: (number) => modem.incomingCall(number === undefined ? { withheld: 'P' } : { number }),
    press: (digit) => {
      modem.farEnd.say(dtmf(digit))
      modem.callerPresses(digit)
    },
    hangUp: () => modem.callerHangsUp(),
    setDead: (isDead) => {
      if (!isDead) modem.powerCycle()
      modem.isDead = isDead
    },
  }
}

function simulatedModule(paths: string[], family: string): Simulation {
  const module = new ModuleFirmware(family === 'EC25' ? ec25 : sim7600)
  return {
    device: module,
    farEnd: module.farEnd,
    paths,
    ring: (number) => module.incomingCall(number ?? '', number === undefined),
    press: (digit) => module.callerPresses(digit),
    hangUp: () => module.callerHangsUp(),
    setDead: (isDead) => {
      if (!isDead) module.powerCycle()
      module.isDead = isDead
    },
  }
}

/** False: it was no command. */
function obey(line: string, { farEnd, ...it }: Simulation, wire: PtyDevice): boolean {
  const [word = '', argument = ''] = line.trim().split(/\s+/)
  switch (word) {
    case 'ring':
      it.ring(argument === '' ? undefined : argument)
      return true
    case 'say':
      farEnd.say(tone([Number(argument) || 1000], -10))
      return true
    case 'press':
      for (const digit of argument) it.press(digit)
      return /^[\d*#A-D]+$/.test(argument)
    case 'hangup':
      it.hangUp()
      return true
    case 'die':
    case 'revive':
      it.setDead(word === 'die')
      return true
    case 'unplug':
      wire.unplug()
      return true
    case 'replug':
      wire.plug()
      return true
    default:
      return false
  }
}

function read(): Simulation | undefined {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      device: { type: 'string' },
      'sound-device': { type: 'string' },
      family: { type: 'string', default: 'SIM7600' },
      help: { type: 'boolean', short: 'h' },
    },
  })
  const [kind] = positionals
  if (values.help) return undefined
  const place = (given: string | undefined, name: string) => resolve(given ?? `.cordboard/rig/${name}`)
  if (kind === 'modem') return simulatedModem(place(values.device, 'modem'))
  if (kind !== 'cellular') throw new TypeError('name what is to be simulated: modem or cellular')
  if (values.family !== 'SIM7600' && values.family !== 'EC25')
    throw new TypeError(`--family ${values.family}: write SIM7600 or EC25`)
  return simulatedModule([place(values.device, 'cell-at'), place(values['sound-device'], 'cell-pcm')], values.family)
}

async function run(simulation: Simulation): Promise<void> {
  for (const path of simulation.paths) mkdirSync(dirname(path), { recursive: true })
  const wire = new PtyDevice(simulation.device, simulation.paths)
  console.log(`plugged in: ${simulation.paths.join(' and ')}`)
  process.on('SIGTERM', () => process.stdin.destroy())
  for await (const line of createInterface({ input: process.stdin })) {
    if (line.trim() === 'quit') break
    if (line.trim() !== '' && !obey(line, simulation, wire)) console.error(`${line}: see --help`)
  }
  wire.stop()
}

try {
  const simulation = read()
  if (simulation) await run(simulation)
  else console.log(help)
} catch (fault) {
  console.error(fault instanceof Error ? fault.message : String(fault))
  console.error(help)
  process.exitCode = 2
}
