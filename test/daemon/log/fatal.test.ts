import { spawnSync } from 'node:child_process'
import { test } from 'tap'
import { writeFatal } from '../../../daemon/log/fatal.ts'

test('a process that dies in the same breath has told why, redacted, as one JSON line on stderr', (t) => {
  const program = `
    import { writeFatal } from '${new URL('../../../daemon/log/fatal.ts', import.meta.url).pathname}'
    writeFatal(new Error('password=hunter2'), 'uncaught exception')
    process.kill(process.pid, 'SIGKILL')
  `
  const died = spawnSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' })
  t.equal(died.signal, 'SIGKILL')
  t.match(JSON.parse(died.stderr), {
    level: 'fatal',
    message: 'uncaught exception',
    err: { message: 'password=[redacted]' },
  })
  t.end()
})

test('a full pipe is waited for, a short write is completed', (t) => {
  const pieces: Buffer[] = []
  let calls = 0
  writeFatal({ a: 1 }, 'end', (bytes) => {
    if (++calls === 1) throw Object.assign(new Error('full'), { code: 'EAGAIN' })
    pieces.push(Buffer.from(bytes.subarray(0, 10)))
    return Math.min(10, bytes.length)
  })
  t.match(JSON.parse(Buffer.concat(pieces).toString()), { level: 'fatal', a: 1, message: 'end' })
  t.end()
})

test('a closed stderr, or one that never empties, does not hold the process up', (t) => {
  let calls = 0
  const fail = (code: string) => () => {
    calls++
    throw Object.assign(new Error(code), { code })
  }
  writeFatal({}, 'end', fail('EPIPE'))
  t.equal(calls, 1)
  writeFatal({}, 'end', fail('EAGAIN'))
  t.equal(calls, 51)
  t.end()
})
