// Callers and agents for a box that is killed again and again: callers ring at random moments and stay for random times,
// agents answer at once, and now and then hang up first. All of it on 127.0.0.1; nobody says a word.
import { AutoPhones } from '../support/auto-phones.ts'
import type { TestInstance } from '../support/instance.ts'

export interface LoadOptions {
  instance: TestInstance
  /** Where the agents' phones are. */
  phonesPort: number
  /** Calls at once. */
  calls: number
  numbers: readonly string[]
  random: () => number
}

/** A new call every so often, while there are fewer than wanted. */
const everyMs = 40
const longestMs = 2_500
/** Share of looks at which an agent hangs up. */
const agentLeaves = 0.05

export class KillLoad {
  readonly #of: LoadOptions
  readonly #phones: AutoPhones
  #made = 0
  #timer: NodeJS.Timeout | undefined

  private constructor(of: LoadOptions, phones: AutoPhones) {
    this.#of = of
    this.#phones = phones
  }

  static async open(of: LoadOptions): Promise<KillLoad> {
    return new KillLoad(of, await AutoPhones.open(of.instance, of.phonesPort))
  }

  /** Calls that rang the box since the beginning. */
  get made(): number {
    return this.#made
  }

  /** Until `stop`. */
  start(): void {
    this.#phones.begin()
    this.#timer = setInterval(() => this.#look(), everyMs)
  }

  /** The phones forget their calls: the box that had them is gone. */
  stop(): void {
    clearInterval(this.#timer)
    this.#phones.stop()
  }

  async close(): Promise<void> {
    this.stop()
    await this.#phones.close()
  }

  #look(): void {
    const { calls, numbers, random } = this.#of
    const { callers, agents, callerPeer, agentsPeer } = this.#phones
    if (callers.live.length < calls) {
      const before = new Set(callers.live)
      this.#phones.call(numbers[Math.floor(random() * numbers.length)]!)
      this.#made++
      const [call] = callers.live.filter((one) => !before.has(one))
      if (call) setTimeout(() => callers.hangUp([call]), random() * longestMs).unref()
    }
    const [busy] = agents.live
    if (busy && random() < agentLeaves) agents.hangUp([busy])
    // What came is acted upon as it comes; nobody reads it here.
    for (const peer of [callerPeer, agentsPeer]) {
      peer.inbox.length = 0
      peer.history.length = 0
    }
  }
}
