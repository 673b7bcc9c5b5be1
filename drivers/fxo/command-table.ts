// Commands to the board that have no answer yet: each is sent again until acked or given up. Pure: time is passed in.
// The board knows a repeated command by its request id, so that sending again is harmless.
import type { HookAck, HookCommand } from './board-messages.ts'

/** Sent at once and four times again: 1.25 s, well inside the 2 s a caller of the driver waits. */
export const resendMs = 250
export const sendsMax = 5
/** More than a person or a machine ever has under way; a full table refuses. */
export const pendingMax = 32

export interface PendingCommand {
  command: HookCommand
  sends: number
  resendAtMs: number
}

export interface CommandTable {
  readonly nextRequestId: number
  readonly pending: readonly PendingCommand[]
}

export const emptyTable: CommandTable = { nextRequestId: 1, pending: [] }

/**
 * Undefined when the table is full. Earlier commands to the same port are superseded: an off-hook sent again after the
 * on-hook that followed it would hold the line for ever.
 */
export function addCommand(
  table: CommandTable,
  command: Omit<HookCommand, 'requestId'>,
  nowMs: number,
): { table: CommandTable; send: HookCommand; superseded: HookCommand[] } | undefined {
  const isOld = (entry: PendingCommand) => entry.command.port === command.port
  const kept = table.pending.filter((entry) => !isOld(entry))
  if (kept.length >= pendingMax) return undefined
  const send = { ...command, requestId: table.nextRequestId }
  const entry = { command: send, sends: 1, resendAtMs: nowMs + resendMs }
  return {
    table: { nextRequestId: (table.nextRequestId + 1) >>> 0, pending: [...kept, entry] },
    send,
    superseded: table.pending.filter(isOld).map((entry) => entry.command),
  }
}

/** `acked` is absent when nothing waits for that answer: a repeated ack, or one that came too late. */
export function ackCommand(table: CommandTable, ack: HookAck): { table: CommandTable; acked?: HookCommand } {
  const found = table.pending.find(({ command }) => command.requestId === ack.requestId)
  if (!found) return { table }
  return { table: { ...table, pending: table.pending.filter((entry) => entry !== found) }, acked: found.command }
}

/** What is due at `nowMs`: sent again, or given up after the last send's time has passed too. */
export function tickCommands(
  table: CommandTable,
  nowMs: number,
): { table: CommandTable; resend: HookCommand[]; givenUp: HookCommand[] } {
  const resend: HookCommand[] = []
  const givenUp: HookCommand[] = []
  const pending: PendingCommand[] = []
  for (const entry of table.pending) {
    if (nowMs < entry.resendAtMs) pending.push(entry)
    else if (entry.sends >= sendsMax) givenUp.push(entry.command)
    else {
      resend.push(entry.command)
      pending.push({ ...entry, sends: entry.sends + 1, resendAtMs: entry.resendAtMs + resendMs })
    }
  }
  return { table: { ...table, pending }, resend, givenUp }
}
