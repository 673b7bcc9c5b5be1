// Where records and recordings go. A disk that has failed or is full to the brim at the start must not keep the phones
// silent: then memory takes its place, a fault says so, and the next start looks again.
import { closeSync, fsyncSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import type { Faults } from '../health/faults.ts'
import type { Log } from '../log/log.ts'

/** The disk's own fault, which a restart does not mend. A folder of the wrong owner is the installer's, and stops the start. */
const faultsOfDisks: ReadonlySet<unknown> = new Set(['EROFS', 'EIO', 'ENOSPC', 'EDQUOT'])
/** Enough for the databases to be opened. */
const probeBytes = 64 * 1024

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
    const instead = join(runtimeDirectory, 'storage')
    mkdirSync(instead, { recursive: true, mode: 0o700 })
    log.error({ err: fault, wanted, instead }, 'the disk of the storage cannot be written; memory takes its place')
    faults.raise({
      code: 'STORAGE-UNWRITABLE',
      where: wanted,
      message: `The disk cannot be written (${fault.message}): records and recordings of calls are in memory only.`,
      mend: 'Mend the disk or free space on it, then restart the daemon. What is in memory is lost then; export it before.',
    })
    return instead
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
