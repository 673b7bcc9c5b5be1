// A daemon in small, for a test to kill: it takes the first line of the given board off-hook, unless it is held already,
// says so, and stays.
import { SystemClock } from '../../../daemon/clock.ts'
import { createFxoDriver } from '../../../drivers/fxo/fxo-driver.ts'

const [device, runtimeDirectory] = process.argv.slice(2)
if (!device || !runtimeDirectory) throw new Error('usage: holding-host.ts DEVICE DIRECTORY')

const silent = () => {}
const driver = createFxoDriver({
  device,
  ports: [{ port: 1, currentLossMs: 250 }],
  hostSilenceMs: 6000,
  runtimeDirectory,
  clock: new SystemClock(),
  log: { debug: silent, info: silent, warn: silent, error: silent },
})
let isHeld = false
driver.onSignal(async (signal) => {
  if (signal.type === 'deviceReady' && signal.heldPorts?.includes(1)) {
    isHeld = true
    process.stdout.write('line held\n')
  }
  if (signal.type !== 'batteryChanged' || isHeld) return
  const result = await driver.command(1, { type: 'goOffHook' })
  process.stdout.write(`line taken: ${JSON.stringify(result)}\n`)
})
driver.start()
