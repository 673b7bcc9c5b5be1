// What every part is built with, and how what was started is undone.
import type { Clock } from '../clock.ts'
import type { Instance } from '../config/instance.ts'
import type { LoadedInstance } from '../config/load.ts'
import type { Faults } from '../health/faults.ts'
import type { Notifier } from '../health/notifier.ts'
import type { RootLog } from '../log/log.ts'
import type { DaemonOptions } from '../options.ts'

export interface Surroundings {
  /** What the daemon starts with. */
  instance: Instance
  /** It is the copy of what was last in force: the files on disk have errors. */
  isLastGood: boolean
  /** Reads the files on disk. */
  load: () => LoadedInstance
  options: DaemonOptions
  clock: Clock
  log: RootLog
  faults: Faults
  notifier: Notifier
}

/** Notes how to stop what was just started; stops go in the opposite order of starts. */
export type Started = (part: string, stop: () => Promise<void> | void) => void
