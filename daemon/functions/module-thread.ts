// One thread of a module function as the main thread sees it: starts it, asks it one thing at a time, ends it.
import { Worker } from 'node:worker_threads'
import { preloadOptions } from '../../drivers/process/preload.ts'
import type { Clock, Timer } from '../clock.ts'
import type { ModuleQuestion, ModuleStart, ModuleTelling } from './module-messages.ts'
import { type Answer, type Call, failed, messageOf, programEnvironment, tooLarge } from './runner.ts'

export interface ModuleThreadOptions {
  start: ModuleStart
  clock: Clock
  log: { info(fields: object, message: string): void; warn(fields: object, message: string): void }
}

/** A module that takes longer to load than this loops for ever, or might as well. */
const loadLimitMs = 10_000
/** A text the module prints is logged up to this length. */
const longestPrinted = 1000

export class ModuleThread {
  /** Resolves when the thread is gone. */
  readonly exited: Promise<void>
  readonly #options: ModuleThreadOptions
  readonly #worker: Worker
  readonly #loadLimit: Timer
  #waiting: { requestId: string; resolve: (answer: Answer) => void } | undefined
  #fault: string | undefined
  #state: 'running' | 'ending' | 'gone' = 'running'

  constructor(options: ModuleThreadOptions) {
    const { start, clock, log } = options
    this.#options = options
    this.#worker = new Worker(new URL('./module-worker.ts', import.meta.url), {
      name: `function ${start.name}`,
      workerData: start,
      env: programEnvironment(start.name),
      argv: [],
      execArgv: preloadOptions,
      stdout: true,
      stderr: true,
      resourceLimits: { maxOldGenerationSizeMb: start.memoryMb, maxYoungGenerationSizeMb: 16, stackSizeMb: 4 },
    })
    this.#loadLimit = clock.after(loadLimitMs, () =>
      this.#refuse(`the module did not load within ${loadLimitMs / 1000} s`),
    )
    // The daemon's own work keeps it alive, never a function that is not asked anything.
    this.#worker.unref()
    for (const stream of [this.#worker.stdout, this.#worker.stderr])
      stream.on('data', (chunk: Buffer) => {
        const text = chunk.toString('utf8').trimEnd().slice(0, longestPrinted)
        log.info({ function: start.name, text }, 'a function prints')
      })
    this.#worker.on('message', (telling: ModuleTelling) => this.#receive(telling))
    this.#worker.on('error', (fault) => {
      this.#fault ??= `the module ended its thread: ${messageOf(fault)}`
    })
    this.exited = new Promise((resolve) => {
      this.#worker.on('exit', (code) => {
        this.#gone(code)
        resolve()
      })
    })
  }

  /** Can be asked, now or once it is loaded. */
  get usable(): boolean {
    return this.#state === 'running' && this.#waiting === undefined
  }

  /** Never rejects. One call at a time. */
  ask(call: Call): Promise<Answer> {
    return new Promise((resolve) => {
      this.#waiting = { requestId: call.requestId, resolve }
      const question: ModuleQuestion = {
        requestId: call.requestId,
        event: call.event,
        remainingMs: call.remainingMs(),
      }
      this.#worker.postMessage(question)
    })
  }

  /** At once, even out of an endless loop; only a system call that blocks the thread delays `exited`. */
  end(): void {
    if (this.#state !== 'running') return
    this.#state = 'ending'
    // Settles with `exit`, which `exited` waits for.
    void this.#worker.terminate()
  }

  #receive(telling: ModuleTelling): void {
    const { start, log } = this.#options
    switch (telling.type) {
      case 'loaded':
        this.#loadLimit.cancel()
        if (telling.priorityRefused !== undefined)
          log.warn(
            { function: start.name, reason: telling.priorityRefused },
            'the priority of a function is not lowered',
          )
        return
      case 'unusable':
        return this.#refuse(telling.detail)
      case 'answered':
        return this.#settle(telling.requestId, { ok: true, text: telling.text })
      case 'threw':
        return this.#settle(telling.requestId, failed(telling.detail))
      case 'tooLarge':
        return this.#settle(telling.requestId, tooLarge('the answer'))
    }
  }

  #refuse(reason: string): void {
    const { start, log } = this.#options
    this.#fault = reason
    log.warn({ function: start.name, reason }, 'a function can not be used')
    this.end()
  }

  #settle(requestId: string, answer: Answer): void {
    if (this.#waiting?.requestId !== requestId) return
    const { resolve } = this.#waiting
    this.#waiting = undefined
    resolve(answer)
  }

  #gone(code: number): void {
    this.#state = 'gone'
    this.#loadLimit.cancel()
    const waiting = this.#waiting
    this.#waiting = undefined
    waiting?.resolve(failed(this.#fault ?? `the module ended its thread (exit code ${code})`))
  }
}
