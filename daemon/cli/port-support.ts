// What the commands of porting share: their options, the files, how a port is shown.
import { basename } from 'node:path'
import { reportVersion } from '../api/reports.ts'
import type { Instance } from '../config/instance.ts'
import type { Port } from '../config/porting-schema.ts'
import { portProblems } from '../porting/port-checks.ts'
import { rollBackUntil, stateAt } from '../porting/port-machine.ts'
import { PortingFile } from '../porting/porting-file.ts'
import { testCalls } from '../porting/standing.ts'
import { CommandFailure, type Invocation } from './command.ts'
import { soundInstance } from './flow-file.ts'
import { instanceDirectory } from './places.ts'
import { printable } from './table.ts'

export const common = `  --remark TEXT   kept with the step
  --instance DIR  configuration (default /etc/cordboard if it is configured, else the shipped instance)
  --socket PATH   control socket of the daemon that takes the change at once; none: it does when it starts
  --json          one JSON object with \`version\``
export const codes = 'Exit codes: 0 done, 1 refused or not found, 2 wrong usage or bad configuration.'
export const shared = {
  instance: { type: 'string' },
  socket: { type: 'string' },
  remark: { type: 'string' },
  json: { type: 'boolean' },
} as const

export function open(invocation: Invocation): { instance: Instance; file: PortingFile; directory: string } {
  const directory = instanceDirectory(invocation)
  return { instance: soundInstance(directory), file: new PortingFile(directory), directory }
}

export function statusOf(port: Port, all: readonly Port[], nowMs: number) {
  const state = stateAt(port, nowMs)
  const hasCome = state === 'porting' || state === 'verifying'
  const untilMs = hasCome ? rollBackUntil(port) : undefined
  return {
    port,
    state,
    problems:
      state === 'eligibility' || state === 'documents' || state === 'rejected' ? portProblems(port, all, nowMs) : [],
    testCalls: hasCome ? testCalls(port) : [],
    ...(untilMs !== undefined && untilMs > nowMs && { rollBackUntil: new Date(untilMs).toISOString() }),
  }
}

export function statusLines({ port, state, problems, testCalls, rollBackUntil }: ReturnType<typeof statusOf>): string {
  return [
    `${port.id}: ${state}${port.rejection === undefined ? '' : ` (${port.rejection})`}`,
    `${port.numbers.length} numbers from ${port.losing.carrier} to ${port.winning}: ${port.numbers.join(', ')}`,
    ...(port.cutOver === undefined ? [] : [`agreed time: ${port.cutOver}`]),
    ...problems.map((problem) => `to do: ${problem}`),
    ...port.documents.map(({ kind, file, date }) => `${kind} of ${date}: ${basename(file)}`),
    ...port.history.map(({ at, state, remark }) => `${at} ${state}${remark === undefined ? '' : `: ${remark}`}`),
    ...testCalls.map((call) => `test: ${call}`),
    ...(rollBackUntil === undefined ? [] : [`until ${rollBackUntil}: cordboard port rollback ${port.id}`]),
  ]
    .map(printable)
    .join('\n')
}

export function today(): string {
  return new Date().toISOString().slice(0, 10)
}

/** What files say is a failure of the command, not of the tool. */
export function fileStep<Result>(run: () => Result): Result {
  try {
    return run()
  } catch (fault) {
    throw new CommandFailure(1, `${fault instanceof Error ? fault.message : String(fault)}.`, '')
  }
}

export function tell({ terminal, options }: Invocation, report: object, text: () => string): void {
  if (options.json === true) terminal.out(JSON.stringify({ version: reportVersion, ...report }, null, 2))
  else terminal.out(text())
}
