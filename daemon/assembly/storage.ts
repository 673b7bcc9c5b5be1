// The folder of records and recordings: the disk's, or memory's in its place, whose content then comes to the disk as
// soon as it can be written.
import { memoryStorage, storageToUse, storageUnwritable } from '../store/storage-place.ts'
import { bringHome, StorageReturn } from '../store/storage-return.ts'
import type { Started, Surroundings } from './surroundings.ts'

/** Call before anything is opened in it: what is started here is stopped when all that is closed. Rejects with the mend. */
export async function openStorage(
  { instance, options, clock, log, faults }: Surroundings,
  started: Started,
): Promise<string> {
  const wanted = instance.box.storage.directory
  const memory = memoryStorage(options.runtimeDirectory)
  const useMemory = () => {
    const storageReturn = new StorageReturn({ from: memory, to: wanted, clock, log, faults })
    started('storage in memory', () => storageReturn.close())
    return memory
  }
  if (storageToUse(wanted, options.runtimeDirectory, { faults, log }) !== wanted) return useMemory()
  try {
    await bringHome({ from: memory, to: wanted, clock, log })
    return wanted
  } catch (fault) {
    log.error(
      { err: fault, wanted },
      'the disk does not take what memory holds for it; memory goes on taking its place',
    )
    faults.raise(storageUnwritable(wanted, fault))
    return useMemory()
  }
}
