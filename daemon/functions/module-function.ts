// A function that is a JavaScript module: a few threads of its own, each with one call at a time, kept between calls.
// A thread that overstays its time is ended, and the next call gets a new one.
import { resolve } from 'node:path'
import type { Clock } from '../clock.ts'
import { ModuleThread, type ModuleThreadOptions } from './module-thread.ts'
import type { Call, Run, Runner } from './runner.ts'

export interface ModuleFunctionOptions {
  name: string
  arn: string
  /** Relative to the instance. */
  file: string
  instanceDirectory: string
  clock: Clock
  log: ModuleThreadOptions['log']
}

const memoryMb = 64
/** Idle threads kept for the next calls; a rush leaves no more than these. */
const mostIdle = 2

export function createModuleRunner(options: ModuleFunctionOptions): Runner {
  return new ModulePool(options)
}

class ModulePool implements Runner {
  readonly #options: ModuleThreadOptions
  readonly #threads = new Set<ModuleThread>()
  #started = 0

  constructor({ name, arn, file, instanceDirectory, clock, log }: ModuleFunctionOptions) {
    this.#options = { start: { file: resolve(instanceDirectory, file), name, arn, memoryMb }, clock, log }
    // The first caller should not wait for the module to be loaded.
    this.#start()
  }

  run(call: Call): Run {
    const thread = [...this.#threads].find(({ usable }) => usable) ?? this.#start()
    const end = () => thread.end()
    call.signal.addEventListener('abort', end, { once: true })
    if (call.signal.aborted) end()
    const answer = thread.ask(call)
    const over = answer.then(async () => {
      call.signal.removeEventListener('abort', end)
      if (call.signal.aborted || this.#idle > mostIdle) thread.end()
      if (!thread.usable) await thread.exited
    })
    return { answer, over }
  }

  counters(): Record<string, number> {
    return { threads: this.#threads.size, threadsStarted: this.#started }
  }

  async close(): Promise<void> {
    for (const thread of this.#threads) thread.end()
    await Promise.all([...this.#threads].map(({ exited }) => exited))
  }

  get #idle(): number {
    return [...this.#threads].filter(({ usable }) => usable).length
  }

  #start(): ModuleThread {
    const thread = new ModuleThread(this.#options)
    this.#started++
    this.#threads.add(thread)
    void thread.exited.then(() => this.#threads.delete(thread))
    return thread
  }
}
