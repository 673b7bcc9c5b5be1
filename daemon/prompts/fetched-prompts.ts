// Prompts that lie elsewhere: fetched from the addresses the instance declares, checked as those of prompts/, and kept on
// disk as long as their server says; when it can't be reached, what was kept is played.
//
//   URI ─▶ declared source ─▶ fresh in the cache ─▶ prompt
//                   └─ not fresh ─▶ asked (If-None-Match) ─▶ new, or the same ─▶ prompt
//                                        └─ fails ─▶ the one kept, however old
import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Clock } from '../clock.ts'
import { loadPrompt, longestPromptBytes } from '../config/prompt.ts'
import type { Log } from '../log/log.ts'
import { maxAgeMs } from './cache-control.ts'
import { addressOf, type PromptSource } from './sources.ts'

export interface FetchedPromptsOptions {
  sources: readonly PromptSource[]
  /** Made when it does not exist. */
  directory: string
  clock: Clock
  log: Pick<Log, 'warn'>
  /** Of one file. */
  timeoutMs?: number
  maximumBytes?: number
  /** Of all that is kept. */
  maximumKeptBytes?: number
}

interface Kept {
  etag: string | undefined
  freshUntilEpochMs: number
}

export interface FetchedPrompt {
  /** Another name whenever the sound may be another. */
  name: string
  samples: Int16Array
}

export class FetchedPrompts {
  readonly #options: Required<FetchedPromptsOptions>
  readonly #flights = new Map<string, Promise<boolean>>()
  readonly #closing = new AbortController()
  readonly #counters = { asked: 0, fetched: 0, unchanged: 0, stale: 0, refused: 0, failed: 0 }

