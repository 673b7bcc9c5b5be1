// The watchdog's kicks are earned: one is sent only after the audio loop has told a tick count that grew since the last
// time. A loop that stands still, restarts again and again, or does not answer earns none, and systemd ends the daemon.
import type { Clock, Timer } from '../clock.ts'

export interface Watchdog {
  counters(): { watchdogKicks: number; watchdogMisses: number }
  stop(): void
}

export interface WatchdogOptions {
  /** Ticks the audio loop has done. May reject or never settle: both earn nothing. */
  loopTicks: () => Promise<number>
  clock: Clock
  notify: { kick(): void }
  /** The manager's limit (`Notifier.watchdogMs`); the loop is asked four times within it. */
  watchdogMs: number
  /** Told when a kick was not earned, with how many in a row by now. */
  onMiss?: (reason: 'standstill' | 'noAnswer' | 'restarted', inARow: number) => void
}

export function createWatchdog(options: WatchdogOptions): Watchdog {
  const { clock, notify } = options
  const intervalMs = options.watchdogMs / 4
  let lastTicks: number | undefined
  let watchdogKicks = 0
  let watchdogMisses = 0
  let inARow = 0
  let stopped = false
  let timer: Timer | undefined
  /** The question that is open; an answer to an older one is too late to earn anything. */
  let question = 0

  const miss = (reason: 'standstill' | 'noAnswer' | 'restarted') => {
    watchdogMisses++
    options.onMiss?.(reason, ++inARow)
  }

  const judge = (ticks: number) => {
    const before = lastTicks
    lastTicks = ticks
    if (before === undefined) return
    if (ticks < before) miss('restarted')
    else if (ticks === before) miss('standstill')
    else {
      watchdogKicks++
      inARow = 0
      notify.kick()
    }
  }

  let answered = true
  const ask = async (): Promise<void> => {
    if (!answered) miss('noAnswer')
    answered = false
    const asked = ++question
    timer = clock.after(intervalMs, ask)
    let ticks: number
    try {
      ticks = await options.loopTicks()
    } catch {
      // Stays unanswered, and is counted as such when the next question is asked.
      return
    }
    if (stopped || asked !== question) return
    answered = true
    judge(ticks)
  }
  void ask()

  return {
    counters: () => ({ watchdogKicks, watchdogMisses }),
    stop: () => {
      stopped = true
      timer?.cancel()
    },
  }
}
