// What bots remember of their dialogs: for so many callers at once and so long after their last word, then no more.
import type { Clock } from '../clock.ts'

export interface BotSessionsOptions {
  clock: Clock
  /** As long as Lex keeps a session by default. */
  idleMs?: number
  maximum?: number
}

interface Session<State> {
  byBot: Map<string, State>
  usedAtMs: number
}

export class BotSessions<State> {
  readonly #clock: Clock
  readonly #idleMs: number
  readonly #maximum: number
  /** The one used longest ago comes first. */
  readonly #sessions = new Map<string, Session<State>>()
  #expired = 0
  #evicted = 0

  constructor({ clock, idleMs = 300_000, maximum = 2000 }: BotSessionsOptions) {
    this.#clock = clock
    this.#idleMs = idleMs
    this.#maximum = maximum
  }

  get(sessionId: string, bot: string): State | undefined {
    this.#dropExpired()
    return this.#sessions.get(sessionId)?.byBot.get(bot)
  }

  set(sessionId: string, bot: string, state: State): void {
    this.#dropExpired()
    const byBot = this.#sessions.get(sessionId)?.byBot ?? new Map<string, State>()
    byBot.set(bot, state)
    this.#sessions.delete(sessionId)
    this.#sessions.set(sessionId, { byBot, usedAtMs: this.#clock.monotonicMs() })
    if (this.#sessions.size <= this.#maximum) return
    const [oldest = ''] = this.#sessions.keys()
    this.#sessions.delete(oldest)
    this.#evicted++
  }

  forget(sessionId: string): void {
    this.#sessions.delete(sessionId)
  }

  clear(): void {
    this.#sessions.clear()
  }

  counters(): Record<string, number> {
    return { sessions: this.#sessions.size, sessionsExpired: this.#expired, sessionsEvicted: this.#evicted }
  }

  #dropExpired(): void {
    const nowMs = this.#clock.monotonicMs()
    for (const [sessionId, { usedAtMs }] of this.#sessions) {
      if (nowMs - usedAtMs < this.#idleMs) return
      this.#sessions.delete(sessionId)
      this.#expired++
    }
  }
}
