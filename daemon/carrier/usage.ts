// What was called out in the last hour, by whom: calls begun and minutes talked, in buckets of a minute, so that neither
// a flood of calls nor a long day makes it grow.
import type { Clock } from '../clock.ts'

export interface Used {
  calls: number
  /** Of calls that ended, and of those that go on, up to now. */
  minutes: number
}

interface Book {
  /** By minute of the monotonic clock. */
  buckets: Map<number, { calls: number; ms: number }>
  /** Start of each call that goes on. */
  live: Set<{ sinceMs: number }>
}

const bucketMs = 60_000
const hourBuckets = 60
const mostBooks = 2000

export class Usage {
  readonly #clock: Clock
  readonly #books = new Map<string, Book>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Counts a call for all the keys; the returned function tells its end. */
  begin(keys: readonly string[]): { answered(): void; ended(): void } {
    const books = keys.map((key) => this.#bookOf(key))
    for (const book of books) this.#bucketOf(book).calls++
    let live: { sinceMs: number } | undefined
    return {
      answered: () => {
        live ??= { sinceMs: this.#clock.monotonicMs() }
        for (const book of books) book.live.add(live)
      },
      ended: () => {
        if (!live) return
        const ms = this.#clock.monotonicMs() - live.sinceMs
        for (const book of books) if (book.live.delete(live)) this.#bucketOf(book).ms += ms
      },
    }
  }

  /** Keys that are remembered. */
  get size(): number {
    return this.#books.size
  }

  of(key: string): Used {
    const book = this.#books.get(key)
    if (!book) return { calls: 0, minutes: 0 }
    this.#forgetOld(book)
    let calls = 0
    let ms = 0
    for (const bucket of book.buckets.values()) {
      calls += bucket.calls
      ms += bucket.ms
    }
    const nowMs = this.#clock.monotonicMs()
    for (const { sinceMs } of book.live) ms += nowMs - sinceMs
    return { calls, minutes: ms / 60_000 }
  }

  #bookOf(key: string): Book {
    const known = this.#books.get(key)
    if (known) return known
    if (this.#books.size >= mostBooks) this.#forgetIdle()
    const book: Book = { buckets: new Map(), live: new Set() }
    this.#books.set(key, book)
    return book
  }

  #bucketOf(book: Book): { calls: number; ms: number } {
    this.#forgetOld(book)
    const minute = Math.floor(this.#clock.monotonicMs() / bucketMs)
    const bucket = book.buckets.get(minute) ?? { calls: 0, ms: 0 }
    book.buckets.set(minute, bucket)
    return bucket
  }

  #forgetOld(book: Book): void {
    const oldest = Math.floor(this.#clock.monotonicMs() / bucketMs) - hourBuckets
    for (const minute of book.buckets.keys()) if (minute <= oldest) book.buckets.delete(minute)
  }

  #forgetIdle(): void {
    for (const [key, book] of this.#books) {
      this.#forgetOld(book)
      if (book.buckets.size === 0 && book.live.size === 0) this.#books.delete(key)
    }
  }
}
