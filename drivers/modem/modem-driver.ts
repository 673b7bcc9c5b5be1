// A voice modem (ITU-T V.253) as the daemon sees it: one telephone line behind an AT command set.
import { join } from 'node:path'
import type { LineDriver } from '../line-driver.ts'
import { type DeviceDriverOptions, ProcessDriver } from '../process/process-driver.ts'
import type { PreparationOptions } from './preparation.ts'

export type ModemDriverOptions = DeviceDriverOptions & { modem: PreparationOptions }

/** Throws when the runtime directory can't be written; everything later is told by signals. */
export function createModemDriver(options: ModemDriverOptions): LineDriver {
  return new ProcessDriver<PreparationOptions>(options, {
    kind: 'modem',
    program: join(import.meta.dirname, 'modem-process.ts'),
    settings: options.modem,
    // A modem that loses its host hangs up, and its stream can't be taken up again in the middle.
    abilities: { canHold: false, dials: 'inBand', digits: 'inBand' },
  })
}
