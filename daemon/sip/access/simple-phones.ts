// Phones that know no digest but MD5 and give up at a challenge that also offers another, though RFC 2617 section 1.2 says
// to pass over what one does not know: libre, and with it baresip, before its version 2.8, and sip.js, and with it many
// telephones in browsers. Some are known by name; any other is found by its not answering twice. They are challenged with
// MD5 alone from then on.
import { header, type WireRequest } from '../wire/wire-message.ts'

const knownAgents = /^(baresip v([01]\.|2\.[0-7]\.)|SIP\.js\/)/i
/** Challenges of both kinds that may go unanswered. */
const patience = 2
const memoryMs = 86_400_000
const maxRecords = 4096

export class SimplePhones {
  readonly #nowMs: () => number
  /** Challenges that were not answered, by host and user, in order of the last one. */
  readonly #unanswered = new Map<string, { times: number; atMs: number }>()

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs
  }

  isSimple(request: WireRequest, key: string): boolean {
    return knownAgents.test(header(request, 'user-agent') ?? '') || this.#timesOf(key) > patience
  }

  /** One more request came without an answer to the challenge before it, if there was one. */
  unanswered(key: string): void {
    const times = this.#timesOf(key) + 1
    this.#unanswered.delete(key)
    if (this.#unanswered.size >= maxRecords) {
      const [oldest] = this.#unanswered.keys()
      if (oldest !== undefined) this.#unanswered.delete(oldest)
    }
    this.#unanswered.set(key, { times, atMs: this.#nowMs() })
  }

  /** It answered. Whoever had to be asked simply is asked so the next time too. */
  answered(key: string): void {
    if (this.#timesOf(key) <= patience) this.#unanswered.delete(key)
  }

  #timesOf(key: string): number {
    const known = this.#unanswered.get(key)
    return known && this.#nowMs() - known.atMs < memoryMs ? known.times : 0
  }
}
