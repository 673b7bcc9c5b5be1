// Pairs of ports that hear each other and nobody else, and whose packets go on past the loop: the loop leaves them alone for
// some ticks at a time, and wakes both before anything else is done with either. Nothing is allocated in a tick.
import type { HearAfterwards, LoopPort } from '../media/loop-port.ts'

export interface Rester<Self> {
  port: LoopPort
  isResting: boolean
  partner: Self | undefined
  /** Who wants to hear it, if only afterwards. */
  hearAfterwards: HearAfterwards | undefined
  /** Of the rest: so many more, after so many. Counted by the first of the pair. */
  ticksLeft: number
  ticksPassed: number
}

export class RestingPairs<R extends Rester<R>> {
  /** The first of each pair. */
  readonly #pairs: R[] = []
  readonly #onFault: (rester: R, fault: unknown) => void
  readonly #onEnded: (one: R, other: R, ticks: number) => void

  /** `onEnded`: both are awake and have been told. */
  constructor(
    onFault: (rester: R, fault: unknown) => void,
    onEnded: (one: R, other: R, ticks: number) => void = () => {},
  ) {
    this.#onFault = onFault
    this.#onEnded = onEnded
  }

  /** Both must be able to (`mayRest`), and be awake. */
  begin(one: R, other: R): void {
    one.ticksLeft = one.port.rest!(one.hearAfterwards)
    other.port.rest!(other.hearAfterwards)
    one.ticksPassed = 0
    one.partner = other
    other.partner = one
    one.isResting = other.isResting = true
    this.#pairs.push(one)
  }

  /** A tick begins: whose rest is over is woken for it. */
  passTick(): void {
    for (let p = this.#pairs.length - 1; p >= 0; p--) {
      const one = this.#pairs[p]!
      if (one.ticksLeft === 0) this.#end(p)
      else {
        one.ticksLeft--
        one.ticksPassed++
      }
    }
  }

  wake(rester: R): void {
    if (!rester.isResting) return
    const at = this.#pairs.indexOf(rester)
    this.#end(at >= 0 ? at : this.#pairs.indexOf(rester.partner!))
  }

  wakeAll(): void {
    for (let p = this.#pairs.length - 1; p >= 0; p--) this.#end(p)
  }

  #end(at: number): void {
    const one = this.#pairs[at]!
    const last = this.#pairs.pop()!
    if (last !== one) this.#pairs[at] = last
    const other = one.partner!
    one.partner = other.partner = undefined
    // Before either is told: what it does then must find both awake.
    one.isResting = other.isResting = false
    this.#tell(one, one.ticksPassed)
    this.#tell(other, one.ticksPassed)
    this.#onEnded(one, other, one.ticksPassed)
  }

  #tell(rester: R, ticks: number): void {
    try {
      rester.port.wake!(ticks)
    } catch (fault) {
      this.#onFault(rester, fault)
    }
  }
}
