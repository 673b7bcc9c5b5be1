// Digits pressed before they are asked for.
import t from 'tap'
import type { CollectOptions } from '../../../daemon/flow/host.ts'
import { createVoiceParticipant } from '../../../daemon/voice/voice-participant.ts'
import { FakeLeg } from '../../support/fake-leg.ts'
import { MockClock, settle } from '../../support/mock-clock.ts'
import { FakeAudio } from './fake-audio.ts'

const menu: CollectOptions = {
  prompt: [{ kind: 'prompt', promptId: 'menu' }],
  firstDigitTimeoutMs: 5000,
  interDigitTimeoutMs: 3000,
  maximumDigits: 1,
  terminator: '',
  cancelKey: false,
}
const order: CollectOptions = { ...menu, maximumDigits: 4, terminator: '#', cancelKey: true }

async function caller() {
  const leg = new FakeLeg({ id: 'caller' })
  await leg.answer()
  const [audio, clock, { signal }] = [new FakeAudio(), new MockClock(), new AbortController()]
  const voice = { say: async () => 'speech', prompt: (name: string) => name }
  const contactVoice = () => ({ voiceId: 'Amy', engine: '', style: '', languageCode: 'en-GB' })
  const participant = createVoiceParticipant({ leg, audio, voice, clock, contactVoice })
  const { digitBuffer } = participant
  if (!digitBuffer) throw new Error('there is no type-ahead')
  const presses = (digits: string) => {
    for (const digit of digits) leg.press(digit)
  }
  return { audio, clock, signal, participant, digitBuffer, presses }
}

t.test('without type-ahead, what is pressed early is lost', async (t) => {
  const { participant, digitBuffer, presses } = await caller()
  presses('12')
  t.equal(digitBuffer.length, 0)
  t.equal(participant.discardedDigits, 2)
})

t.test('a menu takes one digit, and its prompt is skipped; the next menu takes the next', async (t) => {
  const { audio, clock, signal, participant, digitBuffer, presses } = await caller()
  digitBuffer.start()
  presses('12')
  t.same(await participant.collect(menu, signal), { outcome: 'digits', digits: '1' })
  t.equal(audio.playbacks.length, 0)
  t.same(await participant.collect(menu, signal), { outcome: 'digits', digits: '2' })
  t.equal(digitBuffer.length, 0)
  t.equal(clock.liveTimers, 0)
})

t.test('an entry takes what is there, and waits for the rest', async (t) => {
  const { audio, clock, signal, participant, digitBuffer, presses } = await caller()
  digitBuffer.start()
  presses('40')
  const entry = participant.collect(order, signal)
  await settle()
  presses('7#9')
  t.same(await entry, { outcome: 'digits', digits: '407' })
  t.equal(audio.playbacks.length, 0)
  t.equal(digitBuffer.stop(), '9', 'what came after the entry waits for the next one')
  t.equal(clock.liveTimers, 0)
})

t.test('an entry whose rest does not come ends after the gap', async (t) => {
  const { clock, signal, participant, digitBuffer, presses } = await caller()
  digitBuffer.start()
  presses('40')
  const entry = participant.collect(order, signal)
  await clock.advance(3000)
  t.same(await entry, { outcome: 'digits', digits: '40' })
})

t.test('thirty digits are kept, the first thirty', async (t) => {
  const { participant, digitBuffer, presses } = await caller()
  digitBuffer.start()
  presses('123456789012345678901234567890999')
  t.equal(digitBuffer.length, 30)
  t.equal(participant.discardedDigits, 3)
  digitBuffer.start()
  t.equal(digitBuffer.length, 30, 'started again, nothing is lost')
  t.equal(digitBuffer.stop(), '123456789012345678901234567890')
  presses('1')
  t.equal(digitBuffer.length, 0, 'stopped')
})
