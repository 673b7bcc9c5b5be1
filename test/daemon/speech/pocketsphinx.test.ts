// PocketSphinx itself, with callers that espeak-ng speaks for: no caller is harder to understand, for the model has never
// heard such a voice. The rates are printed; the bars are what must not be lost of them.
import { accessSync, constants } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { SystemClock } from '../../../daemon/clock.ts'
import { createRecognisers } from '../../../daemon/speech/create-recognisers.ts'
import type { ExpectedSpeech, PocketSphinxDefinition } from '../../../daemon/speech/recogniser.ts'
import { line, quiet, spokenBy } from './callers.ts'

const folder = '/usr/share/pocketsphinx/model/en-us'
const box: PocketSphinxDefinition = {
  name: 'box',
  kind: 'pocketsphinx',
  languages: ['en'],
  program: 'pocketsphinx_batch',
  model: join(folder, 'en-us'),
  dictionary: join(folder, 'cmudict-en-us.dict'),
  strict: false,
  timeoutS: 10,
  concurrency: 2,
}
const isThere = (path: string) => {
  try {
    accessSync(path, constants.R_OK)
    return true
  } catch {
    return false
  }
}
const isInstalled =
  isThere(box.dictionary) && (process.env.PATH ?? '').split(':').some((path) => isThere(join(path, box.program)))

function office(of: Partial<PocketSphinxDefinition> = {}) {
  const clock = new SystemClock()
  const warnings: object[] = []
  const log = { warn: (fields: object) => void warnings.push(fields), info: () => undefined }
  const recognisers = createRecognisers({ definitions: [{ ...box, ...of }], clock, log })
  const ask = async (expected: ExpectedSpeech, voice: string, words: string) => {
    const from = line()
    const rules = { language: 'en-US', startTimeoutMs: 3000, endSilenceMs: 600, maximumMs: 12_000 }
    const asked = recognisers.recognise({ expected, ...rules }, from, new AbortController().signal)
    await from.say(quiet(500), spokenBy(voice, words), quiet(1000))
    const startMs = performance.now()
    const heard = await asked
    return { heard, tookMs: performance.now() - startMs }
  }
  return { clock, recognisers, warnings, ask }
}

const voices = ['en-us+f3', 'en-us+m3', 'en-gb+m3', 'en-gb+f2', 'en-us+m7', 'en-us']
const phrases: ExpectedSpeech = {
  phrases: [
    ...['sales', 'support', 'billing', 'technical support', 'speak to an agent', 'opening hours'],
    ...['check my balance', 'cancel my order', 'book a visit', 'pay my bill'],
  ],
}
const digits: ExpectedSpeech = {
  phrases: ['one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'yes', 'no'],
}

if (!isInstalled)
  t.test('not run: the packages pocketsphinx and pocketsphinx-en-us are not installed', async (t) =>
    t.comment('not run'),
  )
else {
  const rates: [what: string, expected: ExpectedSpeech, of: Partial<PocketSphinxDefinition>, bar: number][] = [
    ['phrases', phrases, {}, 0.8],
    ['spoken digits, yes and no', digits, {}, 0.5],
    ['phrases, strictly', phrases, { strict: true }, 0.25],
  ]
  for (const [what, expected, of, bar] of rates)
    t.test(`${what}, spoken by six voices over A-law`, async (t) => {
      const o = office(of)
      let right = 0
      let wrong = 0
      const tookMs: number[] = []
      const missed = new Map<string, number>()
      for (const voice of voices)
        for (const words of expected.phrases) {
          const { heard, tookMs: took } = await o.ask(expected, voice, words)
          tookMs.push(took)
          if (heard.outcome === 'heard' && heard.text === words) right++
          else {
            if (heard.outcome === 'heard') wrong++
            missed.set(words, (missed.get(words) ?? 0) + 1)
          }
        }
      const all = voices.length * expected.phrases.length
      const median = tookMs.sort((a, b) => a - b)[all >> 1] ?? 0
      t.comment(
        `${right} of ${all} right (${Math.round((right / all) * 100)} %), ${wrong} taken for another; ` +
          `text ${median.toFixed(0)} ms after the last sample (median); missed: ${[...missed].map(([word, count]) => `${word} ${count}`).join(', ')}`,
      )
      t.ok(right / all >= bar, `at least ${bar * 100} %`)
      await o.recognisers.close()
      t.equal(o.clock.liveTimers, 0)
    })

  t.test('strictly: what is none of the phrases is refused', async (t) => {
    const o = office({ strict: true })
    const others = ['banana', 'what time is it', 'I would like a pizza with cheese', 'my name is John']
    let refused = 0
    for (const voice of voices)
      for (const words of others) if ((await o.ask(phrases, voice, words)).heard.outcome === 'noMatch') refused++
    t.comment(`${refused} of ${voices.length * others.length} refused`)
    t.ok(refused >= 0.8 * voices.length * others.length)
    await o.recognisers.close()
  })

  t.test('a digit string', async (t) => {
    const o = office()
    const { heard } = await o.ask(
      { phrases: [], digits: { minimum: 3, maximum: 6 } },
      'en-us+m3',
      'two, two, three, one',
    )
    t.comment(JSON.stringify(heard))
    t.ok(heard.outcome === 'heard' && /^([a-z]+ ){2,5}[a-z]+$/.test(heard.text), 'three to six words')
    await o.recognisers.close()
  })

  t.test('a phrase with an unknown word is told once, the others are understood', async (t) => {
    const o = office()
    const expected = { phrases: ['zxqvbn please', 'technical support'] }
    for (const voice of ['en-us+m3', 'en-us+f3'])
      t.match((await o.ask(expected, voice, 'technical support')).heard, { text: 'technical support' })
    t.same(o.warnings, [{ recogniser: 'box', phrase: 'zxqvbn please' }])
    await o.recognisers.close()
  })

  t.test('nothing that could be expected: it says so, and is asked again next time', async (t) => {
    const o = office()
    for (const expected of [{ phrases: [] }, { phrases: ['zxqvbn'] }])
      t.match((await o.ask(expected, 'en-us', 'one')).heard, { outcome: 'failed', reason: /expected phrase/ })
    t.equal(o.recognisers.counters().recognisersResting, 0)
    await o.recognisers.close()
  })

  t.test('no model', async (t) => {
    const o = office({ model: '/nowhere' })
    t.match((await o.ask(digits, 'en-us', 'one')).heard, { outcome: 'failed', reason: /pocketsphinx/ })
    await o.recognisers.close()
  })
}

t.test('no dictionary, no program: the message names the packages', async (t) => {
  const nothing = office({ dictionary: '/nowhere/dict' })
  t.match((await nothing.ask(digits, 'en-us', 'one')).heard, {
    outcome: 'failed',
    reason: /Install the packages pocketsphinx/,
  })
  const dictionary = join(t.testdir({ dict: 'one W AH N\ntwo T UW\n' }), 'dict')
  const noProgram = office({ dictionary, program: '/nowhere/pocketsphinx_batch' })
  t.match((await noProgram.ask({ phrases: ['one'] }, 'en-us', 'one')).heard, {
    outcome: 'failed',
    reason: /could not be run: .*Install the packages pocketsphinx/,
  })
  await Promise.all([nothing.recognisers.close(), noProgram.recognisers.close()])
})
