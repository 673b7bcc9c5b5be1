// Who looks after the running daemon: the audio thread's troubles, systemd's watchdog, the line under `systemctl status`.
import type { ContactService } from '../contact/contact-service.ts'
import { createWatchdog } from '../health/watchdog.ts'
import type { Lines } from '../line/lines.ts'
import type { Audio } from '../loop/audio.ts'
import type { Started, Surroundings } from './surroundings.ts'

/** How often systemd's status line is made anew. */
const statusLineMs = 5_000

export function watchAudio(of: Surroundings, audio: Audio, started: Started): void {
  const { clock, log, notifier } = of
  audio.on((event) => {
    if (event.type === 'loopLate') log.warn(event, 'audio loop was late')
    else if (event.type === 'recordingFailed') recordingFailed(of, event.file, event.reason)
    else if (event.type === 'portFailed') log.error(event, 'audio port failed')
  })
  if (notifier.watchdogMs === undefined) return
  const watchdog = createWatchdog({
    loopTicks: async () => (await audio.counters()).ticks,
    clock,
    notify: notifier,
    watchdogMs: notifier.watchdogMs,
    onMiss: (reason, inARow) => log.error({ reason, inARow }, 'watchdog kick was not earned'),
  })
  started('watchdog', () => watchdog.stop())
}

function recordingFailed({ log, faults }: Surroundings, file: string, reason: string): void {
  log.error({ file, reason }, 'recording failed; the call goes on')
  faults.raise({
    code: 'STORE-RECORDING',
    where: file,
    message: `A recording could not be written: ${reason}.`,
    mend: 'Make room on the disk that holds storage.directory, or mend it; later calls are recorded again by themselves.',
  })
}

/** Tells now and every few seconds, until stopped. */
export function tellStatusLine(of: Surroundings, contacts: ContactService, lines: Lines): { stop(): void } {
  const { clock, faults, notifier } = of
  if (!notifier.present) return { stop: () => {} }
  const tell = () => {
    const ready = lines.views().filter((line) => line.state !== 'faulted').length
    const parts = [`${contacts.alive} contacts`, `${ready} of ${lines.views().length} lines ready`]
    const standing = faults.list().length
    if (standing > 0) parts.push(`${standing} faults: see cordboard status`)
    notifier.status(parts.join(', '))
    return clock.after(statusLineMs, () => {
      timer = tell()
    })
  }
  let timer = tell()
  return { stop: () => timer.cancel() }
}
