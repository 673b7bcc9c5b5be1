// A cellular module (SIM7600, EC25) as the daemon sees it: one line over the radio, whose calls and keys it makes itself.
import { join } from 'node:path'
import type { LineDriver } from '../line-driver.ts'
import { type DeviceDriverOptions, ProcessDriver } from '../process/process-driver.ts'

export interface ModuleSettings {
  /** The serial port of the calls' sound; `device` is that of the commands. */
  soundDevice: string
}

export type CellularDriverOptions = DeviceDriverOptions & ModuleSettings

/** Throws when the runtime directory can't be written; everything later is told by signals. */
export function createCellularDriver(options: CellularDriverOptions): LineDriver {
  return new ProcessDriver<ModuleSettings>(options, {
    kind: 'cellular',
    program: join(import.meta.dirname, 'module-process.ts'),
    settings: { soundDevice: options.soundDevice },
    abilities: { canHold: false, dials: 'device', digits: 'device' },
  })
}
