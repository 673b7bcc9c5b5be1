// Work that several wait for at once: equal texts asked for at the same time are made once. Who leaves, leaves alone;
// the last to leave stops the work.

interface Flight<T> {
  made: Promise<T>
  stop: AbortController
  waiting: number
}

export class Flights<T> {
  readonly #flights = new Map<string, Flight<T>>()

  /** Starts the work unless it is under way. Rejects with its fault, or with the signal's reason. */
  join(key: string, signal: AbortSignal, start: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const under = this.#flights.get(key)
    const flight = under && !under.stop.signal.aborted ? under : this.#begin(key, start)
    flight.waiting++
    return new Promise((resolve, reject) => {
      const leave = () => {
        if (--flight.waiting > 0) {
          reject(signal.reason)
          return
        }
        // Nobody listens any more: end the work first, then go.
        flight.stop.abort(signal.reason)
        flight.made.then(
          () => reject(signal.reason),
          () => reject(signal.reason),
        )
      }
      signal.addEventListener('abort', leave, { once: true })
      flight.made.then(
        (result) => {
          signal.removeEventListener('abort', leave)
          resolve(result)
        },
        (fault: unknown) => {
          signal.removeEventListener('abort', leave)
          reject(signal.aborted ? signal.reason : fault)
        },
      )
    })
  }

  /** Stops all work; settles when it has ended. */
  async stop(reason: unknown): Promise<void> {
    const open = [...this.#flights.values()]
    for (const { stop } of open) stop.abort(reason)
    await Promise.allSettled(open.map(({ made }) => made))
  }

  #begin(key: string, start: (signal: AbortSignal) => Promise<T>): Flight<T> {
    const stop = new AbortController()
    const flight: Flight<T> = { made: start(stop.signal), stop, waiting: 0 }
    const over = () => {
      if (this.#flights.get(key) === flight) this.#flights.delete(key)
    }
    flight.made.then(over, over)
    this.#flights.set(key, flight)
    return flight
  }
}
