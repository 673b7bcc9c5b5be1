// Who changed what, when, and from where: one JSON object a line, kept for good. Written at once and before the answer.
import { appendFileSync, mkdirSync, renameSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Clock } from '../clock.ts'
import type { Faults } from '../health/faults.ts'
import type { Log } from '../log/log.ts'

/** Where a request came from; ids are absent when the system does not tell. */
export interface Origin {
  from: 'control socket'
  uid?: number
  pid?: number
}

export interface AuditEntry {
  method: string
  params: unknown
  origin: Origin
  outcome: 'done' | 'refused'
  /** Why it was refused. */
  reason?: string
}

export interface AuditLog {
  /** Never throws: a disk that can't be written raises a fault, and the entry goes to the journal. */
  write(entry: AuditEntry): void
}

/** Beyond, the file is kept beside as `.1`, and the one before it goes. */
const maximumBytes = 64 * 1024 * 1024

export function openAuditLog(
  file: string,
  { clock, log, faults }: { clock: Clock; log: Log; faults: Pick<Faults, 'raise' | 'clear'> },
): AuditLog {
  return {
    write(entry) {
      const line = { at: new Date(clock.epochMs()).toISOString(), ...entry }
      try {
        mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
        const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0
        if (size > maximumBytes) renameSync(file, `${file}.1`)
        appendFileSync(file, `${JSON.stringify(line)}\n`, { mode: 0o600 })
        faults.clear('AUDIT-UNWRITABLE', file)
      } catch (fault) {
        log.error({ err: fault, ...line }, 'the audit log cannot be written')
        faults.raise({
          code: 'AUDIT-UNWRITABLE',
          where: file,
          message: 'Changes by commands are not noted in the audit log; they stand in the journal.',
          mend: 'Free space on the disk, or make it writable.',
        })
      }
    },
  }
}

/** Methods that change something. What only shows is not noted. */
export const changingMethods: ReadonlySet<string> = new Set([
  'setAgentStatus',
  'switchCampaign',
  'addToCampaign',
  'agentCommand',
  'setQueueEnabled',
  'reload',
  'unban',
])
