// A small file that is written whole or not at all, and proof against a power cut.
//
//   NAME.new ─sync─▶ rename ─▶ NAME ─sync of the folder
import { closeSync, fsyncSync, openSync, renameSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'

/** Throws what the file system throws; the file is as it was before then. */
export function writeWhole(file: string, text: string): void {
  const fresh = openSync(`${file}.new`, 'w', 0o600)
  try {
    writeSync(fresh, text)
    fsyncSync(fresh)
  } finally {
    closeSync(fresh)
  }
  renameSync(`${file}.new`, file)
  syncFolder(dirname(file))
}

function syncFolder(directory: string): void {
  const folder = openSync(directory, 'r')
  try {
    fsyncSync(folder)
  } finally {
    closeSync(folder)
  }
}
