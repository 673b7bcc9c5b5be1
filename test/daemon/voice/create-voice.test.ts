// The voice with the real speech program: what is said, how fast, how loud, and what becomes of a mad program.
import { chmodSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { SystemClock } from '../../../daemon/clock.ts'
import type { FlowVoice } from '../../../daemon/flow/host.ts'
import { createVoice, type VoiceLimits } from '../../../daemon/voice/create-voice.ts'
import { activeLevelDbm0 } from '../../../daemon/voice/speech-level.ts'
import { until } from '../../support/wait.ts'
import { FakeAudio } from './fake-audio.ts'

const amy: FlowVoice = { voiceId: 'Amy', engine: 'standard', style: 'None', languageCode: 'en-GB' }
const open = new AbortController().signal

function voiceIn(directory: string, options: { program?: string; limits?: Partial<VoiceLimits> } = {}) {
  const audio = new FakeAudio()
  const clock = new SystemClock()
  const warnings: string[] = []
  const voice = createVoice({
    audio,
    prompts: new Map([['welcome', { name: 'welcome', samples: new Int16Array(800) }]]),
    cacheDirectory: join(directory, 'cache'),
    log: { warn: (_fields, message) => void warnings.push(message), info: () => undefined },
    clock,
    ...options,
  })
  const say = (text: string, how: { ssml?: boolean; voice?: FlowVoice; signal?: AbortSignal } = {}) =>
    voice.say(text, { ssml: how.ssml ?? false, voice: how.voice ?? amy, signal: how.signal ?? open })
  const samplesOf = async (text: string, how: { ssml?: boolean; voice?: FlowVoice } = {}) =>
    audio.prompts.get(await say(text, how))!
  return { audio, clock, voice, say, samplesOf, warnings }
}

/** A program of our own in place of the speech program. */
function program(directory: string, script: string): string {
  const path = join(directory, 'program')
  writeFileSync(path, `#!/bin/sh\n${script}\n`)
  chmodSync(path, 0o755)
  return path
}

t.test('prompts of the instance are known by name', async (t) => {
  const { voice, audio } = voiceIn(t.testdir())
  t.equal(voice.prompt('welcome'), 'prompt:welcome')
  t.equal(voice.prompt('constructor'), undefined)
  t.ok(audio.prompts.has('prompt:welcome'))
  await voice.close()
  t.equal(audio.prompts.size, 0)
})

t.test('a sentence is spoken: length, level, ends', async (t) => {
  const { voice, samplesOf } = voiceIn(t.testdir())
  const spoken = await samplesOf('Thank you for calling. Please hold the line.')
  t.ok(spoken.length > 8000 * 1.5 && spoken.length < 8000 * 5, `${spoken.length / 8000} s`)
  const levelDbm0 = activeLevelDbm0(spoken)
  t.ok(levelDbm0 > -20 && levelDbm0 < -16, `${levelDbm0.toFixed(1)} dBm0`)
  const peak = spoken.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0)
  t.ok(peak < 32_000, `peak ${peak}`)
  const firstLoud = spoken.findIndex((sample) => Math.abs(sample) > 100)
  const lastLoud = spoken.findLastIndex((sample) => Math.abs(sample) > 100)
  t.ok(firstLoud < 800, `speech begins after ${firstLoud / 8} ms`)
  t.ok(spoken.length - lastLoud < 1600, `and ends ${(spoken.length - lastLoud) / 8} ms before the end`)
  await voice.close()
})

t.test('voices differ, and each keeps to the level', async (t) => {
  const { voice, samplesOf } = voiceIn(t.testdir())
  const seen = new Set<string>()
  for (const voiceId of ['Joanna', 'Matthew', 'Amy', 'Brian', 'Vicki', 'Lucia', 'Celine', 'Takumi']) {
    const spoken = await samplesOf('One two three', { voice: { ...amy, voiceId } })
    seen.add(Buffer.from(spoken.buffer).toString('base64'))
    const levelDbm0 = activeLevelDbm0(spoken)
    t.ok(levelDbm0 > -20 && levelDbm0 < -16, `${voiceId} ${levelDbm0.toFixed(1)} dBm0`)
  }
  t.equal(seen.size, 8)
  await voice.close()
})

