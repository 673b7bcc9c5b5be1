// systemd's view of the daemon: ready, stopping, a status line, and the watchdog's kicks (sd_notify(3)). Soft when no
// manager listens: everything then does nothing.
import { type SendResult, sendUnixDatagram } from '../../drivers/native/sd-notify.ts'

export interface Notifier {
  /** Whether a manager listens. */
  readonly present: boolean
  /** Longest silence the manager allows before it ends the daemon; undefined when it watches no kicks. */
  readonly watchdogMs: number | undefined
  ready(): void
  stopping(): void
  /** One line shown by `systemctl status`. */
  status(text: string): void
  /** The loop lives. Called by the watchdog only. */
  kick(): void
  /** Asks for more time to start or stop, e.g. while calls drain. */
  extendTimeout(ms: number): void
  counters(): { notificationsSent: number; notificationsFailed: number }
}

export interface NotifierOptions {
  /** `process.env`; the manager's variables are removed from it, so that child processes do not speak for us. */
  environment: Record<string, string | undefined>
  pid?: number
  /** Told once per run of failures. */
  onFault?: (reason: string) => void
  send?: (path: string, text: string) => SendResult
}

const maximumStatusLength = 200

export function createNotifier(options: NotifierOptions): Notifier {
  const { environment } = options
  const send = options.send ?? sendUnixDatagram
  const path = environment.NOTIFY_SOCKET
  const watchdogMs = readWatchdogMs(environment, options.pid ?? process.pid)
  for (const name of ['NOTIFY_SOCKET', 'WATCHDOG_USEC', 'WATCHDOG_PID']) delete environment[name]

  let notificationsSent = 0
  let notificationsFailed = 0
  let failing = false
  /** State changes that did not get through go out with the next message: a lost READY=1 would end a good start. */
  let unsent: string[] = []

  const notify = (line: string, keep: boolean) => {
    if (!path) return
    const result = send(path, [...unsent, line].join('\n'))
    if (result.sent) {
      notificationsSent++
      failing = false
      unsent = []
      return
    }
    notificationsFailed++
    if (keep) unsent.push(line)
    if (!failing) options.onFault?.(result.reason)
    failing = true
  }

  return {
    present: path !== undefined && path !== '',
    watchdogMs,
    ready: () => notify('READY=1', true),
    stopping: () => notify('STOPPING=1', true),
    status: (text) => notify(`STATUS=${text.replaceAll(/\s+/g, ' ').slice(0, maximumStatusLength)}`, false),
    kick: () => notify('WATCHDOG=1', false),
    extendTimeout: (ms) => notify(`EXTEND_TIMEOUT_USEC=${Math.round(ms * 1000)}`, false),
    counters: () => ({ notificationsSent, notificationsFailed }),
  }
}

/** WATCHDOG_USEC counts for us only if WATCHDOG_PID is ours or absent (sd_watchdog_enabled(3)). */
function readWatchdogMs(environment: Record<string, string | undefined>, pid: number): number | undefined {
  const microseconds = Number(environment.WATCHDOG_USEC)
  const { WATCHDOG_PID: watchedPid } = environment
  if (!Number.isSafeInteger(microseconds) || microseconds <= 0) return undefined
  return watchedPid === undefined || watchedPid === String(pid) ? microseconds / 1000 : undefined
}
