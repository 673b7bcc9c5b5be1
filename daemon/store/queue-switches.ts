// Which queues were closed and opened by command: it holds over a restart, until the queue is switched again.
import { existsSync, readFileSync } from 'node:fs'
import { z } from 'zod'
import type { Faults } from '../health/faults.ts'
import type { Log } from '../log/log.ts'
import { writeWhole } from './whole-file.ts'

const switchesSchema = z.record(z.string(), z.boolean())

export interface QueueSwitches {
  /** Queue and whether it is open. */
  all(): [queue: string, enabled: boolean][]
  /** Never throws: what the disk does not take is in force until the next start, and told. */
  keep(queue: string, enabled: boolean): void
  /** Of a queue that is gone. */
  forget(queue: string): void
}

/** A file that can't be read is told, and counts as empty. */
export function openQueueSwitches(
  file: string,
  { log, faults }: { log: Log; faults: Pick<Faults, 'raise' | 'clear'> },
): QueueSwitches {
  const switches = new Map(Object.entries(read(file, log)))
  const save = () => {
    try {
      writeWhole(file, JSON.stringify(Object.fromEntries(switches)))
      faults.clear('QUEUES-UNWRITABLE', file)
    } catch (fault) {
      const reason = fault instanceof Error ? fault.message : String(fault)
      log.error({ err: fault }, 'which queues are closed could not be written')
      faults.raise({
        code: 'QUEUES-UNWRITABLE',
        where: file,
        message: `Which queues are closed cannot be written (${reason}): it holds until the next start only.`,
        mend: 'Free space on the disk, or make it writable; then close or open the queue again.',
      })
    }
  }
  return {
    all: () => [...switches],
    keep(queue, enabled) {
      switches.set(queue, enabled)
      save()
    },
    forget(queue) {
      if (switches.delete(queue)) save()
    },
  }
}

function read(file: string, log: Log): Record<string, boolean> {
  if (!existsSync(file)) return {}
  try {
    return switchesSchema.parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch (fault) {
    log.error({ file, err: fault }, 'which queues were closed cannot be read; queues are as queues.yaml says')
    return {}
  }
}
