// Whether tones of many exchanges end a call, and nothing else does. Real detectors over made sound.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { tonesOfCountry } from '../../../daemon/line/country-tones.ts'
import { hangUpTones, type Tone } from '../../../daemon/line/tone-patterns.ts'
import { ToneSupervisor } from '../../../daemon/media/tone-supervisor.ts'
import { WaitingCallerListener } from '../../../drivers/caller-id/waiting-caller.ts'
import { liveDetectorBanks } from '../../../drivers/native/detector-bank.ts'
import { ToneBank } from '../../../drivers/native/tone-bank.ts'
import { makeTone } from '../../support/tones.ts'
import { readWav } from '../../support/wav.ts'

const frameSamples = 160
/** The fifteen whose tones a box must know. */
const countries = 'US GB DE FR NL ES IT SE AU NZ JP IN BR CN MX'.split(' ')

/** What a line of the country hears in the sound, with the millisecond at which it knows. */
function heard(country: string, sound: Int16Array): { tone: string; atMs: number }[] {
  const tones = hangUpTones(tonesOfCountry(country) ?? {})
  const bank = new ToneBank(1)
  const supervisor = new ToneSupervisor(bank.open(tones.map(({ pattern }) => pattern)), tones)
  const found: { tone: string; atMs: number }[] = []
  for (let at = 0; at + frameSamples <= sound.length; at += frameSamples) {
    supervisor.hear(sound.subarray(at, at + frameSamples), (tone) => found.push({ tone, atMs: at / 8 }))
    bank.run()
  }
  bank.destroy()
  return found
}

/** Tones taken for those that tell of a call waiting (type II caller ID). */
function alerts(sound: Int16Array): number {
  const listener = new WaitingCallerListener(() => {})
  for (let at = 0; at + frameSamples <= sound.length; at += frameSamples)
    listener.hear(sound.slice(at, at + frameSamples))
  listener.close()
  return listener.alerts
}

/** The tone for so long, over the noise of a line. */
function played({ frequenciesHz, cadenceMs }: Tone, durationMs: number, levelDbm0: number): Int16Array {
  const sound = noise(durationMs, -55)
  const cadence = cadenceMs.length > 0 ? cadenceMs : [durationMs, 0]
  let atMs = 0
  for (let index = 0; atMs < durationMs; index++) {
    const ms = cadence[index % cadence.length]!
    if (index % 2 === 0)
      for (const [i, sample] of makeTone(frequenciesHz, Math.min(ms, durationMs - atMs), levelDbm0).entries())
        sound[atMs * 8 + i]! += sample
    atMs += ms
  }
  return sound
}

function noise(durationMs: number, levelDbm0: number): Int16Array {
  const peak = 32767 * 10 ** ((levelDbm0 - 3.14) / 20) * Math.sqrt(1.5)
  const random = repeatable(1)
  return Int16Array.from({ length: durationMs * 8 }, () => Math.round(peak * (2 * random() - 1)))
}

/** 0 to 1, the same in every run. */
function repeatable(start: number): () => number {
  let seed = start
  return () => {
    seed = (Math.imul(seed, 1103515245) + 12345) >>> 0
    return seed / 2 ** 32
  }
}

for (const country of countries)
  for (const name of ['busy', 'congestion', 'dial'] as const) {
    const tone = tonesOfCountry(country)?.[name]
    if (!tone) continue
    t.test(`${country}: ${name} is noticed within three cadences, loud and faint`, async (t) => {
      const periodMs = tone.cadenceMs.reduce((sum, ms) => sum + ms, 0) || 2000
      for (const levelDbm0 of [-10, -30]) {
        const [first] = heard(country, played(tone, periodMs * 4 + 200, levelDbm0))
        t.ok(first, `${levelDbm0} dBm0`)
        t.ok((first?.atMs ?? Infinity) <= periodMs * 3 + 200, `after ${first?.atMs} ms of ${periodMs} ms periods`)
      }
    })
  }

for (const country of countries)
  t.test(`${country}: ring-back, keys and noise end nothing`, async (t) => {
    const ring = tonesOfCountry(country)?.ring
    if (ring) t.same(heard(country, played(ring, 20_000, -15)), [], 'ring-back')
    t.same(heard(country, played({ frequenciesHz: [770, 1336], cadenceMs: [100, 100] }, 5000, -10)), [], 'keys')
    t.same(heard(country, noise(10_000, -20)), [], 'noise')
  })

/** 60: the whole hour; takes half a minute. */
const minutes = Number(process.env.CORDBOARD_TONE_MINUTES ?? 2)

t.test(`${minutes} minutes of prompts and music end nothing, in any country, and alert nobody`, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'cordboard-tones-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  const random = repeatable(7)
  let listenedMs = 0
  for (let round = 0; listenedMs < minutes * 60_000; round++) {
    const sound = round % 4 === 3 ? music(30_000, random) : spoken(folder, round, random)
    listenedMs += sound.length / 8
    for (const country of countries) t.same(heard(country, sound), [], `${country}, part ${round}`)
    t.equal(alerts(sound), 0, `no call is waiting, part ${round}`)
  }
})

const sentences = [
  'Thank you for calling.',
  'Your call is important to us.',
  'To hear this again, press one.',
  'Please hold the line.',
  'All our agents are busy at the moment.',
  'You are number five in the queue.',
  'For sales, press two, for support, press three.',
  'Wir bitten um etwas Geduld.',
  'Ne quittez pas, un conseiller va vous répondre.',
]

function spoken(folder: string, round: number, random: () => number): Int16Array {
  const voices = ['en-us', 'en-gb', 'en-us+f3', 'en-gb+m4', 'de', 'fr+f2']
  const text = Array.from({ length: 12 }, () => sentences[Math.floor(random() * sentences.length)]).join(' ')
  const [made, file] = [join(folder, 'made.wav'), join(folder, 'speech.wav')]
  const pitch = String(20 + Math.floor(random() * 60))
  execFileSync('espeak-ng', ['-v', voices[round % voices.length]!, '-p', pitch, '-w', made, text])
  execFileSync('sox', [made, '-r', '8000', '-c', '1', file])
  return readWav(file).samples[0]!
}

/** Chords of three notes, a quarter or an eighth each, with their overtones: music on hold at its worst. */
function music(durationMs: number, random: () => number): Int16Array {
  const sound = new Int16Array(durationMs * 8)
  for (let atMs = 0; atMs < durationMs; ) {
    const noteMs = Math.min(random() < 0.5 ? 250 : 500, durationMs - atMs)
    const rootHz = 220 * 2 ** (Math.floor(random() * 13) / 12)
    for (const hz of [rootHz, rootHz * 1.25, rootHz * 1.5, rootHz * 2])
      for (const [i, sample] of makeTone(hz, noteMs, -24).entries()) sound[atMs * 8 + i]! += sample
    atMs += noteMs + (random() < 0.3 ? Math.min(250, durationMs - atMs - noteMs) : 0)
  }
  return sound
}

t.test('countries without a table, and Canada', async (t) => {
  t.equal(tonesOfCountry('XX'), undefined)
  t.equal(tonesOfCountry('CA'), tonesOfCountry('US'))
})

t.test('no detector is left', async (t) => {
  t.equal(liveDetectorBanks(), 0)
})
