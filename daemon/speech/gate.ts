// Lets so many through at once and so many wait; more are turned away.

export class GateFullError extends Error {}

export class Gate {
  readonly #maximumRunning: number
  readonly #maximumWaiting: number
  readonly #waiting: (() => void)[] = []
  #running = 0

  constructor(maximumRunning: number, maximumWaiting: number) {
    this.#maximumRunning = maximumRunning
    this.#maximumWaiting = maximumWaiting
  }

  get running(): number {
    return this.#running
  }

  get waiting(): number {
    return this.#waiting.length
  }

  /** Runs when its turn comes. Rejects with GateFullError when too many wait, with the signal's reason when aborted. */
  async pass<T>(signal: AbortSignal, run: () => Promise<T>): Promise<T> {
    await this.#enter(signal)
    try {
      return await run()
    } finally {
      this.#running--
      this.#waiting.shift()?.()
    }
  }

  #enter(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    if (this.#running < this.#maximumRunning) {
      this.#running++
      return Promise.resolve()
    }
    if (this.#waiting.length >= this.#maximumWaiting)
      return Promise.reject(new GateFullError(`more than ${this.#maximumWaiting} wait already`))
    return new Promise((resolve, reject) => {
      const turn = () => {
        signal.removeEventListener('abort', leave)
        this.#running++
        resolve()
      }
      const leave = () => {
        const index = this.#waiting.indexOf(turn)
        if (index >= 0) this.#waiting.splice(index, 1)
        reject(signal.reason)
      }
      this.#waiting.push(turn)
      signal.addEventListener('abort', leave, { once: true })
    })
  }
}
