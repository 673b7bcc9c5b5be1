// Kills the daemon again and again at random moments under load, and looks at what is left each time.
import { seededRandom } from '../daemon/routing/seeded-random.ts'
import { agentAt, callerAccount } from '../support/auto-phones.ts'
import { Daemon } from '../support/daemon.ts'
import { freePorts } from '../support/free-ports.ts'
import { makeTestInstance, type TestNumber } from '../support/instance.ts'
import { KillLedger } from './kill-ledger.ts'
import { KillLoad } from './kill-load.ts'

export interface KillSoakOptions {
  kills: number
  /** Calls at once. */
  calls: number
  seed: number
  /** After each kill. */
  onKill?: (kill: number, broken: readonly string[]) => void
}

export interface KillSoakResult {
  kills: number
  callsMade: number
  contacts: number
  /** Contacts that a kill cut off. */
  interrupted: number
  recordings: number
  /** Milliseconds in which the database was opened, and everything before the first call was put in order. */
  openedInMs: number[]
  readyInMs: number[]
  /** From the kill's restart to a daemon that takes calls. */
  startedInMs: number[]
  /** One sentence each. */
  broken: string[]
}

const agents = 6
/** Said and recorded; recorded; neither; ended by a fault of its flow. */
const numbers: readonly TestNumber[] = ['+442079460001', '+442079460004', '+442079460003', '+442079460002']
const shortestLifeMs = 150
const longestLifeMs = 2_500
const restartAttempts = 30

export async function runKillSoak(options: KillSoakOptions): Promise<KillSoakResult> {
  const random = seededRandom(options.seed)
  const phonesPort = await freePorts(1)
  const instance = await makeTestInstance({
    agents: [
      callerAccount,
      ...Array.from({ length: agents }, (_, at) =>
        agentAt(phonesPort, { userName: `agent${at + 1}`, afterContactWorkS: 1 }),
      ),
    ],
    concurrentCalls: options.calls + 10,
    rtpPorts: options.calls * 8 + 64,
    lines: 0,
  })
  const result: KillSoakResult = {
    ...{ kills: 0, callsMade: 0, contacts: 0, interrupted: 0, recordings: 0 },
    ...{ openedInMs: [], readyInMs: [], startedInMs: [], broken: [] },
  }
  try {
    const load = await KillLoad.open({
      instance,
      phonesPort,
      calls: options.calls,
      numbers: numbers.map((number) => number.slice(1)),
      random,
    })
    const daemon = await Daemon.start({ instance })
    try {
      const ledger = new KillLedger(daemon)
      for (let kill = 1; kill <= options.kills; kill++) {
        load.start()
        await passes(shortestLifeMs + random() * (longestLifeMs - shortestLifeMs))
        await daemon.kill()
        load.stop()
        const begun = [...daemon.log.matchAll(/"contactId":"([^"]+)"[^\n]*"contact began"/g)].map(([, id]) => id!)
        const restartedMs = performance.now()
        await restarted(daemon)
        result.startedInMs.push(performance.now() - restartedMs)
        const [, openedInMs, readyInMs] =
          /"openedInMs":(\d+),"readyInMs":(\d+)/.exec(daemon.log) ?? fail('the log does not tell of the store')
        result.openedInMs.push(Number(openedInMs))
        result.readyInMs.push(Number(readyInMs))
        const broken = await ledger.check(begun, load.made)
        result.broken.push(...broken.map((sentence) => `kill ${kill}: ${sentence}`))
        result.kills = kill
        options.onKill?.(kill, broken)
        if (broken.length > 0) break
      }
      await daemon.stop()
      const { contacts, interrupted, recordings } = ledger
      Object.assign(result, { callsMade: load.made, contacts, interrupted, recordings })
      return result
    } finally {
      await load.close()
      await daemon.remove()
    }
  } finally {
    instance.remove()
  }
}

/** A port of the box that another program has for a moment is tried again, as systemd would. */
async function restarted(daemon: Daemon): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await daemon.restart()
      return
    } catch (fault) {
      if (attempt === restartAttempts || !daemon.log.includes('EADDRINUSE')) throw fault
      await passes(1_000)
    }
  }
}

function fail(message: string): never {
  throw new Error(message)
}

/** The random moment itself is what is waited for. */
function passes(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
