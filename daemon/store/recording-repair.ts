// Makes recordings sound that a kill or a power cut left: the recorder completes a header only when it stops, so the
// sizes in it are behind the file's length, and the last write may have ended inside a frame. Runs at start, before any
// recording begins. Files that are not the recorder's (another format), or whose header is right, are not written.
import { type FileHandle, open, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Log } from '../log/log.ts'

export interface RepairedRecording {
  /** Directory as given, with the name of the file. */
  file: string
  durationMs: number
  /** The file was changed. */
  repaired: boolean
}

const headerBytes = 44
const rateHz = 8000
/** Two channels of 16 bits. */
const frameBytes = 4
const filesAtOnce = 8
const dayFolder = /^\d{4}-\d\d-\d\d\//

/**
 * All recordings in the directory and below, in order of their names; empty when it does not exist. A file that cannot
 * be read or written is told to the log and left out. `since`: folders of earlier days (by name, 2026-01-05) are passed by.
 */
export async function repairRecordings(
  directory: string,
  options: { log?: Pick<Log, 'error'>; since?: string } = {},
): Promise<RepairedRecording[]> {
  const { since = '' } = options
  const names = (await wavFiles(directory)).filter((name) => !dayFolder.test(name) || name.slice(0, 10) >= since)
  const found: RepairedRecording[] = []
  let next = 0
  const work = async () => {
    for (let name = names[next++]; name !== undefined; name = names[next++]) {
      const file = join(directory, name)
      try {
        const repaired = await repairFile(file)
        if (repaired) found.push(repaired)
      } catch (fault) {
        options.log?.error({ file, err: fault }, 'a recording could not be checked')
      }
    }
  }
  await Promise.all(Array.from({ length: filesAtOnce }, work))
  return found.sort((a, b) => (a.file < b.file ? -1 : 1))
}

async function wavFiles(directory: string): Promise<string[]> {
  try {
    const entries = await readdir(directory, { recursive: true })
    return entries.filter((name) => name.endsWith('.wav'))
  } catch (fault) {
    if (fault instanceof Error && 'code' in fault && fault.code === 'ENOENT') return []
    throw fault
  }
}

/** Undefined for a file that is not the recorder's. */
async function repairFile(file: string): Promise<RepairedRecording | undefined> {
  const length = await withFile(file, 'r', async (handle) => {
    const stat = await handle.stat()
    if (!stat.isFile()) return undefined
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(headerBytes), 0, headerBytes, 0)
    return judge(buffer.subarray(0, bytesRead), stat.size)
  })
  if (!length) return undefined
  if (!length.sound) {
    await withFile(file, 'r+', async (handle) => {
      await handle.write(recordingHeader(length.dataBytes), 0, headerBytes, 0)
      await handle.truncate(headerBytes + length.dataBytes)
      await handle.sync()
    })
  }
  const durationMs = Math.floor((length.dataBytes / frameBytes / rateHz) * 1000)
  return { file, durationMs, repaired: !length.sound }
}

/**
 * How much audio a file holds, and whether its header says so. A power cut can leave a file whose length has grown
 * while its first bytes are missing or zero: in the recordings' own folder that is a recording, too.
 */
function judge(header: Buffer, fileBytes: number): { dataBytes: number; sound: boolean } | undefined {
  const audioBytes = Math.max(0, fileBytes - headerBytes)
  const dataBytes = audioBytes - (audioBytes % frameBytes)
  const right = recordingHeader(dataBytes)
  if (header.equals(right)) return { dataBytes, sound: audioBytes === dataBytes }
  const blank = header.every((byte) => byte === 0)
  return blank || withoutSizes(header).equals(withoutSizes(right).subarray(0, header.length))
    ? { dataBytes, sound: false }
    : undefined
}

function withoutSizes(header: Buffer): Buffer {
  const copy = Buffer.from(header)
  copy.subarray(4, 8).fill(0)
  copy.subarray(40, 44).fill(0)
  return copy
}

/** RIFF, one `fmt ` chunk of PCM, one `data` chunk; little-endian. */
export function recordingHeader(dataBytes: number): Buffer {
  const header = Buffer.alloc(headerBytes)
  header.write('RIFF', 0, 'latin1')
  header.writeUInt32LE(Math.min(headerBytes - 8 + dataBytes, 0xffffffff), 4)
  header.write('WAVEfmt ', 8, 'latin1')
  header.writeUInt32LE(16, 16)
  header.writeUInt16LE(1, 20)
  header.writeUInt16LE(2, 22)
  header.writeUInt32LE(rateHz, 24)
  header.writeUInt32LE(rateHz * frameBytes, 28)
  header.writeUInt16LE(frameBytes, 32)
  header.writeUInt16LE(16, 34)
  header.write('data', 36, 'latin1')
  header.writeUInt32LE(Math.min(dataBytes, 0xffffffff), 40)
  return header
}

async function withFile<Result>(
  file: string,
  flags: string,
  work: (handle: FileHandle) => Promise<Result>,
): Promise<Result> {
  const handle = await open(file, flags)
  try {
    return await work(handle)
  } finally {
    await handle.close()
  }
}
