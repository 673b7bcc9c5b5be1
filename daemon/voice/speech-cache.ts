// Speech kept on disk, one WAV file per text and voice, so that a restart does not speak everything anew. Bounded in
// size, the longest unused goes first. A file that is damaged or gone is simply spoken again.
import { mkdir, open, readdir, readFile, rename, stat, unlink, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { promptWav, readPromptWav } from './prompt-wav.ts'

export interface SpeechCacheOptions {
  directory: string
  maximumBytes: number
  /** A disk fault costs time, not a call: told and counted, never thrown. */
  onFault(what: string, fault: unknown): void
}

const fileName = /^[0-9a-f]{64}\.wav$/

export class SpeechCache {
  readonly #options: SpeechCacheOptions
  /** File name to size, the longest unused first. */
  readonly #files = new Map<string, number>()
  #bytes = 0
  #ready: Promise<void> | undefined
  #writes = 0

  constructor(options: SpeechCacheOptions) {
    this.#options = options
  }

  get bytes(): number {
    return this.#bytes
  }

  get files(): number {
    return this.#files.size
  }

  /** `key` is 64 hexadecimal digits. */
  async read(key: string): Promise<Int16Array | undefined> {
    await this.#open()
    const name = `${key}.wav`
    const size = this.#files.get(name)
    if (size === undefined) return undefined
    const path = join(this.#options.directory, name)
    try {
      const samples = readPromptWav(await readFile(path))
      if (!samples) throw new Error('the file is damaged')
      this.#touch(name, size)
      const now = new Date()
      await utimes(path, now, now)
      return samples
    } catch (fault) {
      this.#options.onFault(`read ${name}`, fault)
      await this.#remove(name)
      return undefined
    }
  }

  /** Whole or not at all: written aside, then renamed. */
  async write(key: string, samples: Int16Array): Promise<void> {
    await this.#open()
    const name = `${key}.wav`
    const path = join(this.#options.directory, name)
    const aside = `${path}.${process.pid}.${this.#writes++}.part`
    const bytes = promptWav(samples)
    if (bytes.length > this.#options.maximumBytes) return
    try {
      const file = await open(aside, 'wx', 0o640)
      try {
        await file.writeFile(bytes)
      } finally {
        await file.close()
      }
      await rename(aside, path)
      this.#forget(name)
      this.#touch(name, bytes.length)
      this.#bytes += bytes.length
      await this.#shrink()
    } catch (fault) {
      this.#options.onFault(`write ${name}`, fault)
      await this.#unlink(aside)
    }
  }

  #open(): Promise<void> {
    this.#ready ??= this.#scan()
    return this.#ready
  }

  async #scan(): Promise<void> {
    const { directory, onFault } = this.#options
    try {
      await mkdir(directory, { recursive: true })
      const found: { name: string; size: number; usedMs: number }[] = []
      for (const name of await readdir(directory)) {
        // Left behind by a kill in the middle of a write.
        if (name.endsWith('.part')) await this.#unlink(join(directory, name))
        if (!fileName.test(name)) continue
        const { size, mtimeMs } = await stat(join(directory, name))
        found.push({ name, size, usedMs: mtimeMs })
      }
      found.sort((a, b) => a.usedMs - b.usedMs)
      for (const { name, size } of found) {
        this.#files.set(name, size)
        this.#bytes += size
      }
      await this.#shrink()
    } catch (fault) {
      onFault('open the folder', fault)
    }
  }

  async #shrink(): Promise<void> {
    for (const name of this.#files.keys()) {
      if (this.#bytes <= this.#options.maximumBytes) return
      await this.#remove(name)
    }
  }

  #touch(name: string, size: number): void {
    this.#files.delete(name)
    this.#files.set(name, size)
  }

  #forget(name: string): void {
    this.#bytes -= this.#files.get(name) ?? 0
    this.#files.delete(name)
  }

  async #remove(name: string): Promise<void> {
    this.#forget(name)
    await this.#unlink(join(this.#options.directory, name))
  }

  async #unlink(path: string): Promise<void> {
    try {
      await unlink(path)
    } catch (fault) {
      const gone = fault instanceof Error && 'code' in fault && fault.code === 'ENOENT'
      if (!gone) this.#options.onFault(`remove ${path}`, fault)
    }
  }
}
