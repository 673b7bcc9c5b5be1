// The system's name service, with a bounded cache: what locator.ts asks. Addresses live as long as their records say; for
// SRV and NAPTR Node does not tell how long that is, so they are asked for again after a minute.
import type { NaptrRecord, SrvRecord } from 'node:dns'
import { Resolver, lookup as systemLookup } from 'node:dns/promises'
import { isIPv6 } from 'node:net'

export interface NameService {
  /** Empty: there are none. Rejects when nobody could be asked. */
  naptr(host: string): Promise<NaptrRecord[]>
  srv(name: string): Promise<SrvRecord[]>
  addresses(host: string): Promise<string[]>
}

export interface NameServiceOptions {
  nowMs: () => number
  ipv4: boolean
  ipv6: boolean
  /** `host:port` of the servers to ask. Absent: the system's. */
  servers?: readonly string[]
}

const mostEntries = 500
const recordLifeMs = 60_000
const shortestLifeMs = 5000
const longestLifeMs = 3_600_000
/** That there is nothing is believed for so long (RFC 2308 has up to hours; a mended name should work soon). */
const absenceLifeMs = 30_000
/** A name server that is silent does not move a carrier (RFC 8767). */
const staleLifeMs = 3_600_000
const askAgainMs = 5000

interface Answer {
  found: readonly unknown[]
  lifeMs: number
}

interface Entry {
  answer: Promise<Answer>
  freshUntilMs: number
  /** The last that was found. */
  kept?: { answer: Answer; untilMs: number }
}

export function createNameService(options: NameServiceOptions): NameService {
  return new CachedNames(options)
}

class CachedNames implements NameService {
  readonly #options: NameServiceOptions
  readonly #resolver = new Resolver({ timeout: 1500, tries: 2 })
  /** In order of last use. */
  readonly #entries = new Map<string, Entry>()

  constructor(options: NameServiceOptions) {
    this.#options = options
    if (options.servers) this.#resolver.setServers([...options.servers])
  }

  naptr(host: string): Promise<NaptrRecord[]> {
    return this.#cached(`NAPTR ${host}`, () => records(this.#resolver.resolveNaptr(host)))
  }

  srv(name: string): Promise<SrvRecord[]> {
    return this.#cached(`SRV ${name}`, () => records(this.#resolver.resolveSrv(name)))
  }

  addresses(host: string): Promise<string[]> {
    return this.#cached(`A ${host}`, () => this.#findAddresses(host))
  }

  async #findAddresses(host: string): Promise<Answer> {
    const { ipv4, ipv6 } = this.#options
    const asked = [
      ...(ipv4 ? [this.#resolver.resolve4(host, { ttl: true })] : []),
      ...(ipv6 ? [this.#resolver.resolve6(host, { ttl: true })] : []),
    ]
    const results = await Promise.allSettled(asked)
    const found = results.flatMap((result) => (result.status === 'fulfilled' ? result.value : []))
    if (found.length > 0) {
      const shortestS = Math.min(...found.map(({ ttl }) => ttl))
      return { found: found.map(({ address }) => address), lifeMs: clampLife(shortestS * 1000) }
    }
    // Names of /etc/hosts and of the local network are known to the system only.
    const local = await systemLookup(host, { all: true }).catch((_unknown: unknown) => [])
    const usable = local.map(({ address }) => address).filter((address) => (isIPv6(address) ? ipv6 : ipv4))
    if (usable.length > 0) return { found: usable, lifeMs: recordLifeMs }
    for (const result of results) if (result.status === 'rejected' && !isAbsence(result.reason)) throw result.reason
    return { found: [], lifeMs: absenceLifeMs }
  }

  async #cached<Record>(key: string, ask: () => Promise<Answer>): Promise<Record[]> {
    const nowMs = this.#options.nowMs()
    const known = this.#entries.get(key)
    this.#entries.delete(key)
    const entry = known && known.freshUntilMs > nowMs ? known : this.#ask(known, ask, nowMs)
    this.#entries.set(key, entry)
    if (this.#entries.size > mostEntries) {
      const [oldest] = this.#entries.keys()
      if (oldest !== undefined) this.#entries.delete(oldest)
    }
    const { found } = await entry.answer
    return [...found] as Record[]
  }

  /** Whoever asks meanwhile waits for the same answer. */
  #ask(known: Entry | undefined, ask: () => Promise<Answer>, nowMs: number): Entry {
    const entry: Entry = {
      answer: ask().then(
        (answer) => {
          entry.freshUntilMs = this.#options.nowMs() + answer.lifeMs
          entry.kept = { answer, untilMs: this.#options.nowMs() + staleLifeMs }
          return answer
        },
        (fault: unknown) => {
          entry.freshUntilMs = this.#options.nowMs() + askAgainMs
          if (entry.kept && entry.kept.untilMs > this.#options.nowMs()) return entry.kept.answer
          throw fault
        },
      ),
      freshUntilMs: nowMs + longestLifeMs,
      ...(known?.kept && { kept: known.kept }),
    }
    return entry
  }
}

async function records(asked: Promise<unknown[]>): Promise<Answer> {
  try {
    return { found: await asked, lifeMs: recordLifeMs }
  } catch (fault) {
    if (isAbsence(fault)) return { found: [], lifeMs: absenceLifeMs }
    throw fault
  }
}

/** The name, or records of the type, don't exist; anything else is a fault of the asking. */
function isAbsence(fault: unknown): boolean {
  const code = fault instanceof Error && 'code' in fault ? fault.code : undefined
  return code === 'ENOTFOUND' || code === 'ENODATA'
}

function clampLife(ms: number): number {
  return Math.min(longestLifeMs, Math.max(shortestLifeMs, ms))
}
