// How many calls each of the instance's numbers has, both ways: a number is a trunk of its own at its carrier, and takes
// so many calls and no more.
import type { ClaimedNumber } from '../config/schema.ts'

/** Carriers let a number have about so many unless they were asked (telephony facts 3). */
export const defaultNumberCapacity = 100

export class NumberCalls {
  readonly #calls = new Map<string, number>()

  of(number: string): number {
    return this.#calls.get(number) ?? 0
  }

  isFull({ number, capacity = defaultNumberCapacity }: Pick<ClaimedNumber, 'number' | 'capacity'>): boolean {
    return this.of(number) >= capacity
  }

  /** The returned function tells that the call is over; told again it does nothing. */
  enter(number: string): () => void {
    this.#calls.set(number, this.of(number) + 1)
    let isOver = false
    return () => {
      if (isOver) return
      isOver = true
      const left = this.of(number) - 1
      if (left > 0) this.#calls.set(number, left)
      else this.#calls.delete(number)
    }
  }

  /** Numbers that have calls. */
  get size(): number {
    return this.#calls.size
  }
}
