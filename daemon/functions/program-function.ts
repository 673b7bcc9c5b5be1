// A function that is a program: event on its standard input, answer on its standard output, exit code 0. Run without a
// shell, in a process group of its own so that what it starts ends with it, with next to nothing of the environment.
import { type ChildProcess, spawn } from 'node:child_process'
import { constants, setPriority } from 'node:os'
import { resolve } from 'node:path'
import {
  type Answer,
  type Call,
  failed,
  longestAnswerBytes,
  messageOf,
  programEnvironment,
  type Run,
  type Runner,
  tooLarge,
} from './runner.ts'

export interface ProgramFunctionOptions {
  name: string
  command: readonly string[]
  /** Working directory of the program. */
  instanceDirectory: string
  log: { warn(fields: object, message: string): void }
}

const longestMessageBytes = 2000

export function createProgramRunner(options: ProgramFunctionOptions): Runner {
  const running = new Set<Promise<void>>()
  return {
    run(call) {
      const run = runProgram(call, options)
      running.add(run.over)
      void run.over.then(() => running.delete(run.over))
      return run
    },
    async close() {
      await Promise.all(running)
    },
  }
}

function runProgram(call: Call, { name, command, instanceDirectory, log }: ProgramFunctionOptions): Run {
  const [program = '', ...args] = command
  const child = spawn(program.includes('/') ? resolve(instanceDirectory, program) : program, args, {
    cwd: instanceDirectory,
    env: programEnvironment(name),
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
  })
  giveWay(child, (reason) => log.warn({ function: name, reason }, 'the priority of a function is not lowered'))
  const answer = Promise.withResolvers<Answer>()
  const over = Promise.withResolvers<void>()
  const output: Buffer[] = []
  let outputBytes = 0
  let message = ''
  let fault: Answer | undefined
  let unread = ''

  // Before all else: out of descriptors there are no pipes, what follows throws, and this still comes.
  child.on('error', (error) => {
    fault ??= failed(`${program} could not be run: ${error.message}`)
  })
  const kill = () => killGroup(child)
  call.signal.addEventListener('abort', kill, { once: true })
  if (call.signal.aborted) kill()

  child.stdout.on('data', (chunk: Buffer) => {
    outputBytes += chunk.length
    if (outputBytes <= longestAnswerBytes) output.push(chunk)
    else if (!fault) {
      fault = tooLarge('the output')
      kill()
    }
  })
  child.stderr.on('data', (chunk: Buffer) => {
    if (message.length < longestMessageBytes) message += chunk.toString('utf8').slice(0, longestMessageBytes)
  })
  // A program may answer without having read its event; that it did not is told only if it fails.
  child.stdin.on('error', (error) => {
    unread = ` (it did not read its event: ${error.message})`
  })
  // Whatever has left the process group may still hold the pipes open: a killed program is done with when it is dead.
  child.on('exit', () => {
    if (!call.signal.aborted && !fault) return
    child.stdout.destroy()
    child.stderr.destroy()
  })
  child.on('close', (code, killedBy) => {
    call.signal.removeEventListener('abort', kill)
    if (fault) answer.resolve(fault)
    else if (code === 0) answer.resolve({ ok: true, text: Buffer.concat(output).toString('utf8') })
    else answer.resolve(failed(`${program} ended with ${code ?? killedBy}: ${message.trim()}${unread}`))
    over.resolve()
  })
  child.stdin.end(call.event, 'utf8')
  return { answer: answer.promise, over: over.promise }
}

/** Audio goes before functions: a busy program must not be heard. */
function giveWay({ pid }: ChildProcess, onRefused: (reason: string) => void): void {
  if (pid === undefined) return
  try {
    setPriority(pid, constants.priority.PRIORITY_BELOW_NORMAL)
  } catch (fault) {
    // Gone already: `close` tells how it ended.
    if (!isGone(fault)) onRefused(messageOf(fault))
  }
}

/** The program and all it has started that stayed in its group. */
function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return
  try {
    process.kill(-pid, 'SIGKILL')
  } catch (fault) {
    if (!isGone(fault)) throw fault
  }
}

function isGone(fault: unknown): boolean {
  const code = fault instanceof Error && 'code' in fault ? fault.code : undefined
  const info = fault instanceof Error && 'info' in fault ? (fault.info as { code?: unknown }).code : undefined
  return code === 'ESRCH' || info === 'ESRCH'
}
