// One live transaction: holds its state and timers, feeds the machine, hands every effect but timers to its owner.
import type { Clock, Timer } from '../../clock.ts'
import type { Effect, Machine, TimerDue, TimerName } from './transaction-machine.ts'

export type OwnerEffect = Exclude<Effect, { do: 'setTimer' | 'clearTimer' }>

export class TransactionRunner<State extends { name: string }, Input extends string> {
  readonly #machine: Machine<State, Input | TimerDue>
  readonly #clock: Clock
  readonly #perform: (effect: OwnerEffect) => void
  readonly #timers = new Map<TimerName, Timer>()
  #state: State

  constructor(options: {
    machine: Machine<State, Input | TimerDue>
    start: State
    clock: Clock
    /** Must not throw. May feed the runner again: the state it sees is the new one. */
    perform: (effect: OwnerEffect) => void
  }) {
    this.#machine = options.machine
    this.#state = options.start
    this.#clock = options.clock
    this.#perform = options.perform
  }

  get stateName(): State['name'] {
    return this.#state.name
  }

  /** Timers running. */
  get timers(): number {
    return this.#timers.size
  }

  /** False when the input meant nothing in this state. */
  feed(input: Input | TimerDue): boolean {
    const step = this.#machine(this.#state, input)
    if (!step) return false
    this.#state = step.next
    for (const effect of step.effects) this.#act(effect)
    return true
  }

  /** Stops every timer; the transaction does nothing more by itself. */
  stop(): void {
    for (const timer of this.#timers.values()) timer.cancel()
    this.#timers.clear()
  }

  #act(effect: Effect): void {
    switch (effect.do) {
      case 'setTimer':
        this.#timers.get(effect.timer)?.cancel()
        this.#timers.set(
          effect.timer,
          this.#clock.after(effect.afterMs, () => {
            this.#timers.delete(effect.timer)
            this.feed(`${effect.timer}Due`)
          }),
        )
        return
      case 'clearTimer':
        this.#timers.get(effect.timer)?.cancel()
        this.#timers.delete(effect.timer)
        return
      case 'end':
        this.stop()
        this.#perform(effect)
        return
      default:
        this.#perform(effect)
    }
  }
}
