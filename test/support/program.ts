// A program run by a test: its output is kept, it can be waited for, and it never outlives the test, however that ends.
import { type ChildProcess, spawn } from 'node:child_process'
import { until, type WaitOptions, within } from './wait.ts'

export interface ProgramExit {
  code: number | null
  signal: NodeJS.Signals | null
}

export interface ProgramOptions {
  cwd?: string
  env?: NodeJS.ProcessEnv
  /** Out of reach of the terminal's Ctrl-C, which otherwise goes to all that was started from it. */
  ownSession?: boolean
  /** Called with each piece of output (both streams) as it comes. */
  onOutput?: (text: string) => void
}

/** The last of the output is kept, this many characters. */
const outputLimit = 400_000

const running = new Set<Program>()
process.on('exit', () => {
  for (const program of running) program.kill()
})

export class Program {
  readonly name: string
  readonly exited: Promise<ProgramExit>
  readonly #child: ChildProcess
  #output = ''
  #exit: ProgramExit | undefined

  /**
   * The kernel kills the program when this process is killed (prctl(2) PR_SET_PDEATHSIG, set by setpriv, which then
   * becomes the program: the process id is the program's own).
   */
  constructor(name: string, command: string, args: string[], options: ProgramOptions = {}) {
    this.name = name
    this.#child = spawn('setpriv', ['--pdeathsig', 'KILL', command, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: options.ownSession === true,
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      ...(options.env === undefined ? {} : { env: options.env }),
    })
    running.add(this)
    for (const stream of [this.#child.stdout!, this.#child.stderr!]) {
      stream.setEncoding('utf8')
      stream.on('data', (text: string) => {
        this.#output = (this.#output + text).slice(-outputLimit)
        options.onOutput?.(text)
      })
    }
    this.exited = new Promise((resolve) => {
      const settle = (exit: ProgramExit) => {
        this.#exit ??= exit
        running.delete(this)
        resolve(this.#exit)
      }
      this.#child.on('close', (code, signal) => settle({ code, signal }))
      this.#child.on('error', (fault) => {
        this.#output += `${fault}\n`
        settle({ code: null, signal: null })
      })
    })
  }

  get pid(): number {
    if (this.#child.pid === undefined) throw new Error(`${this.name} could not be started: ${this.#output}`)
    return this.#child.pid
  }

  get exit(): ProgramExit | undefined {
    return this.#exit
  }

  /** In words, once it has ended: what a wait for it is given up for. */
  get ending(): string | undefined {
    return this.#exit && `${this.name} ended: ${JSON.stringify(this.#exit)}`
  }

  /** Both streams, as they came. */
  get output(): string {
    return this.#output
  }

  /** Waits for the program to print something, and fails early when it ends instead. */
  async printed(pattern: RegExp, options: WaitOptions = {}): Promise<RegExpExecArray> {
    return await until(`${this.name} to print ${pattern}`, () => pattern.exec(this.#output), {
      withinMs: 10_000,
      unless: () => this.ending,
      ...options,
      instead: () => this.tail(),
    })
  }

  tail(characters = 2000): string {
    return `the last of what ${this.name} printed:\n${this.#output.slice(-characters)}`
  }

  signal(signal: NodeJS.Signals): void {
    if (!this.#exit) this.#child.kill(signal)
  }

  kill(): void {
    this.signal('SIGKILL')
  }

  /** Asks it to end, and kills it when it doesn't in time: true when it ended by itself. */
  async stop(signal: NodeJS.Signals = 'SIGTERM', withinMs = 10_000): Promise<boolean> {
    if (this.#exit) return true
    this.signal(signal)
    try {
      await within(`${this.name} to end`, this.exited, { withinMs })
      return true
    } catch {
      this.kill()
      await this.exited
      return false
    }
  }
}
