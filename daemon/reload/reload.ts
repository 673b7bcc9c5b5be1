// A new configuration for a running daemon: all of it or nothing. Every part first says that it can take the new one,
// then all take it in one turn; calls in progress keep what they began with.
//
//   files ─▶ load ─▶ any error: told, nothing changed
//                └▶ changes ─▶ prepare every part ─▶ one refuses: all is discarded
//                                                └▶ commit every part ─▶ kept as last good ─▶ what changed is told
import type { Instance } from '../config/instance.ts'
import type { LoadedInstance } from '../config/load.ts'
import type { Fault } from '../fault.ts'
import type { Log } from '../log/log.ts'
import { type Change, changesBetween, describeChange } from './changes.ts'

/** A part of the daemon that works by the instance. */
export interface ReloadPart {
  name: string
  /** Makes ready all that can fail; throws with a message for people when the part can't take it. Changes nothing. */
  prepare(next: Instance, changes: readonly Change[]): PreparedPart | Promise<PreparedPart>
}

export interface PreparedPart {
  /** From now on the new one. Must not fail. */
  commit(): void
  /** Lets go of what was made ready. */
  discard?(): void
}

export type ReloadOutcome =
  | { outcome: 'reloaded' | 'unchanged'; changes: readonly Change[]; warnings: readonly Fault[] }
  | { outcome: 'refused'; faults: readonly Fault[] }
  | { outcome: 'failed'; part: string; reason: string }

export interface ReloadOptions {
  current: Instance
  load: () => LoadedInstance
  parts: readonly ReloadPart[]
  /** Keeps a copy of what is in force; what it throws is told and changes nothing. */
  keep: (instance: Instance) => void
  log: Log
}

export class Reload {
  readonly #of: ReloadOptions
  #current: Instance
  #running: Promise<ReloadOutcome> | undefined
  #reloads = 0
  #refusals = 0

  constructor(options: ReloadOptions) {
    this.#of = options
    this.#current = options.current
  }

  get current(): Instance {
    return this.#current
  }

  counters(): Record<string, number> {
    return { reloads: this.#reloads, refusals: this.#refusals }
  }

  /** One at a time: who asks during one gets the next. Never rejects. */
  run(): Promise<ReloadOutcome> {
    const before = this.#running
    const next = before ? before.then(() => this.#reload()) : this.#reload()
    this.#running = next
    return next.finally(() => {
      if (this.#running === next) this.#running = undefined
    })
  }

  async #reload(): Promise<ReloadOutcome> {
    const { log } = this.#of
    const { instance, faults } = this.#of.load()
    if (!instance) {
      this.#refusals++
      log.error({ faults: faults.length }, 'the configuration has errors: the one before stays in force')
      return { outcome: 'refused', faults }
    }
    const changes = changesBetween(this.#current, instance)
    if (changes.length === 0) return { outcome: 'unchanged', changes, warnings: faults }
    const prepared: { name: string; part: PreparedPart }[] = []
    for (const part of this.#of.parts) {
      try {
        prepared.push({ name: part.name, part: await part.prepare(instance, changes) })
      } catch (fault) {
        for (const { part } of prepared) part.discard?.()
        this.#refusals++
        const reason = fault instanceof Error ? fault.message : String(fault)
        log.error(
          { part: part.name, reason },
          'a part could not take the new configuration: the one before stays in force',
        )
        return { outcome: 'failed', part: part.name, reason }
      }
    }
    for (const { name, part } of prepared) this.#commit(name, part)
    this.#current = instance
    this.#reloads++
    log.info({ changes: changes.map(describeChange) }, 'configuration reloaded')
    this.#keep(instance)
    return { outcome: 'reloaded', changes, warnings: faults }
  }

  #commit(name: string, part: PreparedPart): void {
    try {
      part.commit()
    } catch (fault) {
      // The others must not stay behind for it: two halves of two configurations would be worse.
      this.#of.log.error({ part: name, err: fault }, 'a part failed while it took the new configuration')
    }
  }

  #keep(instance: Instance): void {
    try {
      this.#of.keep(instance)
    } catch (fault) {
      this.#of.log.warn({ err: fault }, 'no copy of the configuration could be kept')
    }
  }
}
