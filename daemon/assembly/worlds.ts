// The worlds that contacts live in: one for each configuration that contacts still hang on. The newest is for new
// contacts; an older one goes, with its functions, bots and recognisers, when its last contact is over.
import type { ContactWorld } from '../contact/contact-world.ts'
import type { Integrations } from './integrations.ts'
import type { Started, Surroundings } from './surroundings.ts'

interface Built {
  contacts: ContactWorld
  integrations: Integrations
}

export interface World extends Built {
  /** Idempotent. */
  stop(): Promise<void>
}

export class Worlds {
  readonly #build: (of: Surroundings, started: Started) => Built
  readonly #living = new Set<World>()
  #newest: World | undefined

  constructor(build: (of: Surroundings, started: Started) => Built) {
    this.#build = build
  }

  /** Worlds that contacts may live in. */
  get living(): number {
    return this.#living.size
  }

  /** Of what new contacts use. */
  counters(): Record<keyof Integrations, Record<string, number>> {
    const { functions, bots, recognisers, fetchedPrompts } = this.#newest?.integrations ?? {}
    return {
      functions: { ...functions?.counters() },
      bots: { ...bots?.counters() },
      recognisers: { ...recognisers?.counters() },
      fetchedPrompts: { ...fetchedPrompts?.counters() },
    }
  }

  /** Throws what its parts throw; nothing of it is left then. */
  make(of: Surroundings): World {
    const stops: { part: string; stop: () => Promise<void> | void }[] = []
    const stopInOrder = async () => {
      this.#living.delete(world)
      for (const { part, stop } of stops.splice(0).reverse()) {
        try {
          await stop()
        } catch (fault) {
          of.log.error({ part, err: fault }, 'a part could not be stopped')
        }
      }
    }
    const built = this.#build(of, (part, stop) => void stops.push({ part, stop }))
    const world: World = { ...built, stop: stopInOrder }
    this.#living.add(world)
    return world
  }

  /** New contacts live in this one; `lastIsOver` tells when none lives in the one before. */
  use(world: World, lastIsOver: Promise<void>): void {
    const before = this.#newest
    this.#newest = world
    if (before) void lastIsOver.then(() => before.stop())
  }

  async stop(): Promise<void> {
    for (const world of [...this.#living]) await world.stop()
  }
}
