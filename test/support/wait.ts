// The one way tests wait: for a condition or for an event, never for a time. A wait that fails says what was awaited,
// for how long, what was there instead, and who waited.

export interface WaitOptions {
  /** Real milliseconds until the wait is given up. */
  withinMs?: number
  /** Milliseconds between two looks, for `until`. */
  everyMs?: number
  /** Ends the wait at once, with the reason why it can't come any more. For `until`. */
  unless?: () => string | undefined
  /** Told when the wait fails: what is there instead, e.g. the last lines of a log. */
  instead?: () => string
}

const defaultWithinMs = 5000
const defaultEveryMs = 20

export class WaitFailed extends Error {
  constructor(what: string, withinMs: number, waiter: string, instead: string) {
    super(`waited in vain (${withinMs} ms at most) for ${what}${instead === '' ? '' : `\ninstead: ${instead}`}`)
    this.name = 'WaitFailed'
    this.stack = `${this.name}: ${this.message}\n${waiter}`
  }
}

/** Where the caller of the exported function stands: the stack without this file's own frames. */
function waiterOf(): string {
  const frames = (new Error().stack ?? '').split('\n').slice(1)
  return frames.filter((frame) => !frame.includes('/test/support/wait.ts')).join('\n')
}

/**
 * Looks until `probe` gives something other than undefined, null and false, and resolves with it. A probe that throws
 * has not seen it yet; its last fault is told when the wait fails.
 */
export async function until<T>(
  what: string,
  probe: () => T | undefined | null | false | Promise<T | undefined | null | false>,
  options: WaitOptions = {},
): Promise<T> {
  const waiter = waiterOf()
  const withinMs = options.withinMs ?? defaultWithinMs
  const deadlineMs = performance.now() + withinMs
  let fault = ''
  for (;;) {
    try {
      const seen = await probe()
      if (seen !== undefined && seen !== null && seen !== false) return seen
      fault = ''
    } catch (thrown) {
      fault = thrown instanceof Error ? thrown.message : String(thrown)
    }
    const never = options.unless?.()
    if (never !== undefined || performance.now() >= deadlineMs) {
      const instead = [never ?? fault, options.instead?.() ?? ''].filter(Boolean).join('\n')
      throw new WaitFailed(what, withinMs, waiter, instead)
    }
    await new Promise((resolve) => setTimeout(resolve, options.everyMs ?? defaultEveryMs))
  }
}

/** Settles like `promise`, or fails once the time is over. */
export async function within<T>(what: string, promise: Promise<T>, options: WaitOptions = {}): Promise<T> {
  const waiter = waiterOf()
  const withinMs = options.withinMs ?? defaultWithinMs
  let timer: NodeJS.Timeout | undefined
  const expiry = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new WaitFailed(what, withinMs, waiter, options.instead?.() ?? '')), withinMs)
  })
  try {
    return await Promise.race([promise, expiry])
  } finally {
    clearTimeout(timer)
  }
}

interface Waiter<E> {
  match: (event: E) => boolean
  found: (event: E) => void
}

/** Events in the order they came; each `next` goes on where the one before it found what it wanted. */
export class Feed<E> {
  readonly all: E[] = []
  readonly #waiters = new Set<Waiter<E>>()
  #cursor = 0

  push(event: E): void {
    this.all.push(event)
    for (const waiter of [...this.#waiters])
      if (waiter.match(event)) {
        this.#waiters.delete(waiter)
        this.#cursor = this.all.length
        waiter.found(event)
      }
  }

  /** The first matching event after the one that `next` found last, there already or still to come. */
  async next(what: string, match: (event: E) => boolean, options: WaitOptions = {}): Promise<E> {
    for (let at = this.#cursor; at < this.all.length; at++) {
      const event = this.all[at]!
      if (match(event)) {
        this.#cursor = at + 1
        return event
      }
    }
    let waiter: Waiter<E> | undefined
    const found = new Promise<E>((resolve) => {
      waiter = { match, found: resolve }
      this.#waiters.add(waiter)
    })
    const instead = () => {
      const recent = this.all.slice(-8).map((event) => JSON.stringify(event))
      return [`the last events were\n  ${recent.join('\n  ') || '(none)'}`, options.instead?.() ?? ''].join('\n')
    }
    try {
      return await within(what, found, { ...options, instead })
    } finally {
      if (waiter) this.#waiters.delete(waiter)
    }
  }

  /** Forgets what has come so far, for the next `next`. */
  skipToNow(): void {
    this.#cursor = this.all.length
  }
}
