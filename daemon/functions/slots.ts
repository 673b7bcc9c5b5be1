// So many calls of a function at once; so many more wait for their turn, and the rest are turned away.

export class Slots {
  readonly #limit: number
  readonly #maximumWaiting: number
  readonly #waiting: (() => void)[] = []
  #taken = 0

  constructor(limit: number, maximumWaiting: number) {
    this.#limit = limit
    this.#maximumWaiting = maximumWaiting
  }

  get taken(): number {
    return this.#taken
  }

  get waiting(): number {
    return this.#waiting.length
  }

  /** What gives the slot back; undefined when too many wait already, or the signal came before the turn. */
  async take(signal: AbortSignal): Promise<(() => void) | undefined> {
    if (signal.aborted) return undefined
    if (this.#taken < this.#limit) return this.#take()
    if (this.#waiting.length >= this.#maximumWaiting) return undefined
    const turn = Promise.withResolvers<(() => void) | undefined>()
    const called = () => {
      signal.removeEventListener('abort', leave)
      turn.resolve(this.#take())
    }
    const leave = () => {
      this.#waiting.splice(this.#waiting.indexOf(called), 1)
      turn.resolve(undefined)
    }
    this.#waiting.push(called)
    signal.addEventListener('abort', leave, { once: true })
    return turn.promise
  }

  #take(): () => void {
    this.#taken++
    let given = false
    return () => {
      if (given) return
      given = true
      this.#taken--
      this.#waiting.shift()?.()
    }
  }
}
