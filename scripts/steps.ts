// Steps of something that is shown while it happens: each told when it is done, the first that fails ends it all.

export class Steps {
  readonly #startedMs = performance.now()
  readonly #cleanUps: (() => unknown)[] = []
  #explain: () => string = () => ''
  #current = 'the start'

  /** Done at the end, in the opposite order, whatever happened. */
  atTheEnd(cleanUp: () => unknown): void {
    this.#cleanUps.push(cleanUp)
  }

  /** What else to print when a step fails. */
  onFailure(explain: () => string): void {
    this.#explain = explain
  }

  /** Runs the step and tells it, with its result when that is a text. */
  async step<T>(name: string, run: () => Promise<T>): Promise<T> {
    this.#current = name
    const result = await run()
    this.#tell('ok', typeof result === 'string' ? `${name} (${result})` : name)
    return result
  }

  /** Exit code: 0, or 1 after telling the step that failed. */
  async run(play: () => Promise<void>): Promise<0 | 1> {
    try {
      await play()
      return 0
    } catch (fault) {
      this.#tell('FAILED', this.#current)
      console.log(`          ${fault instanceof Error ? fault.message : String(fault)}`)
      console.log(this.#explain())
      return 1
    } finally {
      for (const cleanUp of this.#cleanUps.reverse()) await cleanUp()
    }
  }

  #tell(verdict: 'ok' | 'FAILED', text: string): void {
    const seconds = ((performance.now() - this.#startedMs) / 1000).toFixed(1).padStart(5)
    console.log(`${seconds} s  ${verdict.padEnd(6)} ${text}`)
  }
}
