// The instance to start with: what the files say, or, when they are broken, the copy of what was last in force.
import type { Instance } from '../config/instance.ts'
import { type LoadOptions, loadInstance } from '../config/load.ts'
import type { Fault } from '../fault.ts'
import { hasLastGood, lastGoodDirectory, settleLastGood } from './last-good.ts'

export interface StartInstance {
  instance: Instance
  /** The files on disk were not used: they have errors. */
  isLastGood: boolean
  /** Of the files on disk. */
  faults: Fault[]
}

export interface StartOptions extends LoadOptions {
  directory: string
  /** Where records are kept, and the copy beside them, as far as it is known without the files. */
  storage: string
}

/** Without an instance: the files have errors, and there is no copy, or it has errors too (then `faults` has them). */
export function instanceToStart(options: StartOptions): StartInstance | { faults: Fault[] } {
  const { directory, storage, ...load } = options
  const { instance, faults } = loadInstance(directory, load)
  if (instance) return { instance, isLastGood: false, faults }
  settleLastGood(storage)
  if (!hasLastGood(storage)) return { faults }
  const kept = loadInstance(lastGoodDirectory(storage), load)
  if (!kept.instance) return { faults: [...faults, ...kept.faults.filter(({ severity }) => severity === 'error')] }
  return { instance: kept.instance, isLastGood: true, faults }
}
