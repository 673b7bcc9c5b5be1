// A file mapped into memory, shared with whatever other process maps the same file: the way PCM passes between a
// line driver's process and the audio thread (drivers/pcm-ring.ts).
import { closeSync, constants, fchmodSync, fstatSync, ftruncateSync, openSync } from 'node:fs'
import { callInt, callPointer, detachView, double, i32, openLibrary, pointer, viewMemory } from './library.ts'

export interface SharedMemory {
  memory: ArrayBufferLike
  byteOffset: number
  /** Idempotent. Every view of the memory is empty afterwards: reads give undefined, writes do nothing. */
  unmap(): void
}

let mapped = 0

/** Mappings not yet unmapped, for the ledger of the tests. */
export function mappedMemories(): number {
  return mapped
}

/**
 * Maps the first `bytes` of the file; creates it (mode 0600, zeroed) or extends it when needed.
 * Throws when the file can't be opened or mapped.
 */
export function mapSharedMemory(file: string, bytes: number): SharedMemory {
  openLibrary()
  const fd = openSync(file, constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW, 0o600)
  try {
    fchmodSync(fd, 0o600)
    if (fstatSync(fd).size < bytes) ftruncateSync(fd, bytes)
    const address = callPointer('cb_map_file', i32(fd), double(bytes))
    if (address === undefined) throw new Error(`can not map ${bytes} bytes of ${file} into memory`)
    const memory = viewMemory(address, bytes)
    mapped++
    let live = true
    const unmap = () => {
      if (!live) return
      live = false
      mapped--
      detachView(memory)
      callInt('cb_unmap', pointer(address), double(bytes))
    }
    return { memory, byteOffset: 0, unmap }
  } finally {
    closeSync(fd)
  }
}
