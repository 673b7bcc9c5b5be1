// The serial FXO board as the daemon sees it.
//
//   daemon ── ProcessDriver ══ fork's channel ══ board-process.ts ── serial ── board
import { join } from 'node:path'
import type { LineDriver } from '../line-driver.ts'
import { type DeviceDriverOptions, ProcessDriver } from '../process/process-driver.ts'

export interface BoardSettings {
  /** The board releases its lines when it has not heard the host for so long: 3,000 to 15,000. */
  hostSilenceMs: number
}

export type FxoDriverOptions = DeviceDriverOptions & BoardSettings

/** Throws when the runtime directory can't be written; everything later is told by signals. */
export function createFxoDriver(options: FxoDriverOptions): LineDriver {
  return new ProcessDriver<BoardSettings>(options, {
    kind: 'fxo',
    program: join(import.meta.dirname, 'board-process.ts'),
    settings: { hostSilenceMs: options.hostSilenceMs },
    abilities: { canHold: true, dials: 'inBand', digits: 'inBand' },
  })
}
