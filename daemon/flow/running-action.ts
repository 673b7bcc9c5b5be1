// What one action gets to see while it runs.
import type { Clock } from '../clock.ts'
import type { ActionRun, FlowRunState } from './action.ts'
import type { CompiledAction } from './compile-flow.ts'
import type { FlowHost } from './host.ts'
import type { ReferenceSource } from './references.ts'
import { ResolvedParameters } from './resolved-parameters.ts'
import type { FlowResources } from './resources.ts'

export class RunningAction implements ActionRun {
  readonly host: FlowHost
  readonly parameters: ResolvedParameters
  readonly random: () => number
  readonly #action: CompiledAction
  readonly #source: ReferenceSource
  readonly #clock: Clock
  #stop: AbortController | undefined

  constructor(
    action: CompiledAction,
    host: FlowHost,
    source: ReferenceSource,
    resources: FlowResources,
    random: () => number,
    clock: Clock,
  ) {
    this.#action = action
    this.host = host
    this.#source = source
    this.random = random
    this.#clock = clock
    this.parameters = new ResolvedParameters(action.parameters, source, resources)
  }

  /** Most actions never look at the signal: the controller is made when one does, or when it turns out to wait. */
  get stop(): AbortController {
    this.#stop ??= new AbortController()
    return this.#stop
  }

  get signal(): AbortSignal {
    return this.stop.signal
  }

  nowMs(): number {
    return this.#clock.monotonicMs()
  }

  get identifier(): string {
    return this.#action.identifier
  }

  get state(): FlowRunState {
    return this.#source.state
  }

  get conditionOperands(): readonly string[] {
    return this.#action.conditionOperands
  }

  get operandsInMilliseconds(): boolean {
    return this.#action.operandsInMilliseconds
  }
}
