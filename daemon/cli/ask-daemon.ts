// A question to the running daemon, and an answer of the expected shape.
import type { z } from 'zod'
import { callControl } from '../api/control-client.ts'
import { ControlError } from '../api/protocol.ts'
import { CommandFailure, type Invocation } from './command.ts'
import { socketPath } from './places.ts'

/** Rejects with CommandFailure: exit 1. */
export async function askDaemon<T>(
  invocation: Invocation,
  method: string,
  report: z.ZodType<T>,
  params?: unknown,
): Promise<T> {
  let answer: unknown
  try {
    answer = await callControl(socketPath(invocation), method, params)
  } catch (fault) {
    if (fault instanceof ControlError) throw new CommandFailure(1, fault.message, fault.mend)
    throw fault
  }
  const parsed = report.safeParse(answer)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  const what = issue ? ` (${issue.path.join('.') || 'answer'}: ${issue.message})` : ''
  const mend = 'Restart the daemon, so that it and this tool are of the same version.'
  throw new CommandFailure(1, `The daemon’s answer to ${method} is not what this tool expects${what}.`, mend)
}

/** For commands that do without a daemon, and say so. Undefined: none answers, or it has no such method. */
export function askIfThere(invocation: Invocation, method: string): Promise<unknown> {
  // Who asks tells that no daemon answered.
  return callControl(socketPath(invocation), method).catch(() => undefined)
}
