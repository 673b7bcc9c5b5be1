// An hour without a digit in it: speech of many voices and languages, and music, by turns of half a minute. The same at
// every run.
import { atLevel, seeded, speak } from './sounds.ts'

const rateHz = 8000
const turnS = 30

const voices = [
  'en',
  'en-us+f2',
  'de',
  'fr+f4',
  'es',
  'it+f1',
  'pl',
  'nl+m3',
  'pt+f5',
  'sv',
  'en+m7',
  'ru+f3',
  'cs',
  'tr',
  'fi+f2',
]

const words = (
  'account address afternoon again agent already answer appointment arrive available balance before billing book branch ' +
  'broken call cancel change charge check city claim close code confirm connect contract copy customer date delivery ' +
  'department deposit different doctor document early eight email engine english evening every expect family fifteen final ' +
  'five forty four friday garden good half happy hello help holiday hour house hundred important insurance invoice january ' +
  'keep key late letter line little lunch machine manager market message minute monday money morning mother name need never ' +
  'night nine number october office one open order other package paper parcel payment people phone please policy possible ' +
  'price problem product question quick receive refund register repair reservation return road room saturday school second ' +
  'service seven seventeen sister six sorry speak station street summer sunday switch table ten thank thirteen thirty three ' +
  'ticket time today together tomorrow train transfer tuesday twenty two under until urgent vehicle visit wait water ' +
  'wednesday week weekend window winter work wrong year yesterday zero'
).split(' ')

/** Somebody talks, without much sense, for half a minute. */
function talk(turn: number): Int16Array {
  const random = seeded(1000 + turn)
  const sentences = Array.from({ length: 14 }, () => {
    const said = Array.from({ length: 5 + Math.floor(random() * 8) }, () => words[Math.floor(random() * words.length)])
    return `${said.join(' ')}${random() < 0.3 ? '?' : '.'}`
  })
  const voice = voices[turn % voices.length]!
  const wordsPerMinute = 120 + Math.floor(random() * 120)
  // From a whisper to a shout.
  return speak(sentences.join(' '), { voice, wordsPerMinute, levelDbm0: -28 + random() * 16 }).subarray(
    0,
    turnS * rateHz,
  )
}

const scale = [0, 2, 4, 5, 7, 9, 11]

/** Music on hold: chords, a melody and a bass, of instruments whose tones have harmonics, vibrato and a beat. */
function music(turn: number): Int16Array {
  const random = seeded(2000 + turn)
  const mix = new Float64Array(turnS * rateHz)
  const rootHz = 220 * 2 ** (Math.floor(random() * 12) / 12)
  const beatS = 60 / (70 + random() * 90)
  const noteHz = (degree: number, octave: number) => {
    const steps = scale[((degree % 7) + 7) % 7]! + 12 * Math.floor(degree / 7)
    return rootHz * 2 ** (octave + steps / 12)
  }
  const play = (hz: number, fromS: number, lengthS: number, loudness: number, brightness: number) => {
    const from = Math.round(fromS * rateHz)
    const to = Math.min(mix.length, from + Math.round(lengthS * rateHz))
    const vibratoHz = 4.5 + random() * 2
    const depth = 0.003 + random() * 0.004
    for (let harmonic = 1; harmonic <= 10 && hz * harmonic < 3700; harmonic++) {
      const weight = loudness * brightness ** (harmonic - 1)
      for (let i = from, phase = random() * 6; i < to; i++) {
        const s = (i - from) / rateHz
        phase += (2 * Math.PI * hz * harmonic * (1 + depth * Math.sin(2 * Math.PI * vibratoHz * s))) / rateHz
        mix[i]! += weight * Math.exp(-s * 1.5) * Math.min(1, s * 60) * Math.sin(phase)
      }
    }
  }
  for (let beat = 0; beat * beatS < turnS; beat++) {
    const chord = [0, 3, 4, 5][Math.floor(beat / 4) % 4]!
    if (beat % 2 === 0)
      for (const third of [0, 2, 4]) play(noteHz(chord + third, 0), beat * beatS, beatS * 2, 0.5, 0.55)
    play(noteHz(chord, -1), beat * beatS, beatS, 0.7, 0.6)
    for (let half = 0; half < 2; half++)
      if (random() < 0.8)
        play(
          noteHz(Math.floor(random() * 14), 1),
          (beat + half / 2) * beatS,
          beatS * (0.5 + random()),
          0.6,
          0.3 + random() * 0.4,
        )
  }
  return atLevel(
    Int16Array.from(mix, (value) => Math.round(value * 3000)),
    -22 + random() * 8,
  )
}

/** Turns of half a minute, in turn speech and music. */
export function* talkOff(minutes: number): Generator<{ name: string; sound: Int16Array }> {
  for (let turn = 0; turn < (minutes * 60) / turnS; turn++)
    yield turn % 2 === 0
      ? { name: `speech ${turn / 2} (${voices[(turn / 2) % voices.length]})`, sound: talk(turn / 2) }
      : { name: `music ${(turn - 1) / 2}`, sound: music((turn - 1) / 2) }
}
