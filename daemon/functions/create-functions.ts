// The functions of an instance, ready to be called: each with its time limit and its number of calls at once. Whatever
// a function does becomes a typed outcome, a counter and a line of the log; nothing it does reaches another.
//
//   invoke ─▶ its turn (slots) ─▶ runner: http | program | module ─▶ answer ─▶ JSON object
import { randomUUID } from 'node:crypto'
import type { Clock } from '../clock.ts'
import { Counters } from '../counters.ts'
import {
  type FunctionDefinition,
  type FunctionFault,
  type FunctionOutcome,
  type Functions,
  functionArn,
  type InvokeOptions,
  type JsonObject,
} from './functions.ts'
import { createHttpRunner } from './http-function.ts'
import { createModuleRunner } from './module-function.ts'
import { createProgramRunner } from './program-function.ts'
import { readAnswer } from './response.ts'
import { type Answer, type Call, failed, messageOf, type Run, type Runner } from './runner.ts'
import { Slots } from './slots.ts'

export interface FunctionsOptions {
  functions: Iterable<FunctionDefinition>
  instanceDirectory: string
  clock: Clock
  log: { info(fields: object, message: string): void; warn(fields: object, message: string): void }
}

export function createFunctions(options: FunctionsOptions): Functions {
  return new FunctionService(options)
}

/** Calls that wait for their turn, for each that may run. */
const waitingPerSlot = 4

interface Entry {
  limitMs: number
  runner: Runner
  slots: Slots
}

class FunctionService implements Functions {
  readonly #clock: Clock
  readonly #log: FunctionsOptions['log']
  readonly #counters = new Counters()
  readonly #entries: ReadonlyMap<string, Entry>
  readonly #closing = new AbortController()
  readonly #over = new Set<Promise<void>>()

  constructor(options: FunctionsOptions) {
    this.#clock = options.clock
    this.#log = options.log
    this.#entries = new Map(
      [...options.functions].map((definition) => [
        definition.name,
        {
          limitMs: definition.timeoutS * 1000,
          runner: this.#runnerOf(definition, options.instanceDirectory),
          slots: new Slots(definition.concurrency, definition.concurrency * waitingPerSlot),
        },
      ]),
    )
  }

  has(name: string): boolean {
    return this.#entries.has(name)
  }

  async invoke(name: string, event: JsonObject, options: InvokeOptions): Promise<FunctionOutcome> {
    this.#counters.count('invoked')
    const entry = this.#entries.get(name)
    const outcome = entry
      ? await this.#call(entry, event, options)
      : fault('notFound', 'there is no such function in functions.yaml')
    this.#counters.count(outcome.ok ? 'answered' : outcome.reason)
    if (!outcome.ok && outcome.reason !== 'aborted')
      this.#log.warn({ function: name, reason: outcome.reason, detail: outcome.detail }, 'a function failed')
    return outcome
  }

  counters(): Record<string, number> {
    const figures = this.#counters.snapshot()
    const add = (key: string, by: number) => {
      figures[key] = (figures[key] ?? 0) + by
    }
    for (const { slots, runner } of this.#entries.values()) {
      add('running', slots.taken)
      add('waiting', slots.waiting)
      for (const [key, value] of Object.entries(runner.counters?.() ?? {})) add(key, value)
    }
    return figures
  }

  async close(): Promise<void> {
    this.#closing.abort()
    await Promise.all([...this.#over, ...[...this.#entries.values()].map(({ runner }) => runner.close())])
  }

  /** Waits for its turn, runs, and is back at the latest when the time is over or nobody waits any more. */
  async #call(entry: Entry, event: JsonObject, { timeoutMs, signal }: InvokeOptions): Promise<FunctionOutcome> {
    const limitMs = Math.min(timeoutMs, entry.limitMs)
    const deadlineMs = this.#clock.monotonicMs() + limitMs
    const expiry = new AbortController()
    const timer = this.#clock.after(limitMs, () => expiry.abort())
    const stop = AbortSignal.any([signal, expiry.signal, this.#closing.signal])
    const stopped = onceAborted(stop)
    try {
      const release = await entry.slots.take(stop)
      if (!release) return notServed(expiry.signal.aborted, stop.aborted, limitMs)
      const run = start(entry.runner, release, {
        requestId: randomUUID(),
        event: JSON.stringify(event),
        remainingMs: () => Math.max(0, deadlineMs - this.#clock.monotonicMs()),
        signal: stop,
      })
      this.#track(run.over, release)
      const answer: Answer | undefined = await Promise.race([run.answer, stopped.promise])
      if (!stop.aborted && answer) return answer.ok ? readAnswer(answer.text) : answer
      return expiry.signal.aborted ? fault('timeout', `no answer within ${limitMs / 1000} s`) : nobodyWaits
    } catch (thrown) {
      return failed(`the function could not be called: ${messageOf(thrown)}`)
    } finally {
      timer.cancel()
      stopped.forget()
    }
  }

  #track(over: Promise<void>, release: () => void): void {
    const ended = over.then(release)
    this.#over.add(ended)
    void ended.then(() => this.#over.delete(ended))
  }

  #runnerOf(definition: FunctionDefinition, instanceDirectory: string): Runner {
    const { name } = definition
    switch (definition.kind) {
      case 'http': {
        const { url, headers } = definition
        return createHttpRunner({ url, headers, clock: this.#clock, onRetry: () => this.#counters.count('retried') })
      }
      case 'program':
        return createProgramRunner({ name, command: definition.command, instanceDirectory, log: this.#log })
      case 'module':
        return createModuleRunner({
          clock: this.#clock,
          name,
          arn: functionArn(name),
          file: definition.file,
          instanceDirectory,
          log: this.#log,
        })
    }
  }
}

const nobodyWaits = fault('aborted', 'nobody waits any more')

function notServed(expired: boolean, stopped: boolean, limitMs: number): FunctionFault {
  if (expired) return fault('busy', `as many calls as may run do, and none ended within ${limitMs / 1000} s`)
  return stopped ? nobodyWaits : fault('busy', 'as many calls as may run do, and as many as may wait wait already')
}

/** A runner that throws (arguments no system call takes) has started nothing. */
function start(runner: Runner, release: () => void, call: Call): Run {
  try {
    return runner.run(call)
  } catch (thrown) {
    release()
    throw thrown
  }
}

function fault(reason: FunctionFault['reason'], detail: string): FunctionFault {
  return { ok: false, reason, detail }
}

/** Resolves with undefined at the abort. */
function onceAborted(signal: AbortSignal): { promise: Promise<undefined>; forget(): void } {
  const { promise, resolve } = Promise.withResolvers<undefined>()
  const settle = () => resolve(undefined)
  if (signal.aborted) settle()
  else signal.addEventListener('abort', settle, { once: true })
  return { promise, forget: () => signal.removeEventListener('abort', settle) }
}