t.test('a voice nobody knows speaks the language, and is told once', async (t) => {
  const { voice, samplesOf, warnings } = voiceIn(t.testdir())
  const german = { ...amy, voiceId: 'Zaphod', languageCode: 'de-DE' }
  const spoken = await samplesOf('Guten Tag', { voice: german })
  await samplesOf('Auf Wiedersehen', { voice: german })
  t.ok(spoken.length > 2000)
  t.equal(warnings.length, 1)
  await voice.close()
})

t.test('pauses at the ends of markup stay, silence of the program goes', async (t) => {
  const { voice, samplesOf } = voiceIn(t.testdir())
  const plain = await samplesOf('<speak>Hello</speak>', { ssml: true })
  const paused = await samplesOf('<speak><break time="1s"/>Hello<break time="2s"/></speak>', { ssml: true })
  t.equal(paused.length, plain.length + 3 * 8000)
  t.same(paused.subarray(8000, 8000 + plain.length), plain)
  const silence = await samplesOf('<speak><break time="1s"/></speak>', { ssml: true })
  t.equal(silence.length, 8000)
  t.ok((await samplesOf('')).length >= 160, 'nothing is at least a frame of silence')
  await voice.close()
})

t.test('markup that is not sound', async (t) => {
  const { voice, say } = voiceIn(t.testdir())
  await t.rejects(say('<speak>a', { ssml: true }), { code: 'speechFailed', message: /not sound/ })
  await t.rejects(say('<speak>a & b</speak>', { ssml: true }), { code: 'speechFailed' })
  t.equal(voice.counters().failed, 2)
  await voice.close()
})

t.test('a text that looks like an option or a command is only text', async (t) => {
  const directory = t.testdir()
  const { voice, samplesOf } = voiceIn(directory)
  for (const text of ['--version', '-w /tmp/x.wav', '$(touch x)', '`id`; rm -rf .', "'"])
    t.ok((await samplesOf(text)).length >= 160, text)
  await voice.close()
  t.same(readdirSync(directory), ['cache'])
})

t.test('said twice: from the shelf; after a restart: from the disk; at the same time: made once', async (t) => {
  const directory = t.testdir()
  const first = voiceIn(directory)
  const [one, two] = await Promise.all([first.say('Hello'), first.say('Hello')])
  t.equal(one, two)
  t.equal(await first.say('Hello'), one)
  t.match(first.voice.counters(), { said: 3, spoken: 1, fromShelf: 1, fromCache: 0 })
  await first.voice.close()

  const second = voiceIn(directory)
  t.same(await second.samplesOf('Hello'), await second.samplesOf('Hello'))
  t.match(second.voice.counters(), { spoken: 0, fromCache: 1, fromShelf: 1 })
  await second.voice.close()
})

t.test('how soon speech begins', async (t) => {
  const { voice, say } = voiceIn(t.testdir())
  const times: number[] = []
  for (let round = 0; round < 9; round++) {
    const startMs = performance.now()
    await say(`Hello, and thank you for calling. You are number ${round}.`)
    times.push(performance.now() - startMs)
  }
  const startMs = performance.now()
  await say('Hello, and thank you for calling. You are number 1.')
  const shelfMs = performance.now() - startMs
  times.sort((a, b) => a - b)
  const medianMs = times[4]!
  t.comment(
    `short sentence: median ${medianMs.toFixed(0)} ms, worst ${times[8]!.toFixed(0)} ms; from the shelf ${shelfMs.toFixed(2)} ms`,
  )
  t.ok(medianMs <= 300, `${medianMs.toFixed(0)} ms`)
  await voice.close()
})

