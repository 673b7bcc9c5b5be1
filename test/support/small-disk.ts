// Disks that fill up or turn read-only, for tests that run as root; elsewhere they say "not run".
import { spawnSync } from 'node:child_process'
import {
  closeSync,
  ftruncateSync,
  mkdtempSync,
  openSync,
  readdirSync,
  rmSync,
  statfsSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import type { Test } from 'tap'

export interface SmallDisk {
  folder: string
  /** Takes all the room there is. */
  fill(): void
  /** Gives it back. */
  empty(): void
  /** As the kernel does when the disk fails. */
  turnReadOnly(): void
  /** A person has looked after it; nothing may have a file open there. */
  turnWritable(): void
}

function run(command: string, ...args: string[]): string | undefined {
  const { status, stdout } = spawnSync(command, args, { encoding: 'utf8' })
  return status === 0 ? stdout.trim() : undefined
}

/** An ext4 file system of its own, gone after the test; undefined where it can't be mounted. */
export function smallDisk(t: Pick<Test, 'teardown'>, megabytes: number): SmallDisk | undefined {
  const home = mkdtempSync(join(tmpdir(), 'cordboard-disk-'))
  t.teardown(() => rmSync(home, { recursive: true, force: true }))
  const image = join(home, 'image')
  const folder = mkdtempSync(join(home, 'disk-'))
  const descriptor = openSync(image, 'w')
  ftruncateSync(descriptor, megabytes * 1024 * 1024)
  closeSync(descriptor)
  // No room is kept for root: full is full for everybody.
  if (run('mkfs.ext4', '-q', '-m', '0', image) === undefined) return undefined
  if (run('mount', '-o', 'loop,errors=remount-ro', image, folder) === undefined) return undefined
  t.teardown(() => void run('umount', '--lazy', folder))
  const ballast = join(folder, 'ballast')
  return {
    folder,
    fill() {
      for (let bytes = 1024 * 1024; bytes >= 4096; bytes /= 2)
        for (let part = 0; ; part++) {
          const { bavail, bsize } = statfsSync(folder)
          if (bavail * bsize < bytes) break
          if (!tryToWrite(`${ballast}-${bytes}-${part}`, bytes)) break
        }
    },
    empty() {
      for (const name of readdirSync(folder)) if (name.startsWith('ballast')) rmSync(join(folder, name))
    },
    turnReadOnly() {
      const device = basename(run('findmnt', '-n', '-o', 'SOURCE', folder) ?? '')
      writeFileSync(`/sys/fs/ext4/${device}/trigger_fs_error`, '1')
    },
    turnWritable() {
      run('umount', folder)
      run('e2fsck', '-y', image)
      if (run('mount', '-o', 'loop', image, folder) === undefined) throw new Error(`${folder} stays away`)
    },
  }
}

function tryToWrite(file: string, bytes: number): boolean {
  try {
    writeFileSync(file, Buffer.alloc(bytes, 1))
    return true
  } catch (fault) {
    if (fault instanceof Error && 'code' in fault && fault.code === 'ENOSPC') return false
    throw fault
  }
}
