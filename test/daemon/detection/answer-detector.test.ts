// Who answered, by sound alone: people and machines of espeak-ng's voices, as they come over a line.
import t from 'tap'
import { AnswerDetector, type AnsweredBy } from '../../../daemon/detection/answer-detector.ts'
import { makeTone } from '../../support/tones.ts'
import { quiet, spokenBy } from '../speech/callers.ts'

const samplesPerMs = 8
/** As they come from the audio thread. */
const pieceSamples = 800

/** The result, and after how long it was known. */
function judge(sound: Int16Array): { answeredBy: AnsweredBy; afterMs: number } {
  const detector = new AnswerDetector()
  for (let at = 0; at < sound.length; at += pieceSamples) {
    const piece = sound.subarray(at, at + pieceSamples)
    const answeredBy = detector.hears(piece)
    if (answeredBy) return { answeredBy, afterMs: (at + piece.length) / samplesPerMs }
  }
  return { answeredBy: detector.sofar, afterMs: sound.length / samplesPerMs }
}

function joined(...parts: Int16Array[]): Int16Array {
  const whole = new Int16Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

const louder = (sound: Int16Array, db: number) => sound.map((sample) => Math.round(sample * 10 ** (db / 20)))

/** White noise of this RMS over it. */
function noisy(sound: Int16Array, rms: number): Int16Array {
  let seed = 7
  const random = () => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0
    return seed / 2 ** 32 - 0.5
  }
  return sound.map((sample) => Math.max(-32768, Math.min(32767, Math.round(sample + random() * Math.sqrt(12) * rms))))
}

const people: [voice: string, words: string, waitMs: number][] = [
  ['en-gb', 'Hello?', 300],
  ['en-us+f3', 'Hello?', 1500],
  ['en-gb', 'Smith speaking.', 200],
  ['en-us+m3', 'Yes?', 600],
  ['de', 'Müller, guten Tag.', 400],
  ['de+f2', 'Hallo?', 100],
  ['fr', 'Allô, oui ?', 900],
  ['it+f4', 'Pronto?', 500],
  ['es', '¿Diga?', 2000],
  ['sv+f3', 'Hej, det är Anna.', 300],
]

const greetings: [voice: string, words: string][] = [
  ['en-gb', 'Hello, you have reached the Smith family. We are not at home. Please leave a message after the tone.'],
  ['en-us+f3', 'The person you have called is not available. At the tone, please record your message.'],
  ['de', 'Guten Tag, hier ist der Anrufbeantworter von Familie Müller. Bitte sprechen Sie nach dem Signalton.'],
  ['fr+f2', 'Bonjour, vous êtes bien chez Martin. Laissez un message après le bip sonore.'],
  ['sv', 'Hej, du har kommit till Anna. Jag kan inte svara just nu, men lämna gärna ett meddelande.'],
]

t.test('people say a word, and wait: known within a second after it', async (t) => {
  for (const [voice, words, waitMs] of people) {
    const said = spokenBy(voice, words)
    const { answeredBy, afterMs } = judge(joined(quiet(waitMs), said, quiet(3000)))
    t.equal(answeredBy, 'human', `${voice}: ${words}`)
    t.ok(afterMs <= waitMs + said.length / samplesPerMs + 1000, `${voice}: ${words} known after ${afterMs} ms`)
  }
})

t.test('people on poor lines: faint, loud, noisy', async (t) => {
  for (const [voice, words, waitMs] of people.slice(0, 6)) {
    const call = joined(quiet(waitMs), spokenBy(voice, words), quiet(3000))
    t.equal(judge(louder(call, -18)).answeredBy, 'human', `${words} faint`)
    t.equal(judge(louder(call, 6)).answeredBy, 'human', `${words} loud`)
    t.equal(judge(noisy(call, 60)).answeredBy, 'human', `${words} in noise`)
  }
})

