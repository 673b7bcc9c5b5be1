// Which engine says what, and whether it can: an engine that failed rests a while, and espeak-ng speaks for it, so that
// an endpoint that is gone costs one caller a pause and not every one.
import type { Clock } from '../clock.ts'
import type { FlowVoice } from '../flow/host.ts'
import type { Log } from '../log/log.ts'
import { Gate, GateFullError } from '../speech/gate.ts'
import { reasonOf } from '../speech/speech-fault.ts'
import { CommandEngine } from './command-engine.ts'
import { type EngineDefinition, ruleFor, type SpeechEngine, type VoiceRule } from './engine.ts'
import { EspeakEngine } from './espeak.ts'
import { HttpEngine } from './http-engine.ts'

export interface EngineDeskOptions {
  /** Everything but espeak-ng. */
  engines: readonly EngineDefinition[]
  rules: readonly VoiceRule[]
  log: Pick<Log, 'warn' | 'info'>
  clock: Clock
  espeak: { program: string; timeoutMs: number; running: number }
  /** Pieces that may wait for one engine. */
  waiting: number
}

/** An engine for one voice. */
export interface Station {
  engine: SpeechEngine
  gate: Gate
  as: string | undefined
}

interface Place {
  engine: SpeechEngine
  gate: Gate
  isResting: boolean
  restsUntilMs: number
}

const restMs = 30_000

export class EngineDesk {
  readonly builtIn: Station
  readonly #places: ReadonlyMap<string, Place>
  readonly #rules: readonly VoiceRule[]
  readonly #log: Pick<Log, 'warn' | 'info'>
  readonly #clock: Clock
  readonly #counters = { engineFaults: 0, fallbacks: 0 }

  constructor(options: EngineDeskOptions) {
    const { clock, espeak, waiting } = options
    this.#log = options.log
    this.#clock = clock
    this.#rules = options.rules
    const { program, timeoutMs, running } = espeak
    this.builtIn = {
      engine: new EspeakEngine({ program, clock, timeoutMs }),
      gate: new Gate(running, waiting),
      as: undefined,
    }
    this.#places = new Map(
      options.engines.map((definition): [string, Place] => {
        const engine =
          definition.kind === 'command' ? new CommandEngine(definition, clock) : new HttpEngine(definition, clock)
        const gate = new Gate(definition.concurrency, waiting)
        return [definition.name, { engine, gate, isResting: false, restsUntilMs: -Infinity }]
      }),
    )
  }

  /** For the voice, as things stand. */
  stationFor(voice: FlowVoice): Station {
    const rule = ruleFor(this.#rules, voice)
    const place = rule && this.#places.get(rule.engine)
    if (!rule || !place) return this.builtIn
    if (place.restsUntilMs > this.#clock.monotonicMs()) {
      this.#counters.fallbacks++
      return this.builtIn
    }
    return { engine: place.engine, gate: place.gate, as: rule.as }
  }

  noteFault(station: Station, fault: unknown): void {
    this.#counters.engineFaults++
    this.#counters.fallbacks++
    const place = this.#places.get(station.engine.name)
    // Too much to do is no fault of its own.
    if (!place || fault instanceof GateFullError) return
    place.restsUntilMs = this.#clock.monotonicMs() + restMs
    if (place.isResting) return
    place.isResting = true
    const fields = { engine: station.engine.name, reason: reasonOf(fault) }
    this.#log.warn(fields, 'an engine of speech fails; espeak-ng speaks in its place until it does not')
  }

  noteSuccess(station: Station): void {
    const place = this.#places.get(station.engine.name)
    if (!place?.isResting) return
    place.isResting = false
    place.restsUntilMs = -Infinity
    this.#log.info({ engine: station.engine.name }, 'an engine of speech speaks again')
  }

  counters(): Record<string, number> {
    const gates = [this.builtIn.gate, ...[...this.#places.values()].map(({ gate }) => gate)]
    return {
      ...this.#counters,
      enginesResting: [...this.#places.values()].filter(({ isResting }) => isResting).length,
      running: gates.reduce((sum, gate) => sum + gate.running, 0),
      waiting: gates.reduce((sum, gate) => sum + gate.waiting, 0),
    }
  }
}
