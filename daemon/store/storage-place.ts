// Where records and recordings go. A disk that has failed or is full to the brim at the start must not keep the phones
// silent: then memory takes its place, a fault says so, and what it holds is brought home later (storage-return.ts).
import { closeSync, fsyncSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import type { Faults, HealthFault } from '../health/faults.ts'
import type { Log } from '../log/log.ts'

/** The disk's own fault, which a restart does not mend. A folder of the wrong owner is the installer's, and stops the start. */
const faultsOfDisks: ReadonlySet<unknown> = new Set(['EROFS', 'EIO', 'ENOSPC', 'EDQUOT'])
/** Enough for the databases to be opened. */
const probeBytes = 64 * 1024

/** Lies in memory; systemd keeps it while it starts the daemon again. */
export const memoryStorage = (runtimeDirectory: string): string => join(runtimeDirectory, 'storage')

/** `wanted`, made if it is missing; or a folder in the runtime directory, which lies in memory. Throws what is no fault of a disk. */
export function storageToUse(
  wanted: string,
  runtimeDirectory: string,
  { faults, log }: { faults: Pick<Faults, 'raise'>; log: Log },
): string {
  try {
    mkdirSync(wanted, { recursive: true, mode: 0o700 })
    probe(wanted)
    return wanted
  } catch (fault) {
    if (!(fault instanceof Error && 'code' in fault && faultsOfDisks.has(fault.code))) throw fault
    const instead = memoryStorage(runtimeDirectory)
    mkdirSync(instead, { recursive: true, mode: 0o700 })
    log.error({ err: fault, wanted, instead }, 'the disk of the storage cannot be written; memory takes its place')
    faults.raise(storageUnwritable(wanted, fault))
    return instead
  }
}

/** Raised until everything that is kept in memory is on the disk (storage-return.ts). */
export function storageUnwritable(wanted: string, fault: unknown): HealthFault {
  const reason = fault instanceof Error ? fault.message : String(fault)
  return {
    code: 'STORAGE-UNWRITABLE',
    where: wanted,
    message: `The disk cannot be written (${reason}): records and recordings of calls are in memory only.`,
    mend: 'Mend the disk or free space on it: finished contacts are moved to it within a minute, the rest when the daemon stops or starts.',
  }
}

function probe(folder: string): void {
  const file = join(folder, '.probe')
  try {
    const descriptor = openSync(file, 'w', 0o600)
    try {
      writeSync(descriptor, Buffer.alloc(probeBytes))
      fsyncSync(descriptor)
    } finally {
      closeSync(descriptor)
    }
  } finally {
    rmSync(file, { force: true })
  }
}
