// The driver of each kind of line hardware that lines.yaml may name.
import { createCellularDriver } from '../../drivers/cellular/cellular-driver.ts'
import { createFxoDriver } from '../../drivers/fxo/fxo-driver.ts'
import type { LineDriver } from '../../drivers/line-driver.ts'
import type { CallerIdStandard } from '../../drivers/modem/chips.ts'
import { createModemDriver } from '../../drivers/modem/modem-driver.ts'
import type { DeviceDriverOptions } from '../../drivers/process/process-driver.ts'
import type { Board } from '../config/lines-schema.ts'

/** What people call it. */
export const hardwareWords: Readonly<Record<Board['kind'], string>> = {
  fxoBoard: 'board',
  voiceModem: 'voice modem',
  cellularModule: 'cellular module',
}

/** By line-signalling practice; ETSI FSK everywhere else. */
const callerIdOfCountry: Readonly<Record<string, CallerIdStandard>> = {
  US: 'bellcore',
  CA: 'bellcore',
  MX: 'bellcore',
  AU: 'bellcore',
  NZ: 'bellcore',
  CN: 'bellcore',
  HK: 'bellcore',
  SG: 'bellcore',
  GB: 'uk',
  JP: 'japan',
  NL: 'etsiDtmf',
  DK: 'etsiDtmf',
  SE: 'etsiDtmf',
  FI: 'etsiDtmf',
  IN: 'etsiDtmf',
  BR: 'etsiDtmf',
}

/** A cellular call has no loop, so the figure is not looked at. */
const noLoop = 250

/** `country`: of the instance. */
export function driverOf(
  board: Board,
  country: string,
  around: Pick<DeviceDriverOptions, 'runtimeDirectory' | 'clock' | 'log'>,
): LineDriver {
  const { device } = board
  const ports = board.lines.map((line) => ({
    port: line.port,
    currentLossMs: 'currentLossMs' in line ? line.currentLossMs : noLoop,
    echoTailMs: 'echoTailMs' in line ? line.echoTailMs : 0,
    country,
    callWaiting: 'callWaiting' in line && line.callWaiting,
    receiveGainDb: 'receiveGainDb' in line ? line.receiveGainDb : 0,
    transmitGainDb: 'transmitGainDb' in line ? line.transmitGainDb : 0,
  }))
  switch (board.kind) {
    case 'fxoBoard':
      return createFxoDriver({ ...around, device, ports, hostSilenceMs: board.hostSilenceS * 1000 })
    case 'voiceModem': {
      const { callerId = callerIdOfCountry[country] ?? 'etsiFsk', countryCode } = board
      const modem = { callerId, ...(countryCode !== undefined && { country: countryCode }) }
      return createModemDriver({ ...around, device, ports, modem })
    }
    case 'cellularModule':
      return createCellularDriver({ ...around, device, ports, soundDevice: board.soundDevice })
  }
}
