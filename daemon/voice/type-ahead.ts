// Digits pressed ahead of time, kept in order until an entry takes them (flow language facts, 3: 30 digits).
import type { DigitBuffer } from '../flow/host.ts'

const maximumDigits = 30

export class TypeAhead implements DigitBuffer {
  #digits: string[] | undefined

  get length(): number {
    return this.#digits?.length ?? 0
  }

  start(): void {
    this.#digits ??= []
  }

  stop(): string {
    const left = this.#digits?.join('') ?? ''
    this.#digits = undefined
    return left
  }

  /** False: it is not kept, because nothing was started or all places are taken. */
  keep(digit: string): boolean {
    if (!this.#digits || this.#digits.length >= maximumDigits) return false
    this.#digits.push(digit)
    return true
  }

  /** The oldest, which is gone from here then. */
  take(): string | undefined {
    return this.#digits?.shift()
  }
}
