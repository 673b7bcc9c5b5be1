// Work that a contact has begun and that must have settled before it is complete: flows, hang-ups, recordings. What
// fails in it is that contact's fault and nobody else's.

export class PendingWork {
  readonly #pending = new Set<Promise<void>>()
  readonly #onFault: (fault: unknown) => void
  readonly #onEmpty: () => void

  constructor(of: { onFault: (fault: unknown) => void; onEmpty: () => void }) {
    this.#onFault = of.onFault
    this.#onEmpty = of.onEmpty
  }

  add(work: Promise<unknown>): void {
    const contained = work.catch(this.#onFault).then(() => {
      this.#pending.delete(contained)
      if (this.#pending.size === 0) this.#onEmpty()
    })
    this.#pending.add(contained)
  }
}
