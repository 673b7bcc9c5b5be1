// Tells effects to listeners, in the order they were decided, whoever calls back in meanwhile: what a listener causes
// is told after what it is being told. A listener's fault is its own.

export class Outbox<Effect> {
  readonly #listeners = new Set<(effect: Effect) => void>()
  readonly #onFault: (fault: unknown, effect: Effect) => void
  readonly #untold: Effect[] = []
  #telling = false

  constructor(onFault: (fault: unknown, effect: Effect) => void) {
    this.#onFault = onFault
  }

  /** Returns how to stop listening. */
  listen(listener: (effect: Effect) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  put(effect: Effect): void {
    this.#untold.push(effect)
  }

  /** Returns at once when called from a listener: the outer call tells the rest. */
  tellAll(): void {
    if (this.#telling) return
    this.#telling = true
    for (let effect = this.#untold.shift(); effect !== undefined; effect = this.#untold.shift())
      for (const listener of [...this.#listeners]) this.#tell(listener, effect)
    this.#telling = false
  }

  #tell(listener: (effect: Effect) => void, effect: Effect): void {
    try {
      listener(effect)
    } catch (fault) {
      this.#onFault(fault, effect)
    }
  }
}
