// A caller at the keyboard: places a call on a line of a running simulated board, sends digits and sounds, listens,
// hangs up. `scripts/rig call --help`.
import { resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import type { ControlCommand, ControlEvent, Utterance } from './board/control-messages.ts'
import type { HangUpWay } from './board/exchange-line.ts'
import { BoardClient } from './board-client.ts'

const help = `Places a call on a line of the simulated board (start it with: scripts/rig sim).

usage: scripts/rig call [options]

  --device PATH       serial device of the simulator (default .cordboard/rig/fxo-board)
  --port N            line to ring, 1 to 8 (default 1)
  --number N          the caller's number; withheld when absent
  --name TEXT         the caller's name
  --digits DIGITS     pressed once the call is answered; a comma is a pause of half a second
  --say FILE.wav      spoken once the call is answered, after the digits (8 kHz, mono, 16-bit)
  --tone HZ           spoken for a second, likewise
  --listen FILE.wav   keep what the caller hears, from the answer on
  --hang-up-after S   hang up by itself so long after the answer
  --by WAY            how the network tells: currentLoss (default), busyTone, congestionTone, dialTone, polarity, none
  --ring-seconds S    give up when not answered by then (default 60)

While the call stands, type digits to press them, "say FILE", "tone HZ", or "hangup".
`

const ways: Record<string, HangUpWay> = {
  currentLoss: { by: 'currentLoss', durationMs: 500 },
  busyTone: { by: 'busyTone' },
  congestionTone: { by: 'congestionTone' },
  dialTone: { by: 'dialTone' },
  polarity: { by: 'polarity' },
  none: { by: 'none' },
}

interface Arguments {
  control: string
  port: number
  call: ControlCommand
  first: Utterance[]
  listen: string | undefined
  hangUpAfterMs: number | undefined
  way: HangUpWay
  ringMs: number
}

/** Throws with what is wrong; undefined when help was asked for. */
function readArguments(): Arguments | undefined {
  const text = { type: 'string' } as const
  const { values } = parseArgs({
    options: {
      device: { ...text, default: '.cordboard/rig/fxo-board' },
      port: { ...text, default: '1' },
      number: text,
      name: text,
      digits: text,
      say: text,
      tone: text,
      listen: text,
      'hang-up-after': text,
      by: { ...text, default: 'currentLoss' },
      'ring-seconds': { ...text, default: '60' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
  if (values.help) return undefined
  const way = ways[values.by]
  if (!way) throw new Error(`--by ${values.by} is none of ${Object.keys(ways).join(', ')}`)
  const port = number('--port', values.port)
  const caller = values.number === undefined ? { withheld: 'private' as const } : { number: values.number }
  const name = values.name === undefined ? {} : { name: values.name }
  const after = values['hang-up-after']
  return {
    control: `${resolve(values.device)}.control`,
    port,
    call: { do: 'incomingCall', port, ...caller, ...name },
    first: [
      ...(values.digits === undefined ? [] : digits(values.digits)),
      ...(values.say === undefined ? [] : [say(values.say)]),
      ...(values.tone === undefined ? [] : [tone(values.tone)]),
    ],
    listen: values.listen === undefined ? undefined : resolve(values.listen),
    hangUpAfterMs: after === undefined ? undefined : number('--hang-up-after', after) * 1000,
    way,
    ringMs: number('--ring-seconds', values['ring-seconds']) * 1000,
  }
}

function number(what: string, text: string): number {
  const value = Number(text)
  if (!Number.isFinite(value) || value <= 0) throw new Error(`${what} ${text} is not a number above 0`)
  return value
}

/** A comma is a pause. */
function digits(text: string): Utterance[] {
  const pause: Utterance = { kind: 'silence', durationMs: 500 }
  return text
    .split(',')
    .flatMap((keys, i) => [...(i > 0 ? [pause] : []), ...(keys ? [{ kind: 'digits' as const, digits: keys }] : [])])
}

function say(file: string): Utterance {
  return { kind: 'file', file: resolve(file) }
}

function tone(hz: string): Utterance {
  return { kind: 'tone', frequenciesHz: [number('tone', hz)], durationMs: 1000 }
}

/** What a typed line asks for. Throws when it asks for nothing known. */
function typed(line: string, { port, way }: Arguments): ControlCommand | undefined {
  const [word = '', argument = ''] = line.trim().split(/\s+/, 2)
  if (word === '') return undefined
  if (word === 'hangup') return { do: 'callerHangUp', port, ...way }
  if (word === 'say') return { do: 'callerSends', port, utterances: [say(argument)] }
  if (word === 'tone') return { do: 'callerSends', port, utterances: [tone(argument)] }
  if (/^[0-9A-D*#,]+$/.test(word)) return { do: 'callerSends', port, utterances: digits(word) }
  throw new Error(`"${word}" is not understood: type digits, "say FILE", "tone HZ" or "hangup"`)
}

const print = (text: string) => process.stdout.write(`${text}\n`)

async function main(): Promise<number> {
  const given = readArguments()
  if (!given) {
    process.stdout.write(help)
    return 0
  }
  const board = await BoardClient.connect(given.control).catch(() => {
    throw new Error(`no simulated board at ${given.control}: start one with scripts/rig sim`)
  })
  const gone = board.closed.then(() => {
    throw new Error('the simulated board has gone')
  })
  try {
    return await Promise.race([place(board, given), gone])
  } finally {
    board.close()
  }
}

async function place(board: BoardClient, given: Arguments): Promise<number> {
  const { port } = given
  if (given.listen) await board.captureAudio(port, given.listen)
  await board.order(given.call)
  print(`line ${port} rings`)
  const happened = (names: string[], withinMs: number) => {
    const isWanted = (event: ControlEvent) => 'port' in event && event.port === port && names.includes(event.event)
    return board.events.next(names.join(' or '), isWanted, { withinMs })
  }
  try {
    await happened(['answered'], given.ringMs)
  } catch {
    await board.callerHangUp(port)
    print(`not answered within ${given.ringMs / 1000} s, hung up`)
    return 1
  }
  print('answered: type digits, "say FILE", "tone HZ" or "hangup"')
  if (given.first.length > 0) await board.callerSends({ port, utterances: given.first })
  const keyboard = createInterface({ input: process.stdin })
  const obey = (line: string) => {
    try {
      const command = typed(line, given)
      if (command) board.order(command).catch((fault: Error) => print(fault.message))
    } catch (fault) {
      print(fault instanceof Error ? fault.message : String(fault))
    }
  }
  keyboard.on('line', obey)
  const timer = given.hangUpAfterMs === undefined ? undefined : setTimeout(() => obey('hangup'), given.hangUpAfterMs)
  await happened(['released'], 24 * 3_600_000)
  clearTimeout(timer)
  keyboard.close()
  print('the line is released')
  if (given.listen) print(`heard: ${given.listen}`)
  return 0
}

main().then(
  (code) => process.exit(code),
  (fault: Error) => {
    process.stderr.write(`scripts/rig call: ${fault.message}\n`)
    process.exit(2)
  },
)
