// Asked by a flow, Ann answers by words or by keys, whichever begin first. The test plays the audio thread and the one
// who understands her.
import t, { type Test } from 'tap'
import type { AskOptions } from '../../../daemon/flow/host.ts'
import type { AudioSource, Recognition, RecognitionRequest } from '../../../daemon/speech/recogniser.ts'
import { createVoiceParticipant } from '../../../daemon/voice/voice-participant.ts'
import { FakeLeg } from '../../support/fake-leg.ts'
import { MockClock, settle } from '../../support/mock-clock.ts'
import { FakeAudio } from './fake-audio.ts'

class FakeRecognisers {
  understood = true
  request: RecognitionRequest | undefined
  tell: (recognition: Recognition) => void = () => undefined
  listening = 0

  understands(): boolean {
    return this.understood
  }

  async recognise(request: RecognitionRequest, source: AudioSource, signal: AbortSignal): Promise<Recognition> {
    this.request = request
    const stop = source(() => undefined)
    this.listening++
    try {
      return await new Promise<Recognition>((resolve, reject) => {
        this.tell = resolve
        signal.addEventListener('abort', () => reject(signal.reason), { once: true })
      })
    } finally {
      this.listening--
      stop()
    }
  }
}

const question: AskOptions = {
  prompt: [{ kind: 'text', text: 'Press or say one.', ssml: false }],
  firstDigitTimeoutMs: 5000,
  interDigitTimeoutMs: 2000,
  maximumDigits: 2,
  terminator: '#',
  cancelKey: true,
  speech: { phrases: ['one'], startTimeoutMs: 3000, endSilenceMs: 600, maximumMs: 12_000, interruptsPrompt: true },
}

async function office(t: Test, of: Partial<AskOptions['speech']> = {}) {
  const leg = new FakeLeg({ id: 'ann' })
  await leg.answer()
  const [audio, clock, recognisers, flow] = [
    new FakeAudio(),
    new MockClock(),
    new FakeRecognisers(),
    new AbortController(),
  ]
  const ann = createVoiceParticipant({
    leg,
    audio,
    clock,
    recognisers,
    voice: { say: async (text) => `speech:${text}`, prompt: () => undefined },
    contactVoice: () => ({ voiceId: 'Amy', engine: '', style: '', languageCode: 'en-GB' }),
  })
  const ask = () => ann.ask({ ...question, speech: { ...question.speech, ...of } }, flow.signal)
  /** Nothing is left: no sound, no timer, nobody who listens. */
  const ledger = () => {
    ann.close()
    t.same([audio.open, clock.liveTimers, audio.ears.size, recognisers.listening], [0, 0, 0, 0])
  }
  return { leg, audio, clock, recognisers, flow, ann, ask, ledger }
}

t.test('words after the prompt', async (t) => {
  const o = await office(t)
  const asked = o.ask()
  await settle()
  o.audio.current.end()
  await settle()
  o.recognisers.request?.onSpeechStarted?.()
  o.recognisers.tell({ outcome: 'heard', text: 'one', confidence: 0.9 })
  t.same(await asked, { outcome: 'spoken', text: 'one', confidence: 0.9 })
  t.match(o.recognisers.request, { expected: { phrases: ['one'] }, language: 'en-GB', startTimeoutMs: 3000 })
  o.ledger()
})

t.test('words stop the prompt', async (t) => {
  const o = await office(t)
  const asked = o.ask()
  await settle()
  o.recognisers.request?.onSpeechStarted?.()
  await settle()
  t.ok(o.audio.current.stopped)
  o.recognisers.tell({ outcome: 'heard', text: 'one' })
  t.same(await asked, { outcome: 'spoken', text: 'one' })
  o.ledger()
})

t.test('where words may not stop it, nobody listens before it is over', async (t) => {
  const o = await office(t, { interruptsPrompt: false })
  const asked = o.ask()
  await settle()
  t.equal(o.recognisers.listening, 0)
  o.audio.current.end()
  await settle()
  t.equal(o.recognisers.listening, 1)
  o.recognisers.tell({ outcome: 'noSpeech' })
  t.same(await asked, { outcome: 'timeout' })
  o.ledger()
})

t.test('a key ends the listening, and the entry goes on by keys', async (t) => {
  const o = await office(t)
  const asked = o.ask()
  await settle()
  o.leg.press('4')
  await settle()
  t.equal(o.recognisers.listening, 0)
  o.leg.press('2')
  t.same(await asked, { outcome: 'digits', digits: '42' })
  o.ledger()
})

for (const [told, answer] of [
  [{ outcome: 'noSpeech' }, { outcome: 'timeout' }],
  [{ outcome: 'noMatch' }, { outcome: 'notUnderstood' }],
  [
    { outcome: 'failed', reason: 'it hung' },
    { outcome: 'failed', detail: 'it hung' },
  ],
] as const)
  t.test(`${told.outcome} is ${answer.outcome}`, async (t) => {
    const o = await office(t)
    const asked = o.ask()
    await settle()
    o.audio.current.end()
    await settle()
    o.recognisers.tell(told)
    t.same(await asked, answer)
    o.ledger()
  })

t.test('where nobody understands the language, keys alone count', async (t) => {
  const o = await office(t)
  o.recognisers.understood = false
  const asked = o.ask()
  await settle()
  o.audio.current.end()
  await settle()
  t.equal(o.recognisers.request, undefined)
  await o.clock.advance(5000)
  t.same(await asked, { outcome: 'timeout' })
  o.ledger()
})

t.test('the party leaves', async (t) => {
  const o = await office(t)
  const left = t.rejects(o.ask(), { message: 'left' })
  await settle()
  o.flow.abort(new Error('left'))
  await left
  await settle()
  o.ledger()
})