  constructor(options: FetchedPromptsOptions) {
    this.#options = {
      timeoutMs: 5000,
      maximumBytes: longestPromptBytes,
      maximumKeptBytes: 512 * 1024 * 1024,
      ...options,
    }
    if (options.sources.length > 0) mkdirSync(options.directory, { recursive: true, mode: 0o700 })
  }

  /** Undefined: no such source, or nothing that could be played; the log tells which. Rejects only with the signal's reason. */
  async get(uri: string, signal: AbortSignal): Promise<FetchedPrompt | undefined> {
    signal.throwIfAborted()
    this.#counters.asked++
    const address = addressOf(uri, this.#options.sources)
    if (address === undefined) {
      this.#counters.refused++
      return undefined
    }
    const key = createHash('sha256').update(address.url).digest('hex')
    const kept = this.#kept(key)
    if (kept && kept.freshUntilEpochMs > this.#options.clock.epochMs()) return this.#load(key)
    let flight = this.#flights.get(key)
    if (!flight) {
      flight = this.#fetch(key, address, kept).finally(() => this.#flights.delete(key))
      this.#flights.set(key, flight)
    }
    // Others may wait for the same file: one who leaves does not end it.
    const renewed = await Promise.race([flight, rejectedBy(signal)])
    if (!renewed && kept) this.#counters.stale++
    return renewed || kept ? this.#load(key) : undefined
  }

  counters(): Record<string, number> {
    return { ...this.#counters, underWay: this.#flights.size }
  }

  async close(): Promise<void> {
    this.#closing.abort(new Error('prompts are fetched no more'))
    await Promise.all(this.#flights.values())
  }

  /** Whether the file is there and up to date. Never rejects. */
  async #fetch(
    key: string,
    { url, headers }: { url: string; headers: PromptSource['headers'] },
    kept: Kept | undefined,
  ) {
    const { timeoutMs, clock, log } = this.#options
    const stop = new AbortController()
    const timer = clock.after(timeoutMs, () => stop.abort(new Error(`it took more than ${timeoutMs / 1000} s`)))
    try {
      const response = await fetch(url, {
        // A redirect would lead where nobody declared a source.
        redirect: 'error',
        headers: { ...headers, ...(kept?.etag !== undefined && { 'if-none-match': kept.etag }) },
        signal: AbortSignal.any([stop.signal, this.#closing.signal]),
      })
      if (response.status === 304 && kept) {
        this.#counters.unchanged++
        this.#note(key, response.headers, kept.etag)
        return true
      }
      if (!response.ok) throw new Error(`it answered ${response.status} ${response.statusText}`)
      this.#keep(key, await this.#body(response))
      this.#note(key, response.headers, response.headers.get('etag') ?? undefined)
      this.#counters.fetched++
      this.#shrink(key)
      return true
    } catch (fault) {
      this.#counters.failed++
      const reason = stop.signal.aborted ? stop.signal.reason : fault
      // Without the query: it may hold a key.
      const where = url.split('?', 1)[0]
      log.warn(
        { url: where, reason: textOf(reason), keptIsPlayed: kept !== undefined },
        'a prompt could not be fetched',
      )
      return false
    } finally {
      timer.cancel()
    }
  }

  async #body(response: Response): Promise<Buffer> {
    const { maximumBytes } = this.#options
    const chunks: Uint8Array[] = []
    let bytes = 0
    for await (const chunk of response.body ?? []) {
      bytes += chunk.byteLength
      // Leaving the loop cancels the rest.
      if (bytes > maximumBytes) throw new Error(`it has more than ${maximumBytes} bytes`)
      chunks.push(chunk)
    }
    return Buffer.concat(chunks)
  }

  /** Only what can be played takes the place of what was kept. */
  #keep(key: string, bytes: Buffer): void {
    const fresh = this.#path(key, 'new')
    writeFileSync(fresh, bytes, { mode: 0o600 })
    const loaded = loadPrompt(fresh, 'the file')
    if ('faults' in loaded) {
      rmSync(fresh, { force: true })
      throw new Error(loaded.faults.map(({ message }) => message).join(' '))
    }
    renameSync(fresh, this.#path(key, 'wav'))
  }

  #note(key: string, headers: Headers, etag: string | undefined): void {
    const freshUntilEpochMs = this.#options.clock.epochMs() + maxAgeMs(headers.get('cache-control'))
    writeFileSync(this.#path(key, 'json'), JSON.stringify({ etag, freshUntilEpochMs }), { mode: 0o600 })
  }

  #kept(key: string): Kept | undefined {
    try {
      const { etag, freshUntilEpochMs } = JSON.parse(readFileSync(this.#path(key, 'json'), 'utf8'))
      statSync(this.#path(key, 'wav'))
      return {
        etag: typeof etag === 'string' ? etag : undefined,
        freshUntilEpochMs: typeof freshUntilEpochMs === 'number' ? freshUntilEpochMs : 0,
      }
    } catch {
      // Not there, or not whole: it is fetched anew.
      return undefined
    }
  }

  #load(key: string): FetchedPrompt | undefined {
    const path = this.#path(key, 'wav')
    const loaded = loadPrompt(path, 'the file')
    if ('faults' in loaded) {
      this.#counters.failed++
      rmSync(path, { force: true })
      return undefined
    }
    const status = statSync(path)
    // Its time of use is the order in which files go; that of its change is part of the name.
    utimesSync(path, this.#options.clock.epochMs() / 1000, status.mtimeMs / 1000)
    return { name: `${key}-${Math.round(status.mtimeMs)}`, samples: loaded.prompt.samples }
  }

  /** The longest unused go first. */
  #shrink(spared: string): void {
    const { directory, maximumKeptBytes } = this.#options
    const files = readdirSync(directory)
      .filter((name) => name.endsWith('.wav'))
      .map((name) => ({ key: name.slice(0, -'.wav'.length), status: statSync(join(directory, name)) }))
      .sort((a, b) => a.status.atimeMs - b.status.atimeMs)
    let bytes = files.reduce((sum, { status }) => sum + status.size, 0)
    for (const { key, status } of files) {
      if (bytes <= maximumKeptBytes) return
      if (key === spared) continue
      for (const ending of ['wav', 'json'] as const) rmSync(this.#path(key, ending), { force: true })
      bytes -= status.size
    }
  }

  /** Named by what was asked for, never by what somebody wrote. */
  #path(key: string, ending: 'wav' | 'json' | 'new'): string {
    return join(this.#options.directory, `${key}.${ending}`)
  }
}

function rejectedBy(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
}

/** fetch says "fetch failed"; what failed stands in the cause. */
function textOf(fault: unknown): string {
  if (!(fault instanceof Error)) return String(fault)
  return fault.cause instanceof Error ? fault.cause.message : fault.message
}
