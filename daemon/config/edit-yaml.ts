// A YAML file that hands and commands both edit: changed in place with its comments, one command at a time, and never
// half written, whatever kills the command.
//
//   lock ─▶ read ─▶ edit the document ─▶ checked ─▶ written beside it, flushed ─▶ renamed over it ─▶ unlock
import {
  closeSync,
  fchmodSync,
  fchownSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { type Document, parseDocument } from 'yaml'
import { errorCode } from './read-file.ts'

export interface YamlEdit<Result> {
  file: string
  /** What a file that is not there yet begins with. Absent: it must be there. */
  initial?: string
  /** Changes the document, or only looks at it: then nothing is written. */
  edit: (document: Document, value: unknown) => Result
  /** Throws when the new text must not be written. */
  check: (text: string) => void
}

/** Others hold the lock for milliseconds; a command that waits longer says so. */
const lockTimeoutMs = 20_000

/** Throws what `edit` and `check` throw (nothing is written then), and what the disk says. */
export function editYaml<Result>({ file, initial, edit, check }: YamlEdit<Result>): Result {
  return withLock(file, () => {
    const { text, status } = readOr(file, initial)
    const document = parseDocument(text)
    if (document.errors.length > 0) throw new Error(`${file} is no YAML: ${document.errors[0]?.message}`)
    const result = edit(document, document.toJS())
    const edited = document.toString({ lineWidth: 0, flowCollectionPadding: true })
    if (edited === text) return result
    check(edited)
    writeWhole(file, edited, status)
    return result
  })
}

/**
 * SQLite's lock on an empty file beside it: the kernel lets go of it however the process ends, so nobody has to guess
 * whether a lock is left over.
 */
function withLock<Result>(file: string, run: () => Result): Result {
  const lock = new DatabaseSync(join(dirname(file), `.${basename(file)}.lock`), { timeout: lockTimeoutMs })
  try {
    lock.exec('BEGIN EXCLUSIVE')
    return run()
  } finally {
    lock.close()
  }
}

interface FileStatus {
  mode: number
  uid: number
  gid: number
}

function readOr(file: string, initial: string | undefined): { text: string; status: FileStatus | undefined } {
  try {
    return { text: readFileSync(file, 'utf8'), status: statSync(file) }
  } catch (fault) {
    if (initial !== undefined && errorCode(fault) === 'ENOENT') return { text: initial, status: undefined }
    throw fault
  }
}

/** Only who holds the lock writes the file beside it, so what a kill left there is written over. */
function writeWhole(file: string, text: string, status: FileStatus | undefined): void {
  const beside = join(dirname(file), `.${basename(file)}.new`)
  const descriptor = openSync(beside, 'w', 0o640)
  try {
    if (status) keepOwner(descriptor, status)
    writeFileSync(descriptor, text)
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
  renameSync(beside, file)
  flushDirectory(dirname(file))
}

/** The daemon must be able to read what root has edited. */
function keepOwner(descriptor: number, { mode, uid, gid }: FileStatus): void {
  fchmodSync(descriptor, mode & 0o777)
  if (process.getuid?.() === 0) fchownSync(descriptor, uid, gid)
}

function flushDirectory(directory: string): void {
  const descriptor = openSync(directory, 'r')
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}
