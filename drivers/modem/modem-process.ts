// The program of a voice modem's process.
import { runDriverProcess } from '../process/run-process.ts'
import { systemClock } from '../process/surroundings.ts'
import { openSerialDevice } from '../serial/serial-device.ts'
import { ModemHost } from './modem-host.ts'
import type { PreparationOptions } from './preparation.ts'

runDriverProcess<PreparationOptions>(({ device, ports, settings }, pcm, listener) => {
  const [port] = ports
  const path = port && pcm.get(port.port)
  if (!port || !path) throw new Error('a voice modem has one line: none was named')
  return new ModemHost({
    port,
    pcm: path,
    settings,
    // 8,000 octets a second and their shields; RTS/CTS as V.253 modems expect it, XON and XOFF being sound.
    openDevice: (deviceListener) => openSerialDevice(device, deviceListener, { baudRate: 230_400, flowControl: true }),
    clock: systemClock,
    listener,
  })
})
