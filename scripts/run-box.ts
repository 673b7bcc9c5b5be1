// scripts/run: the daemon in the foreground until Ctrl-C, with simulated lines unless an instance is named.
import { existsSync, mkdirSync } from 'node:fs'
import { networkInterfaces, tmpdir, userInfo } from 'node:os'
import { join, relative, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { callControl } from '../daemon/api/control-client.ts'
import { Program } from '../test/support/program.ts'
import { until } from '../test/support/wait.ts'
import { makePrivateInstance, type PrivateInstance } from './private-instance.ts'
import { tellLogLine } from './tell-log.ts'

const root = resolve(import.meta.dirname, '..')
/** Where scripts/cordboard looks for a daemon that was started by hand. */
const runtime = join(tmpdir(), `cordboard-${userInfo().username}`)
const socket = join(runtime, 'control.sock')
const own = join(root, '.cordboard')
/** Longer than the daemon lets calls go on, so that it is killed only when it hangs. */
const stopWithinMs = 90_000

interface Options {
  instance: string | undefined
  port: number
}

function readOptions(): Options {
  const { values } = parseArgs({ options: { instance: { type: 'string' }, port: { type: 'string', default: '5060' } } })
  const port = Number(values.port)
  if (!Number.isInteger(port) || port < 1 || port > 65535) throw new TypeError('--port takes a number from 1 to 65535')
  return { instance: values.instance, port }
}

/** The first one stands where `scripts/rig call` looks for it. */
async function startSimulatedBoard({ name, lines }: PrivateInstance['boards'][number], index: number) {
  console.log(`==> simulated board ${name} with ${lines.length} lines`)
  const device = join(own, 'rig', index === 0 ? 'fxo-board' : `fxo-board-${index + 1}`)
  const ports = Math.max(...lines.map((line) => line.port))
  const main = join(root, 'test/rig/board/main.ts')
  const program = new Program(
    `the simulator of ${name}`,
    process.execPath,
    [main, '--json', `--ports=${ports}`, `--device=${device}`],
    {
      ownSession: true,
    },
  )
  await program.printed(/"ready"/)
  return { name, device, program }
}

function startDaemon(args: string[]): Program {
  let rest = ''
  return new Program('the daemon', join(root, 'scripts/daemon'), ['--runtime', runtime, ...args], {
    // Ctrl-C is for this script alone, which then stops the parts in order.
    ownSession: true,
    onOutput: (text) => {
      const lines = (rest + text).split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) tellLogLine(line)
    },
  })
}

/** Resolves once calls are taken; rejects when the daemon ends instead, having said why. */
async function ready(daemon: Program): Promise<void> {
  await until(
    'the daemon to be ready',
    async () => {
      if (daemon.exit) return true
      const status = (await callControl(socket, 'status')) as { state: string; pid: number }
      return status.state === 'running' && status.pid === daemon.pid
    },
    { withinMs: 30_000, everyMs: 100 },
  )
}

/** Ends the program when it ends, and stops it in order at Ctrl-C. */
async function follow(daemon: Program, alsoStop: () => Promise<void>): Promise<never> {
  let asked = false
  const stop = () => {
    if (asked) return
    asked = true
    console.log('\n==> stopping: calls that are up may end by themselves, a second Ctrl-C ends them')
    process.once('SIGINT', () => daemon.kill())
    void daemon.stop('SIGTERM', stopWithinMs)
  }
  process.once('SIGINT', stop)
  process.once('SIGTERM', stop)
  const { code } = await daemon.exited
  await alsoStop()
  console.log(asked && code === 0 ? '==> stopped' : `==> the daemon ended with exit code ${code}`)
  process.exit(code ?? 1)
}

async function runOnHardware(instance: string): Promise<never> {
  const daemon = startDaemon(['--instance', resolve(instance)])
  await ready(daemon)
  if (!daemon.exit) console.log(`\nThe box takes calls on ${resolve(instance)}. Ctrl-C stops it.\n`)
  return await follow(daemon, async () => {})
}

async function runSimulated(port: number): Promise<never> {
  const instance = makePrivateInstance(join(own, 'instance'), { 'sip.port': port, 'drain.timeoutS': 10 })
  const storage = join(own, 'storage')
  mkdirSync(storage, { recursive: true })
  const boards = await Promise.all(instance.boards.map(startSimulatedBoard))
  const devices = boards.flatMap(({ name, device }) => ['--board-device', `${name}=${device}`])
  const daemon = startDaemon(['--instance', instance.directory, '--storage', storage, ...devices])
  await ready(daemon)
  if (!daemon.exit) console.log(nextSteps(instance, port, storage, boards[0]?.device ?? ''))
  return await follow(daemon, async () => {
    await Promise.all(boards.map(({ program }) => program.stop()))
  })
}

function nextSteps(instance: PrivateInstance, port: number, storage: string, device: string): string {
  const address = outsideAddress()
  const here = (path: string) => relative(process.cwd(), path) || '.'
  const script = (name: string) => join(here(root), 'scripts', name)
  const agents = instance.agents.map(
    ({ userName, password, passwordFile }) => `      user ${userName}   password ${password}   (${here(passwordFile)})`,
  )
  const numbers = instance.boards.flatMap(({ lines }) => lines.map(({ port, number }) => `line ${port} is ${number}`))
  return `
The box takes calls: ${numbers.join(', ')}.

  1. Register a SIP phone (transport UDP) as an agent:
      address ${address}:${port}${address === '127.0.0.1' ? '' : `   (from this machine: 127.0.0.1:${port})`}
${agents.join('\n')}
     Seen it?  ${script('cordboard')} agent list

  2. Place a simulated call, in another terminal:
      ${script('rig')} call --device ${here(device)} --number +15550100 --listen heard.wav
     Type 1 and Enter as it asks for a key. Its --help tells more.

  3. Look at what became of it:
      ${script('cordboard')} status
      ${script('cordboard')} contacts --store ${here(join(storage, 'contacts.db'))}
     Records, recordings and the flow log are in ${here(storage)}.

Ctrl-C stops everything, in order.
`
}

function outsideAddress(): string {
  const addresses = Object.values(networkInterfaces()).flatMap((each) => each ?? [])
  return addresses.find(({ family, internal }) => family === 'IPv4' && !internal)?.address ?? '127.0.0.1'
}

let options: Options
try {
  options = readOptions()
  if (options.instance !== undefined && !existsSync(join(options.instance, 'box.yaml')))
    throw new TypeError(`${options.instance} is no instance: it has no box.yaml`)
} catch (fault) {
  console.error(`scripts/run: ${fault instanceof Error ? fault.message : String(fault)}\nSee: scripts/run --help`)
  process.exit(2)
}
try {
  await (options.instance === undefined ? runSimulated(options.port) : runOnHardware(options.instance))
} catch (fault) {
  console.error(`scripts/run: ${fault instanceof Error ? fault.message : String(fault)}`)
  process.exit(1)
}
