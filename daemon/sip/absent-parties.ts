// Calls whose far end lost its connection: each has a while to be taken up again over another, and then it is over. The
// talk itself goes on meanwhile: its sound takes another way.
import type { Clock, Timer } from '../clock.ts'
import type { DialogRoutes } from './dialog-routes.ts'
import type { Hop } from './transport/hop.ts'

const returnMs = 20_000

export class AbsentParties {
  readonly #clock: Clock
  readonly #routes: DialogRoutes
  readonly #isOpen: (hop: Hop) => boolean
  readonly #elsewhere: (callId: string, hop: Hop) => Hop | undefined
  readonly #gone: (callId: string) => void
  /** By Call-ID. */
  readonly #awaited = new Map<string, Timer>()

  /** `gone`: nobody came back. Must not throw. */
  constructor(options: {
    clock: Clock
    routes: DialogRoutes
    isOpen: (hop: Hop) => boolean
    /** Where else the far end of the call that was at this hop listens. */
    elsewhere: (callId: string, hop: Hop) => Hop | undefined
    gone: (callId: string) => void
  }) {
    this.#clock = options.clock
    this.#routes = options.routes
    this.#isOpen = options.isOpen
    this.#elsewhere = options.elsewhere
    this.#gone = options.gone
  }

  /** The connection is gone. */
  lost(way: number): void {
    for (const [callId, route] of this.#routes) {
      const lost = route.targets.find((target) => target.way === way)
      if (!lost || this.#awaited.has(callId)) continue
      const elsewhere = this.#elsewhere(callId, lost)
      if (elsewhere) {
        // Proxies close connections that are idle for a while; what comes next in the call opens another.
        this.#routes.set(callId, { ...route, targets: [elsewhere], moved: true })
        continue
      }
      const timer = this.#clock.after(returnMs, () => {
        this.#awaited.delete(callId)
        const route = this.#routes.get(callId)
        if (route && !route.targets.some(this.#isOpen)) this.#gone(callId)
      })
      this.#awaited.set(callId, timer)
    }
  }

  stop(): void {
    for (const timer of this.#awaited.values()) timer.cancel()
    this.#awaited.clear()
  }
}
