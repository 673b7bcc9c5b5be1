// The tool run in this process: its words, its exit code.
import { resolve } from 'node:path'
import type { ExitCode } from '../../../daemon/cli/command.ts'
import { runCli } from '../../../daemon/cli/run-cli.ts'

export const root = resolve(import.meta.dirname, '../../..')

export interface Ran {
  exitCode: ExitCode
  out: string
  err: string
}

export async function cordboard(...args: string[]): Promise<Ran> {
  const out: string[] = []
  const err: string[] = []
  const terminal = { out: (text: string) => void out.push(text), err: (text: string) => void err.push(text) }
  const exitCode = await runCli(args, { terminal, environment: {}, root })
  return { exitCode, out: out.join('\n'), err: err.join('\n') }
}
