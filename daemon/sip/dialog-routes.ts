// Where the requests of a call go, and whose they may be: by Call-ID. Phones are reached at the address they spoke
// from, whatever their Contact says, because that is what passes routers.
import type { SipAccount } from './endpoint.ts'
import type { Hop } from './transport/hop.ts'

export interface DialogRoute {
  account: SipAccount
  targets: readonly Hop[]
  /** The connection of the call broke; the targets are where its far end says it listens. */
  moved?: boolean
}

export class DialogRoutes {
  readonly #routes = new Map<string, DialogRoute>()

  set(callId: string, route: DialogRoute): void {
    this.#routes.set(callId, route)
  }

  get(callId: string): DialogRoute | undefined {
    return this.#routes.get(callId)
  }

  release(callId: string): void {
    this.#routes.delete(callId)
  }

  [Symbol.iterator](): IterableIterator<[string, DialogRoute]> {
    return this.#routes.entries()
  }

  get size(): number {
    return this.#routes.size
  }
}
