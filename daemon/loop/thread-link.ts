// The main thread's link to the audio thread: starts the worker, sends commands and rings, matches answers to
// questions. When the thread is gone every open question is answered with that.
import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads'
import { closeWake, openWake, ringWake } from '../../drivers/native/wake.ts'
import type { Clock } from '../clock.ts'
import type { Command, ReplyValue, ThreadMessage, ThreadStanding, ThreadStart } from './messages.ts'

const startTimeoutMs = 10_000
const stopTimeoutMs = 1500

export type ThreadTelling = Exclude<ThreadMessage, { type: 'reply' | 'refused' | 'started' }>

interface Question {
  resolve(value: ReplyValue): void
  reject(reason: Error): void
}

export interface ThreadLinkOptions {
  clock: Clock
  maximumPorts: number
  onTold: (message: ThreadTelling) => void
  /** Once, when the thread has ended; `expected` after `stop`. */
  onGone: (reason: string, expected: boolean) => void
}

export class ThreadLink {
  readonly #options: ThreadLinkOptions
  readonly #worker: Worker
  readonly #port: MessagePort
  readonly #wakeFd: number
  readonly #questions = new Map<number, Question>()
  readonly #exited: Promise<void>
  readonly #started: Promise<ThreadStanding>
  #nextRequest = 1
  #isRingDue = false
  #state: 'running' | 'stopping' | 'gone' = 'running'

  constructor(options: ThreadLinkOptions) {
    this.#options = options
    this.#wakeFd = openWake()
    const { port1, port2 } = new MessageChannel()
    this.#port = port1
    const start: ThreadStart = { port: port2, wakeFd: this.#wakeFd, maximumPorts: options.maximumPorts }
    this.#worker = new Worker(new URL('./audio-thread.ts', import.meta.url), {
      name: 'audio',
      workerData: start,
      transferList: [port2],
    })
    const begun = Promise.withResolvers<ThreadStanding>()
    this.#started = begun.promise
    let reason = 'the audio thread has ended'
    this.#port.on('message', (message: ThreadMessage) => {
      if (message.type === 'started') begun.resolve(message)
      else this.#receive(message)
    })
    this.#worker.once('error', (fault) => {
      reason = `the audio thread has failed: ${fault instanceof Error ? fault.message : String(fault)}`
    })
    this.#exited = new Promise((resolve) => {
      this.#worker.once('exit', () => {
        begun.reject(new Error(reason))
        this.#lose(reason)
        resolve()
      })
    })
  }

  get gone(): boolean {
    return this.#state === 'gone'
  }

  /** Resolves when the thread runs, with what the system has granted it. Rejects when it can't start. */
  async start(): Promise<ThreadStanding> {
    const timer = this.#options.clock.after(startTimeoutMs, () => void this.#worker.terminate())
    try {
      return await this.#started
    } finally {
      timer.cancel()
    }
  }

  /** Does nothing once the thread is gone. */
  send(command: Command): void {
    if (this.#state === 'gone') return
    this.#port.postMessage(command)
    this.#ring()
  }

  /** Once for all commands of a turn of the event loop: each ring wakes the thread, which costs more than the command. */
  #ring(): void {
    if (this.#isRingDue) return
    this.#isRingDue = true
    setImmediate(() => {
      this.#isRingDue = false
      if (this.#state !== 'gone') ringWake(this.#wakeFd)
    })
  }

  /** Rejects with the thread's refusal, or when the thread is gone. */
  ask(command: (requestId: number) => Command): Promise<ReplyValue> {
    if (this.#state === 'gone') return Promise.reject(new Error('the audio thread is gone'))
    const requestId = this.#nextRequest++
    const answered = new Promise<ReplyValue>((resolve, reject) => this.#questions.set(requestId, { resolve, reject }))
    this.send(command(requestId))
    return answered
  }

  /** Lets the thread close everything and end; ends it by force when it does not. Never rejects. */
  async stop(): Promise<void> {
    if (this.#state === 'running') {
      this.send({ type: 'stop', requestId: this.#nextRequest++ })
      this.#state = 'stopping'
    }
    const timer = this.#options.clock.after(stopTimeoutMs, () => void this.#worker.terminate())
    await this.#exited
    timer.cancel()
  }

  #receive(message: Exclude<ThreadMessage, { type: 'started' }>): void {
    if (message.type !== 'reply' && message.type !== 'refused') return this.#options.onTold(message)
    const question = this.#questions.get(message.requestId)
    this.#questions.delete(message.requestId)
    if (message.type === 'reply') question?.resolve(message.value)
    else question?.reject(new Error(message.reason))
  }

  #lose(reason: string): void {
    const expected = this.#state === 'stopping'
    this.#state = 'gone'
    this.#port.close()
    closeWake(this.#wakeFd)
    for (const question of this.#questions.values()) question.reject(new Error(reason))
    this.#questions.clear()
    this.#options.onGone(reason, expected)
  }
}
