// The telephone lines over their hardware, and the faults of hardware that is not there.
import type { LineDriver } from '../../drivers/line-driver.ts'
import type { Board } from '../config/lines-schema.ts'
import { tonesOfCountry } from '../line/country-tones.ts'
import { createLineService } from '../line/line-service.ts'
import type { LineSettings, Lines } from '../line/lines.ts'
import { callTones, hangUpTones, ringbackPeriodMs } from '../line/tone-patterns.ts'
import type { Audio } from '../loop/audio.ts'
import { driverOf, hardwareWords } from './line-hardware.ts'
import type { Started, Surroundings } from './surroundings.ts'

/** A device that has power is found within this time. */
const deviceGraceMs = 10_000

/** `takesOver`: told of each line that is there; whether the call it held when the last daemon ended is to go on. */
export function buildLines(
  of: Surroundings,
  audio: Audio,
  takesOver: (line: string, isHeld: boolean) => boolean,
  started: Started,
): Lines {
  const { instance, options, clock, log } = of
  const lineLog = log.child({ part: 'line' })
  const { country } = instance.box.instance
  const settings = instance.boards.flatMap((board): LineSettings[] => {
    const { runtimeDirectory } = options
    const driver = driverOf(board, country, { runtimeDirectory, clock, log: lineLog })
    tellDeviceFaults(of, board, driver, started)
    return settingsOf(board, driver, country)
  })
  return createLineService({ lines: settings, audio, clock, log: lineLog, takesOver })
}

/** Of the board's lines; `country`: of the instance. */
export function settingsOf(board: Board, driver: LineDriver, country: string): LineSettings[] {
  const ofCountry = tonesOfCountry(country)
  return board.lines.map((line) => {
    const tones = { ...ofCountry, ...('tones' in line && line.tones) }
    return {
      name: line.name,
      driver,
      port: line.port,
      number: line.number,
      currentLossMs: 'currentLossMs' in line ? line.currentLossMs : 0,
      reversalMeans: 'polarity' in line ? line.polarity : 'none',
      silentAfterMs: 'silenceHangUpS' in line ? line.silenceHangUpS * 1000 : 0,
      longestCallMs: line.longestCallMin * 60_000,
      hangUpTones: 'toneHangUp' in line && line.toneHangUp ? hangUpTones(tones) : [],
      callTones: board.kind === 'cellularModule' ? [] : callTones(tones),
      ringbackPeriodMs: ringbackPeriodMs(tones),
    }
  })
}

/** A device that is gone, or was not there within a few seconds of the start, stands in `status` until it is back. */
function tellDeviceFaults({ clock, faults }: Surroundings, board: Board, driver: LineDriver, started: Started): void {
  const { name, kind } = board
  const raise = (reason: string) => {
    const [word = '', ...words] = reason.split(': ')
    // The driver says what is wrong with a device that answers: then a plug is not the mend.
    const isUnfit = unfit.has(word)
    const does = isUnfit ? 'is of no use' : 'does not answer'
    faults.raise({
      code: 'LINE-DEVICE',
      where: name,
      message: `The ${hardwareWords[kind]} at ${driver.device} ${does}: ${isUnfit ? words.join(': ') : reason}.`,
      mend: isUnfit ? unfitMend[kind] : plugMend,
    })
  }
  const grace = clock.after(deviceGraceMs, () => void raise('it has not been found since the start'))
  started(`watch over ${name}`, () => grace.cancel())
  driver.onSignal((signal) => {
    if (signal.type === 'deviceLost') raise(signal.reason)
    else if (signal.type === 'deviceReady') {
      grace.cancel()
      faults.clear('LINE-DEVICE', name)
    }
  })
}

/** Reason words of drivers, before the colon, of devices that will not do. */
const unfit = new Set(['noVoice', 'unfitChip', 'noFormat', 'unfitModule', 'noSim', 'simLocked', 'simLost'])

const plugMend =
  'Check its plug and power, and that the path in lines.yaml is the one under /dev/cordboard or /dev/serial/by-id.'

const unfitMend: Readonly<Record<Board['kind'], string>> = {
  fxoBoard: 'Update its firmware.',
  voiceModem: 'Use a modem with a Conexant CX93001 chip; the README lists what is known to work.',
  cellularModule: 'Mend what it says; the README lists the modules that are known to work.',
}
