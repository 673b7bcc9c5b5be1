// The program of a serial FXO board's process.
import { runDriverProcess } from '../process/run-process.ts'
import { systemClock } from '../process/surroundings.ts'
import { openSerialDevice } from '../serial/serial-device.ts'
import { BoardHost } from './board-host.ts'
import type { BoardSettings } from './fxo-driver.ts'

runDriverProcess<BoardSettings>(({ device, ports, settings, resumeSession }, pcm, listener) => {
  return new BoardHost({
    ports,
    hostSilenceMs: settings.hostSilenceMs,
    resumeSession,
    pcm,
    openDevice: (deviceListener) => openSerialDevice(device, deviceListener, { baudRate: 460_800 }),
    clock: systemClock,
    listener,
  })
})
