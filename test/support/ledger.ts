// What a call must give back: after it, lines, contacts, legs, ports, timers, sockets and files stand as before it.
import { readdirSync, readlinkSync } from 'node:fs'
import type { Daemon } from './daemon.ts'
import { until } from './wait.ts'

export interface Ledger {
  contacts: number
  legs: number
  linesNotIdle: string[]
  /** Media ports of the audio thread. */
  ports: number
  timers: number
  /** Open descriptors of the process, by kind: sockets, files, pipes. */
  descriptors: Record<string, number>
}

/** As the daemon stands now. Taken once before the calls, while nothing is going on. */
export async function takeLedger(daemon: Daemon): Promise<Ledger> {
  const status = await daemon.status()
  return {
    contacts: status.contacts.length,
    legs: (await daemon.legs()).length,
    linesNotIdle: status.lines.filter((line) => line.state !== 'idle').map((line) => `${line.name}: ${line.state}`),
    ports: figure(status.counters, 'audio', 'ports'),
    timers: figure(status.counters, 'main', 'timers'),
    descriptors: descriptorsOf(daemon.pid),
  }
}

/** Waits until all is as it was. Timers may be fewer: those of the start run out. */
export async function balanced(daemon: Daemon, before: Ledger, withinMs = 8000): Promise<void> {
  let now: Ledger | undefined
  await until(
    'the daemon to have given back everything',
    async () => {
      now = await takeLedger(daemon)
      return (
        now.contacts === 0 &&
        now.legs === 0 &&
        now.linesNotIdle.length === 0 &&
        now.ports === before.ports &&
        now.timers <= before.timers &&
        Object.entries(now.descriptors).every(([kind, count]) => count <= (before.descriptors[kind] ?? 0))
      )
    },
    { withinMs, everyMs: 100, instead: () => `before ${JSON.stringify(before)}\nnow    ${JSON.stringify(now)}` },
  )
}

/** A figure that is not there must not pass for zero. */
function figure(counters: Record<string, Record<string, number>>, part: string, name: string): number {
  const value = counters[part]?.[name]
  if (value === undefined) throw new Error(`status has no counter ${part}.${name}`)
  return value
}

function descriptorsOf(pid: number): Record<string, number> {
  const kinds: Record<string, number> = {}
  for (const fd of readdirSync(`/proc/${pid}/fd`)) {
    let target: string
    try {
      target = readlinkSync(`/proc/${pid}/fd/${fd}`)
    } catch {
      // Closed between the two looks.
      continue
    }
    const kind = target.startsWith('/') ? 'file' : target.replace(/:.*/, '')
    kinds[kind] = (kinds[kind] ?? 0) + 1
  }
  return kinds
}
