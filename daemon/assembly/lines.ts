// The telephone lines over their boards, and the faults of boards that are not there.
import { createFxoDriver } from '../../drivers/fxo/fxo-driver.ts'
import type { LineDriver } from '../../drivers/line-driver.ts'
import { tonesOfCountry } from '../line/country-tones.ts'
import { createLineService } from '../line/line-service.ts'
import type { Lines } from '../line/lines.ts'
import { hangUpTones } from '../line/tone-patterns.ts'
import type { Audio } from '../loop/audio.ts'
import type { Started, Surroundings } from './surroundings.ts'

/** A board that has power is found within this time. */
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
  const country = tonesOfCountry(instance.box.instance.country)
  const tones = country ? hangUpTones(country) : []
  const settings = instance.boards.flatMap((board) => {
    const driver = createFxoDriver({
      device: board.device,
      ports: board.lines.map(({ port, currentLossMs }) => ({ port, currentLossMs })),
      hostSilenceMs: board.hostSilenceS * 1000,
      runtimeDirectory: options.runtimeDirectory,
      clock,
      log: lineLog,
    })
    tellDeviceFaults(of, board.name, driver, started)
    return board.lines.map(({ name, port, number, currentLossMs, toneHangUp }) => ({
      name,
      driver,
      port,
      number,
      currentLossMs,
      hangUpTones: toneHangUp ? tones : [],
    }))
  })
  return createLineService({ lines: settings, audio, clock, log: lineLog, takesOver })
}

/** A board that is gone, or was not there within a few seconds of the start, stands in `status` until it is back. */
function tellDeviceFaults({ clock, faults }: Surroundings, board: string, driver: LineDriver, started: Started): void {
  const raise = (reason: string) =>
    faults.raise({
      code: 'LINE-DEVICE',
      where: board,
      message: `The board does not answer at ${driver.device}: ${reason}.`,
      mend: 'Check its plug and power, and that the path in lines.yaml is the one under /dev/cordboard or /dev/serial/by-id.',
    })
  const grace = clock.after(deviceGraceMs, () => void raise('it has not been found since the start'))
  started(`watch over ${board}`, () => grace.cancel())
  driver.onSignal((signal) => {
    if (signal.type === 'deviceLost') raise(signal.reason)
    else if (signal.type === 'deviceReady') {
      grace.cancel()
      faults.clear('LINE-DEVICE', board)
    }
  })
}
