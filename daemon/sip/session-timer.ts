// The session timer of one dialog: the machine (session-timer-machine.ts) with its clock.
import type { IncomingMessage } from 'sip.js/lib/core/index.js'
import type { Clock, Timer } from '../clock.ts'
import {
  agreedTerms,
  answerTimer,
  leastIntervalS,
  nextSessionTimer,
  readTimerHeaders,
  type SessionTimerInput,
  type SessionTimerState,
  type TimerTerms,
  timerRequestHeaders,
} from './session-timer-machine.ts'
import { headers, type WireMessage } from './wire/wire-message.ts'

/** Header values of a message, whoever parsed it. */
export function timerHeadersOf(message: IncomingMessage | WireMessage): ReturnType<typeof readTimerHeaders> {
  return readTimerHeaders((key) => ('kind' in message ? headers(message, key) : message.getHeaders(key)))
}

/** What the first exchange of a dialog settled. */
export interface DialogTimer {
  intervalS: number
  terms: TimerTerms | undefined
  /** The INVITE of the far end, or its 2xx to ours. */
  peer: IncomingMessage
}

/** For an INVITE that is being accepted: what our 2xx says, and the timer from then on. */
export function acceptTimer(peer: IncomingMessage, intervalS: number): { headers: string[]; timer: DialogTimer } {
  const answer = answerTimer(timerHeadersOf(peer), intervalS)
  const { terms, headers } = answer.verdict === 'agreed' ? answer : { terms: undefined, headers: [] }
  return { headers, timer: { intervalS, terms, peer } }
}

export class SessionTimer {
  readonly #clock: Clock
  readonly #intervalS: number
  readonly #refresh: () => void
  readonly #expire: () => void
  readonly #timers = new Map<'refresh' | 'expiry', Timer>()
  #state: SessionTimerState = { name: 'off' }
  #minS = leastIntervalS
  #stopped = false

  constructor(options: {
    clock: Clock
    intervalS: number
    terms: TimerTerms | undefined
    refresh: () => void
    expire: () => void
  }) {
    this.#clock = options.clock
    this.#intervalS = options.intervalS
    this.#refresh = options.refresh
    this.#expire = options.expire
    this.#feed({ type: 'agreed', terms: options.terms })
  }

  /** Of our next request in the dialog. */
  get requestHeaders(): string[] {
    const terms = this.#state.name === 'running' ? this.#state.terms : undefined
    return terms ? timerRequestHeaders(this.#intervalS, this.#minS, terms) : []
  }

  /** A 2xx to a request of ours. */
  accepted(response: IncomingMessage): void {
    this.#feed({ type: 'agreed', terms: agreedTerms(timerHeadersOf(response)) })
  }

  /** Our refresh was refused; it is tried again until the session expires. */
  refused(response: IncomingMessage | undefined): void {
    if (response) this.#minS = Math.max(this.#minS, timerHeadersOf(response).minS)
    this.#feed({ type: 'refreshFailed' })
  }

  /** A request of the far end that refreshes the session once it is accepted; undefined: it asks for too short a time. */
  judge(request: IncomingMessage | WireMessage): { headers: string[]; agree(): void } | undefined {
    const answer = answerTimer(timerHeadersOf(request), this.#intervalS)
    if (answer.verdict === 'tooSmall') return undefined
    const agreed = answer.verdict === 'agreed' ? answer : { terms: undefined, headers: [] }
    return { headers: agreed.headers, agree: () => this.#feed({ type: 'agreed', terms: agreed.terms }) }
  }

  stop(): void {
    this.#stopped = true
    this.#clear()
  }

  #clear(): void {
    for (const timer of this.#timers.values()) timer.cancel()
    this.#timers.clear()
  }

  #feed(input: SessionTimerInput): void {
    if (this.#stopped) return
    const { next, effects } = nextSessionTimer(this.#state, input)
    this.#state = next
    for (const effect of effects) {
      switch (effect.do) {
        case 'clearTimers':
          this.#clear()
          break
        case 'setTimer': {
          const type = effect.timer === 'refresh' ? 'refreshDue' : 'expiryDue'
          this.#timers.get(effect.timer)?.cancel()
          this.#timers.set(
            effect.timer,
            this.#clock.after(effect.afterMs, () => this.#feed({ type })),
          )
          break
        }
        case 'refresh':
          this.#refresh()
          break
        case 'expire':
          this.#expire()
          break
      }
    }
  }
}
