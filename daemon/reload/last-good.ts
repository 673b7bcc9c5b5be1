// A copy of the configuration that was last in force, beside the records: a box whose files were broken by hand, and that
// then lost its power, still answers the telephone in the morning.
import { cpSync, existsSync, renameSync, rmSync } from 'node:fs'
import { basename, join, relative, sep } from 'node:path'

const copyName = 'last-good'

/** Where the copy lies, whether there is one or not. */
export function lastGoodDirectory(storage: string): string {
  return join(storage, copyName)
}

export function hasLastGood(storage: string): boolean {
  return existsSync(join(lastGoodDirectory(storage), 'box.yaml'))
}

/**
 * Keeps a copy of the instance's directory, modes and all (secrets stay 0600); hidden files are left out. The copy before
 * it is replaced only when the new one is whole. Throws what the disk says.
 */
export function keepLastGood(directory: string, storage: string): void {
  const kept = lastGoodDirectory(storage)
  const [fresh, old] = [`${kept}.new`, `${kept}.old`]
  for (const left of [fresh, old]) rmSync(left, { recursive: true, force: true })
  cpSync(directory, fresh, {
    recursive: true,
    dereference: true,
    filter: (source) => !isHidden(directory, source),
  })
  if (existsSync(kept)) renameSync(kept, old)
  renameSync(fresh, kept)
  rmSync(old, { recursive: true, force: true })
}

/** Also finds what a power cut left between the two renames. */
export function settleLastGood(storage: string): void {
  const kept = lastGoodDirectory(storage)
  if (!existsSync(kept) && existsSync(`${kept}.old`)) renameSync(`${kept}.old`, kept)
}

function isHidden(directory: string, source: string): boolean {
  const inside = relative(directory, source)
  return inside !== '' && (inside.split(sep).includes('..') || basename(source).startsWith('.'))
}
