// A program asked one thing: input on its standard input, answer on its standard output. Never a shell; in a process
// group of its own, so that what it starts ends with it; with next to nothing of the daemon's environment.
import { type ChildProcess, spawn } from 'node:child_process'
import type { Clock } from '../clock.ts'
import { SpeechFault } from './speech-fault.ts'

export interface ProgramRun {
  program: string
  args: readonly string[]
  input?: string | Uint8Array
  clock: Clock
  /** After this the program is killed. */
  timeoutMs: number
  /** More output than this is a fault. */
  maximumBytes: number
  /** Told when the program can't be started, e.g. which package has it. */
  mend?: string
}

const maximumMessageBytes = 2000

/** Rejects with SpeechFault, or with the signal's reason; in both cases once the program is dead. */
export function runProgram(run: ProgramRun, signal: AbortSignal): Promise<Buffer> {
  const { program, args, clock, timeoutMs, maximumBytes } = run
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(signal.reason)
      return
    }
    const child = spawn(program, args, {
      stdio: ['pipe', 'pipe', 'pipe'],
      detached: true,
      env: { PATH: process.env.PATH ?? '/usr/local/bin:/usr/bin:/bin', LANG: 'C.UTF-8' },
    })
    const output: Buffer[] = []
    let outputBytes = 0
    let message = ''
    let fault: Error | undefined
    let unread: Error | undefined

    const kill = (why: string) => {
      fault ??= new SpeechFault(why)
      killGroup(child)
    }
    const abort = () => kill('aborted')
    const timer = clock.after(timeoutMs, () => kill(`${program} took more than ${timeoutMs / 1000} s`))
    signal.addEventListener('abort', abort, { once: true })

    child.stdout.on('data', (chunk: Buffer) => {
      outputBytes += chunk.length
      if (outputBytes > maximumBytes) kill(`${program} gave more than ${maximumBytes} bytes`)
      else output.push(chunk)
    })
    child.stderr.on('data', (chunk: Buffer) => {
      if (message.length < maximumMessageBytes) message += chunk.toString('utf8').slice(0, maximumMessageBytes)
    })
    child.stdin.on('error', (error) => {
      unread = new SpeechFault(`${program} did not read its input: ${error.message}`)
    })
    child.on('error', (error) => {
      fault = new SpeechFault(`${program} could not be run: ${error.message}.${run.mend ? ` ${run.mend}` : ''}`)
    })
    // A killed program is done with when it is dead, even where something else still holds its pipes open.
    child.on('exit', () => {
      if (!signal.aborted && !fault) return
      child.stdout.destroy()
      child.stderr.destroy()
    })
    child.on('close', (code, killedBy) => {
      timer.cancel()
      signal.removeEventListener('abort', abort)
      if (signal.aborted) reject(signal.reason)
      else if (fault) reject(fault)
      else if (code !== 0) reject(new SpeechFault(`${program} ended with ${code ?? killedBy}: ${message.trim()}`))
      // A program that fails closes its input too: its exit code tells more.
      else if (unread) reject(unread)
      else resolve(Buffer.concat(output))
    })
    child.stdin.end(run.input ?? '')
  })
}

function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return
  try {
    process.kill(-pid, 'SIGKILL')
  } catch (fault) {
    // Dead already: its end is told by itself.
    if (!(fault instanceof Error && 'code' in fault && fault.code === 'ESRCH')) throw fault
  }
}