t.test('machines greet for long, and beep: known when the beep is over', async (t) => {
  for (const [index, hz] of [1000, 440, 800, 1400, 480].entries()) {
    const [voice, words] = greetings[index]!
    for (const beepMs of [200, 600]) {
      const greeting = joined(quiet(500), spokenBy(voice, words), quiet(700))
      const beepEndsMs = greeting.length / samplesPerMs + beepMs
      const { answeredBy, afterMs } = judge(joined(greeting, makeTone(hz, beepMs, -12), quiet(4000)))
      t.equal(answeredBy, 'machineBeep', `${voice}, beep of ${hz} Hz, ${beepMs} ms`)
      t.ok(afterMs >= beepEndsMs && afterMs <= beepEndsMs + 150, `known ${afterMs - beepEndsMs} ms after the beep`)
    }
  }
})

t.test('a machine without a beep is known by its silence', async (t) => {
  for (const [voice, words] of greetings)
    t.equal(judge(joined(quiet(400), spokenBy(voice, words), quiet(5000))).answeredBy, 'machineNoBeep', words)
})

t.test('a machine whose greeting has pauses, and one whose beep comes at once', async (t) => {
  const [first, second] = greetings
  const pausing = joined(
    quiet(300),
    spokenBy('en-gb', 'Hello, this is the answering machine of Smith and Sons.'),
    quiet(900),
    spokenBy(...(second ?? ['en', ''])),
    quiet(300),
    makeTone(1000, 400, -15),
    quiet(1000),
  )
  t.equal(judge(pausing).answeredBy, 'machineBeep')
  const immediate = joined(spokenBy(...(first ?? ['en', ''])), makeTone(850, 300, -10), quiet(1000))
  t.equal(judge(immediate).answeredBy, 'machineBeep')
})

t.test('fax machines: the tone of one that answers, of one that calls, and with the reversals of modems', async (t) => {
  const reversing = joined(
    ...Array.from({ length: 7 }, (_, n) => makeTone(2100, 450, -12).map((sample) => (n % 2 ? -sample : sample))),
  )
  t.match(judge(joined(quiet(1000), makeTone(2100, 3000, -12), quiet(500))), { answeredBy: 'fax', afterMs: 1400 })
  t.equal(judge(joined(quiet(500), makeTone(1100, 500, -15), quiet(3000))).answeredBy, 'fax')
  t.equal(judge(joined(quiet(1800), reversing)).answeredBy, 'fax')
  t.equal(judge(noisy(joined(quiet(1000), makeTone(2100, 3000, -18), quiet(500)), 40)).answeredBy, 'fax')
  for (const hz of [2050, 2150, 1000, 1200])
    t.not(judge(joined(quiet(1000), makeTone(hz, 3000, -12), quiet(2000))).answeredBy, 'fax', `${hz} Hz is none`)
})

t.test('nothing said, and a click alone, are silence; noise is no voice', async (t) => {
  t.match(judge(new Int16Array(60_000)), { answeredBy: 'silence', afterMs: 4000 })
  t.equal(judge(quiet(6000)).answeredBy, 'silence')
  t.equal(judge(noisy(quiet(6000), 60)).answeredBy, 'silence')
  t.equal(judge(joined(quiet(1000), makeTone([500, 900], 40, -10), quiet(6000))).answeredBy, 'silence')
})

t.test('pieces of any length, and what was lost between them, change nothing', async (t) => {
  const call = joined(quiet(300), spokenBy('en-gb', 'Hello?'), quiet(2000))
  for (const samples of [1, 37, 160, 4000]) {
    const detector = new AnswerDetector()
    let answeredBy: AnsweredBy | undefined
    for (let at = 0; at < call.length && !answeredBy; at += samples)
      answeredBy = detector.hears(call.subarray(at, at + samples))
    t.equal(answeredBy, 'human', `${samples} samples at a time`)
  }
  const detector = new AnswerDetector()
  t.equal(detector.hears(new Int16Array(160), 40_000), 'silence', 'five seconds lost have passed all the same')
})
