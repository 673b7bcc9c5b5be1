// What a call must give back: after it, lines, contacts, legs, ports, timers, sockets and files stand as before it.
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import type { Daemon } from './daemon.ts'
import { until } from './wait.ts'

export interface Ledger {
  contacts: number
  legs: number
  linesNotIdle: string[]
  /** SIP dialogs, legs and transactions under way. */
  sip: number
  /** Media ports of the audio thread. */
  ports: number
  /** Of the main thread, without those of SIP transactions that are over and remembered as RFC 3261 17 has it. */
  timers: number
  udpSockets: number
  /** Open files, by path. The flow log's stays open for its day. */
  files: string[]
}

/** As the daemon stands now. Taken once before the calls, while nothing is going on. */
export async function takeLedger(daemon: Daemon): Promise<Ledger> {
  const status = await daemon.status()
  const figure = (part: string, name: string): number => {
    const value = status.counters[part]?.[name]
    // A figure that is not there must not pass for zero.
    if (value === undefined) throw new Error(`status has no counter ${part}.${name}`)
    return value
  }
  const descriptors = descriptorsOf(daemon.pid)
  const udp = udpSockets()
  return {
    contacts: status.contacts.length,
    legs: (await daemon.legs()).length,
    linesNotIdle: status.lines.filter((line) => line.state !== 'idle').map((line) => `${line.name}: ${line.state}`),
    sip: figure('sip', 'dialogs') + figure('sip', 'legs') + figure('sip', 'transactions'),
    ports: figure('audio', 'ports'),
    timers: figure('main', 'timers') - figure('sip', 'lingeringTransactions'),
    udpSockets: descriptors.filter((target) => udp.has(target)).length,
    files: descriptors.filter((target) => target.startsWith('/') && !target.includes('/flow-logs/')).sort(),
  }
}

/** Waits until all is as it was. Of timers and files there may be fewer: some are of the daemon's start. */
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
        now.sip === 0 &&
        now.ports === before.ports &&
        now.timers <= before.timers &&
        now.udpSockets === before.udpSockets &&
        now.files.every((file) => before.files.includes(file))
      )
    },
    { withinMs, everyMs: 100, instead: () => `before ${JSON.stringify(before)}\nnow    ${JSON.stringify(now)}` },
  )
}

function descriptorsOf(pid: number): string[] {
  return readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
    try {
      return [readlinkSync(`/proc/${pid}/fd/${fd}`)]
    } catch {
      // Closed between the two looks.
      return []
    }
  })
}

/** As descriptors name them. */
function udpSockets(): Set<string> {
  const lines = ['/proc/net/udp', '/proc/net/udp6'].flatMap((file) =>
    readFileSync(file, 'utf8').trim().split('\n').slice(1),
  )
  return new Set(lines.map((line) => `socket:[${line.trim().split(/\s+/)[9]}]`))
}
