// The program of a cellular module's process.
import { runDriverProcess } from '../process/run-process.ts'
import { systemClock } from '../process/surroundings.ts'
import { openSerialDevice } from '../serial/serial-device.ts'
import type { ModuleSettings } from './cellular-driver.ts'
import { ModuleHost } from './module-host.ts'

/** Enough for 16,000 bytes a second each way; more muted the sound of some (callpilot issue 119). */
const baudRate = 230_400

runDriverProcess<ModuleSettings>(({ device, ports, settings }, pcm, listener) => {
  const [port] = ports
  const path = port && pcm.get(port.port)
  if (!port || !path) throw new Error('a cellular module has one line: none was named')
  return new ModuleHost({
    port,
    pcm: path,
    openCommands: (deviceListener) => openSerialDevice(device, deviceListener, { baudRate: 115_200 }),
    openSound: (deviceListener) => openSerialDevice(settings.soundDevice, deviceListener, { baudRate }),
    clock: systemClock,
    listener,
  })
})
