import { execFileSync } from 'node:child_process'
import { mkdirSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { loadPrompt } from '../../../daemon/config/prompt.ts'
import { alaw, ulaw } from '../../../drivers/codec/g711.ts'
import { chunk, pcm16, type WavFields, wavFile } from './wav-file.ts'

const directory = t.testdir()

function load(content: Buffer, name = 'hello.wav') {
  const path = join(directory, name)
  writeFileSync(path, content)
  return loadPrompt(path, `prompts/${name}`)
}

function samplesOf(fields: WavFields): number[] {
  const loaded = load(wavFile(fields))
  return 'prompt' in loaded ? [...loaded.prompt.samples] : []
}

function codesOf(content: Buffer): string[] {
  const loaded = load(content)
  return 'faults' in loaded ? loaded.faults.map(({ code }) => code) : []
}

t.test('16-bit PCM is taken as it is', async (t) => {
  const samples = [0, 1, -1, 32767, -32768]
  t.same(samplesOf({ data: pcm16(samples) }), samples)
  const loaded = load(wavFile({ data: pcm16(samples) }), 'welcome.back.wav')
  t.match(loaded, { prompt: { name: 'welcome.back', file: 'prompts/welcome.back.wav' } })
})

t.test('8-bit PCM is unsigned', async (t) => {
  t.same(samplesOf({ bits: 8, data: Buffer.from([0, 128, 255, 129]) }), [-32768, 0, 32512, 256])
})

t.test('both laws of G.711', async (t) => {
  const octets = Buffer.from([0x00, 0x7f, 0x80, 0xff, 0x2a, 0xd5])
  t.same(
    samplesOf({ tag: 7, bits: 8, data: octets }),
    [...octets].map((octet) => ulaw.decoded[octet]),
  )
  t.same(
    samplesOf({ tag: 6, bits: 8, data: octets }),
    [...octets].map((octet) => alaw.decoded[octet]),
  )
})

t.test('stereo becomes the mean of both channels', async (t) => {
  t.same(
    samplesOf({ channels: 2, data: pcm16([100, 300, 32767, 32767, -32768, -32768, 1000, -1000]) }),
    [200, 32767, -32768, 0],
  )
})

t.test('chunks that tell of artist and date, of odd length too, are passed over', async (t) => {
  t.same(samplesOf({ extra: chunk('LIST', Buffer.from('odd')), data: pcm16([7, 8]) }), [7, 8])
})

t.test('the extensible form is read through', async (t) => {
  t.same(samplesOf({ extensible: true, data: pcm16([7, 8]) }), [7, 8])
})

t.test('a file that sox wrote', { skip: soxMissing() }, async (t) => {
  for (const [encoding, bits] of [
    ['signed-integer', 16],
    ['unsigned-integer', 8],
    ['mu-law', 8],
    ['a-law', 8],
  ] as const) {
    const path = join(directory, `${encoding}.wav`)
    const output = ['-e', encoding, '-b', String(bits), path]
    execFileSync('sox', ['-n', '-r', '8000', '-c', '2', ...output, 'synth', '0.5', 'sine', '440', 'vol', '0.5'])
    const loaded = loadPrompt(path, path)
    if (!('prompt' in loaded)) return t.fail(JSON.stringify(loaded))
    t.equal(loaded.prompt.samples.length, 4000)
    const loudest = loaded.prompt.samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0)
    t.ok(Math.abs(loudest - 16384) < 600, `${encoding}: half of full scale, ${loudest}`)
  }
})

t.test('each wrong file has its own code', async (t) => {
  for (const [what, content, expected] of [
    ['empty', Buffer.alloc(0), ['CFG-401']],
    ['text', Buffer.from('This is no sound at all.'), ['CFG-401']],
    ['MP3', Buffer.from('ID3\u0004 and so on and on'), ['CFG-401']],
    ['16 kHz', wavFile({ rateHz: 16000 }), ['CFG-402']],
    ['24-bit', wavFile({ bits: 24, data: Buffer.alloc(300) }), ['CFG-406']],
    ['float', wavFile({ tag: 3, bits: 32 }), ['CFG-406']],
    ['GSM at 44.1 kHz', wavFile({ tag: 49, bits: 0, rateHz: 44100 }), ['CFG-406', 'CFG-402']],
    ['six channels', wavFile({ channels: 6 }), ['CFG-407']],
    ['no samples', wavFile({ data: Buffer.alloc(0) }), ['CFG-408']],
    ['five minutes and a bit', wavFile({ bits: 8, tag: 7, data: Buffer.alloc(300 * 8000 + 1) }), ['CFG-404']],
    ['more announced than there is', wavFile({ dataBytes: 5000 }), ['CFG-405']],
    ['length still unknown', wavFile({ dataBytes: 0xffffffff }), ['CFG-405']],
    [
      'samples before their format',
      Buffer.concat([Buffer.from('RIFF\u0010\0\0\0WAVE'), chunk('data', pcm16([1, 2]))]),
      ['CFG-401'],
    ],
  ] as const)
    t.same(codesOf(content), expected, what)
  t.same(codesOf(wavFile({ bits: 8, tag: 7, data: Buffer.alloc(300 * 8000) })), [], 'five minutes to the sample')
})

t.test('a file of more than 50 MB is judged without being read', async (t) => {
  const path = join(directory, 'huge.wav')
  const limit = 50 * 1024 * 1024
  writeFileSync(path, wavFile({ dataBytes: limit }))
  truncateSync(path, limit + 1)
  const before = process.memoryUsage().rss
  const loaded = loadPrompt(path, path)
  t.match(loaded, { faults: [{ code: 'CFG-403' }, { code: 'CFG-405' }] })
  t.ok(process.memoryUsage().rss - before < 20 * 1024 * 1024, 'memory stays where it was')
})

t.test('what is no file is told, not waited for', async (t) => {
  const pipe = join(directory, 'pipe.wav')
  execFileSync('mkfifo', [pipe])
  t.match(loadPrompt(pipe, 'pipe.wav'), { faults: [{ code: 'CFG-409' }] })
  mkdirSync(join(directory, 'folder.wav'))
  t.match(loadPrompt(join(directory, 'folder.wav'), 'folder.wav'), { faults: [{ code: 'CFG-409' }] })
  t.match(loadPrompt(join(directory, 'absent.wav'), 'absent.wav'), { faults: [{ code: 'CFG-409' }] })
})

t.test(
  'a sound file cut off at any byte, or with any byte of its head changed, is loaded or told, never thrown at',
  async (t) => {
    const sound = wavFile({ extra: chunk('LIST', Buffer.from('artist')), data: pcm16([1, 2, 3, 4]) })
    for (let length = 0; length < sound.length; length++) {
      const loaded = load(sound.subarray(0, length))
      if ('prompt' in loaded) return t.fail(`cut at ${length} it was taken for whole`)
    }
    for (let at = 0; at < sound.length; at++)
      for (const value of [0, 1, 0x7f, 0x80, 0xff]) {
        const spoiled = Buffer.from(sound)
        spoiled[at] = value
        load(spoiled)
      }
    t.pass('all were answered')
  },
)

function soxMissing(): string | false {
  try {
    execFileSync('sox', ['--version'], { stdio: 'ignore' })
    return false
  } catch (error) {
    return `not run: no sox (${error instanceof Error ? error.message : String(error)})`
  }
}
