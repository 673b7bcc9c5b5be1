// The listener list that every leg shares: in order, each fault contained and counted, nothing told after `ended`.
import type { LegEvent } from './leg.ts'

export class LegEvents {
  readonly #listeners = new Set<(event: LegEvent) => void>()
  readonly #onFault: (fault: unknown) => void
  #ended = false

  /** `onFault` gets what a listener threw; the other listeners are told all the same. */
  constructor(onFault: (fault: unknown) => void) {
    this.#onFault = onFault
  }

  on(listener: (event: LegEvent) => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  emit(event: LegEvent): void {
    if (this.#ended) return
    if (event.type === 'ended') this.#ended = true
    for (const listener of [...this.#listeners]) {
      try {
        listener(event)
      } catch (fault) {
        this.#onFault(fault)
      }
    }
    if (this.#ended) this.#listeners.clear()
  }
}
