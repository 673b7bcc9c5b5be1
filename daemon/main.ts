// The daemon's process: reads the configuration, runs the daemon (daemon.ts), and stops it in order when it is told to.
//
//   bad configuration ─▶ every fault on stderr; the last good copy if there is one, else exit 2, nothing started
//   SIGHUP ─▶ the files are read anew, all or nothing
//   SIGTERM ─▶ no new calls ─▶ calls end by themselves, or are ended ─▶ lines on-hook ─▶ all closed ─▶ exit 0
import { SystemClock } from './clock.ts'
import { loadInstance } from './config/load.ts'
import { Daemon } from './daemon.ts'
import { formatFault } from './fault.ts'
import { createFaults } from './health/faults.ts'
import { installLastResort } from './health/last-resort.ts'
import { createNotifier } from './health/notifier.ts'
import { createLog } from './log/log.ts'
import { type DaemonOptions, readOptions, usage } from './options.ts'
import { instanceToStart } from './reload/start-instance.ts'

const badConfigExitCode = 2

function optionsOrExit(): DaemonOptions {
  try {
    const options = readOptions(process.argv.slice(2), process.env)
    if (options !== 'help') return options
    console.log(usage)
    process.exit(0)
  } catch (fault) {
    console.error(`${fault instanceof Error ? fault.message : String(fault)}\n\n${usage}`)
    process.exit(badConfigExitCode)
  }
}

const options = optionsOrExit()
const load = { overrides: { boardDevices: options.boardDevices, storageDirectory: options.storageDirectory } }
const start = instanceToStart({
  ...load,
  directory: options.instanceDirectory,
  storage: options.storageDirectory ?? options.stateDirectory,
})
for (const fault of start.faults) console.error(formatFault(fault))
if (!('instance' in start)) {
  console.error(
    `Nothing was started: mend the errors above, then check again with: cordboard check ${options.instanceDirectory}`,
  )
  process.exit(badConfigExitCode)
}

const { instance } = start
const clock = new SystemClock()
const log = createLog({ level: instance.box.log.level, clock })
const faults = createFaults(clock)
const notifier = createNotifier({
  environment: process.env,
  onFault: (reason) => log.warn({ reason }, 'systemd could not be told'),
})
const daemon = new Daemon({
  instance,
  isLastGood: start.isLastGood,
  load: () => loadInstance(options.instanceDirectory, load),
  options,
  clock,
  log,
  faults,
  notifier,
})

installLastResort({ clock, faults, stop: () => daemon.stop(0) })

let stopping = false
async function stop(signal: string): Promise<void> {
  if (stopping) return
  stopping = true
  const drainMs = daemon.instance.box.drain.timeoutS * 1000
  log.info({ signal, drainMs }, 'stopping')
  notifier.stopping()
  notifier.extendTimeout(drainMs + 15_000)
  await daemon.stop(drainMs)
  log.close()
  process.exit(0)
}
process.on('SIGTERM', () => void stop('SIGTERM'))
process.on('SIGINT', () => void stop('SIGINT'))
process.on('SIGHUP', () => void daemon.reload())

try {
  await daemon.start()
  notifier.ready()
} catch (fault) {
  log.error({ err: fault }, 'could not start')
  console.error(fault instanceof Error ? fault.message : String(fault))
  await daemon.stop(0)
  process.exit(1)
}