t.test('a long text does not hold up the thread', async (t) => {
  const { voice, samplesOf } = voiceIn(t.testdir())
  let worstMs = 0
  let lastMs = performance.now()
  const watch = setInterval(() => {
    const nowMs = performance.now()
    worstMs = Math.max(worstMs, nowMs - lastMs)
    lastMs = nowMs
  }, 1)
  const spoken = await samplesOf('This sentence is said again and again, for a minute or more. '.repeat(40))
  clearInterval(watch)
  t.comment(`${(spoken.length / 8000).toFixed(0)} s of speech, thread held up for at most ${worstMs.toFixed(0)} ms`)
  t.ok(spoken.length > 60 * 8000)
  t.ok(worstMs < 250)
  await voice.close()
})

t.test('Ann leaves: the program is killed, then the flow is told', async (t) => {
  const directory = t.testdir()
  const { voice, say, clock } = voiceIn(directory, { program: program(directory, 'sleep 600') })
  const flow = new AbortController()
  const saying = say('Hello', { signal: flow.signal })
  await until('the program to run', () => voice.counters().running === 1)
  flow.abort(new Error('hung up'))
  await t.rejects(saying, { message: 'hung up' })
  t.equal(voice.counters().running, 0)
  t.equal(clock.liveTimers, 0)
  await voice.close()
})

t.test('one of two callers leaves: the other hears it', async (t) => {
  const { voice, say } = voiceIn(t.testdir())
  const ann = new AbortController()
  const forAnn = say('The same text for both of you', { signal: ann.signal })
  const forBob = say('The same text for both of you')
  ann.abort(new Error('hung up'))
  await t.rejects(forAnn, { message: 'hung up' })
  t.match(await forBob, /^speech:/)
  t.equal(voice.counters().spoken, 1)
  await voice.close()
})

t.test('a text that everybody left is made anew for the next one', async (t) => {
  const { voice, say } = voiceIn(t.testdir())
  const ann = new AbortController()
  const forAnn = say('Hello', { signal: ann.signal })
  ann.abort(new Error('hung up'))
  const forBob = say('Hello')
  await t.rejects(forAnn, { message: 'hung up' })
  t.match(await forBob, /^speech:/)
  await voice.close()
})

const mad: [what: string, script: string, message: RegExp][] = [
  ['that fails', 'echo "no such voice" >&2; exit 3', /ended with 3: no such voice/],
  ['that says something else', 'cat >/dev/null; echo hello; echo world; seq 100', /something else than/],
  ['that hangs', 'exec sleep 600', /took more than 0.5 s/],
  ['that hangs and leaves a child', 'sleep 3 & wait', /took more than 0.5 s/],
  ['that never ends its output', 'cat /dev/zero', /gave more than|took more than/],
]
for (const [what, script, message] of mad)
  t.test(`a speech program ${what}`, async (t) => {
    const directory = t.testdir()
    const { voice, say, clock } = voiceIn(directory, {
      program: program(directory, script),
      limits: { programTimeoutMs: 500 },
    })
    await t.rejects(say('Hello'), { code: 'speechFailed', message })
    t.equal(clock.liveTimers, 0)
    t.equal(voice.counters().running, 0)
    await voice.close()
  })

t.test('no speech program: the message names the package', async (t) => {
  const { voice, say } = voiceIn(t.testdir(), { program: '/nowhere/espeak-ng' })
  await t.rejects(say('Hello'), { code: 'speechFailed', message: /Install the package espeak-ng/ })
  await voice.close()
})

t.test('more texts at once than can wait', async (t) => {
  const { voice, say } = voiceIn(t.testdir(), { limits: { running: 1, waiting: 2 } })
  const results = await Promise.allSettled(['a', 'b', 'c', 'd', 'e'].map((text) => say(text)))
  t.same(
    results.map(({ status }) => status),
    ['fulfilled', 'fulfilled', 'fulfilled', 'rejected', 'rejected'],
  )
  await voice.close()
})

t.test('closing ends what is being spoken', async (t) => {
  const directory = t.testdir()
  const { voice, say, audio, clock } = voiceIn(directory, { program: program(directory, 'exec sleep 600') })
  const saying = say('Hello')
  const rejected = t.rejects(saying, { message: /closed/ })
  await until('the program to run', () => voice.counters().running === 1)
  await voice.close()
  await rejected
  t.same([audio.prompts.size, clock.liveTimers], [0, 0])
})
