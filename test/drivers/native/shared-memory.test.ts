// A driver's process and the audio thread's process pass PCM through one mapped file.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { mappedMemories, mapSharedMemory } from '../../../drivers/native/shared-memory.ts'
import { pcmFileBytes, pcmPath } from '../../../drivers/pcm-ring.ts'

const otherProcess = join(import.meta.dirname, 'shared-memory-peer.ts')

t.test('what one process writes the other reads, and the other way round', async (t) => {
  const file = join(t.testdir({}), 'line-1')
  const ours = mapSharedMemory(file, pcmFileBytes)
  const path = pcmPath(ours.memory, ours.byteOffset)
  path.playback.write(Int16Array.of(1, -2, 32767))
  const peer = fork(otherProcess, [file])
  const [exitCode] = await once(peer, 'exit')
  t.equal(exitCode, 0)
  const heard = new Int16Array(3)
  t.equal(path.capture.read(heard), 3)
  t.same([...heard], [-1, 2, -32767], 'the peer answered with the negatives of what it read')
  ours.unmap()
})

t.test('the file is the owner’s alone and of the size asked for', async (t) => {
  const file = join(t.testdir({}), 'line-1')
  const ours = mapSharedMemory(file, pcmFileBytes)
  const { mode, size } = statSync(file)
  t.equal(mode & 0o777, 0o600)
  t.equal(size, pcmFileBytes)
  ours.unmap()
})

t.test('a second mapping of the same file finds what is there', async (t) => {
  const file = join(t.testdir({}), 'line-1')
  const first = mapSharedMemory(file, 64)
  new Int32Array(first.memory, first.byteOffset, 1)[0] = 42
  const second = mapSharedMemory(file, 128)
  t.equal(new Int32Array(second.memory, second.byteOffset, 1)[0], 42)
  t.equal(statSync(file).size, 128, 'extended, not truncated')
  first.unmap()
  second.unmap()
})

t.test('after unmap a view is empty, not a hole into freed memory', async (t) => {
  const ours = mapSharedMemory(join(t.testdir({}), 'line-1'), 64)
  const view = new Int32Array(ours.memory, ours.byteOffset)
  ours.unmap()
  ours.unmap()
  t.equal(view.length, 0)
  t.equal(view[0], undefined)
})

t.test('a path that can not be opened is refused with its reason', async (t) => {
  t.throws(() => mapSharedMemory(join(t.testdir({}), 'absent', 'line-1'), 64), { code: 'ENOENT' })
  const dir = t.testdir({ link: t.fixture('symlink', 'target'), target: '' })
  t.throws(() => mapSharedMemory(join(dir, 'link'), 64), { code: 'ELOOP' }, 'never through a symbolic link')
})

t.test('ledger: every mapping is undone', async (t) => {
  t.equal(mappedMemories(), 0)
})
