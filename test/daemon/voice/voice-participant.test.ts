// The party of a leg: is spoken to, presses digits, leaves. Ann calls, the test plays the audio thread.
import t, { type Test } from 'tap'
import { type CollectOptions, type FlowVoice, ParticipantError, type Speech } from '../../../daemon/flow/host.ts'
import type { Voice } from '../../../daemon/voice/voice.ts'
import { createVoiceParticipant, type VoiceParticipant } from '../../../daemon/voice/voice-participant.ts'
import { FakeLeg } from '../../support/fake-leg.ts'
import { MockClock, settle } from '../../support/mock-clock.ts'
import { FakeAudio } from './fake-audio.ts'

/** Says at once, or when `speak` is called. */
class FakeVoice implements Voice {
  slow = false
  speak: () => void = () => undefined
  readonly voices: string[] = []
  held = 0

  async say(
    text: string,
    { voice, signal }: { ssml: boolean; voice: FlowVoice; signal: AbortSignal },
  ): Promise<string> {
    this.voices.push(voice.voiceId)
    if (text === 'unspeakable') throw new ParticipantError('speechFailed', 'mute')
    if (this.slow)
      await new Promise<void>((resolve, reject) => {
        this.speak = resolve
        signal.addEventListener('abort', () => reject(signal.reason), { once: true })
      })
    return `speech:${text}`
  }

  prompt(name: string): string | undefined {
    return name === 'welcome' ? 'prompt:welcome' : undefined
  }

  hold(): () => void {
    this.held++
    return () => void this.held--
  }
}

async function office() {
  const leg = new FakeLeg({ id: 'ann' })
  await leg.answer()
  const [audio, clock, voice, flow] = [new FakeAudio(), new MockClock(), new FakeVoice(), new AbortController()]
  const contactVoice: FlowVoice = { voiceId: 'Amy', engine: '', style: '', languageCode: 'en-GB' }
  const ann: VoiceParticipant = createVoiceParticipant({
    leg,
    audio,
    voice,
    clock,
    contactVoice: () => contactVoice,
  })
  return { leg, audio, clock, voice, flow, ann, contactVoice }
}
type Office = Awaited<ReturnType<typeof office>>

/** Nothing is left: no sound, no timer, no prompt held. */
function ledger(t: Test, { audio, clock, voice, ann }: Office) {
  ann.close()
  t.same([audio.open, clock.liveTimers, voice.held], [0, 0, 0], 'playbacks, timers, held prompts')
}

const text = (said: string): Speech => ({ kind: 'text', text: said, ssml: false })
const heard = (audio: FakeAudio) =>
  audio.playbacks.map(({ items }) => items.map((item) => (item.kind === 'prompt' ? item.promptId : item.kind)))

t.test('a text and a prompt are heard to their end', async (t) => {
  const o = await office()
  let over = false
  const playing = o.ann.play([text('hello'), { kind: 'prompt', promptId: 'welcome' }], o.flow.signal).then(() => {
    over = true
  })
  await settle()
  t.same(heard(o.audio), [['speech:hello', 'prompt:welcome']])
  t.equal(o.audio.current.portId, o.leg.portId)
  t.notOk(over, 'not before the last sample')
  t.equal(o.voice.held, 2)
  o.audio.current.end()
  await playing
  t.ok(over)
  ledger(t, o)
})

t.test('the voice is that of the moment', async (t) => {
  const o = await office()
  o.contactVoice.voiceId = 'Brian'
  const playing = o.ann.play([text('hello')], o.flow.signal)
  await settle()
  o.audio.current.end()
  await playing
  t.same(o.voice.voices, ['Brian'])
  ledger(t, o)
})

t.test('an empty text is nothing to hear', async (t) => {
  const o = await office()
  await o.ann.play([text(' ')], o.flow.signal)
  t.same(heard(o.audio), [])
  ledger(t, o)
})

t.test('a prompt that is not there, and a text that can not be spoken', async (t) => {
  const o = await office()
  await t.rejects(o.ann.play([text('hello'), { kind: 'prompt', promptId: 'none' }], o.flow.signal), {
    code: 'promptMissing',
  })
  await t.rejects(o.ann.play([text('unspeakable')], o.flow.signal), { code: 'speechFailed' })
  const lost = o.ann.play([text('hello')], o.flow.signal)
  await settle()
  o.audio.current.end('unknownPrompt')
  await t.rejects(lost, { code: 'promptMissing' })
  ledger(t, o)
})

t.test('Ann leaves: the sound stops first, then the flow is told', async (t) => {
  const o = await office()
  o.audio.slowStops = true
  let told = false
  const playing = o.ann.play([text('hello')], o.flow.signal)
  playing.catch(() => {
    told = true
  })
  await settle()
  o.flow.abort(new Error('hung up'))
  await settle()
  t.same([o.audio.current.stopped, told], [true, false])
  o.audio.settleStops()
  await t.rejects(playing, { message: 'hung up' })
  ledger(t, o)
})

t.test('Ann leaves while her text is still being made', async (t) => {
  const o = await office()
  o.voice.slow = true
  const playing = o.ann.play([text('hello')], o.flow.signal)
  await settle()
  o.flow.abort(new Error('hung up'))
  await t.rejects(playing, { message: 'hung up' })
  t.same(heard(o.audio), [])
  await t.rejects(o.ann.play([text('more')], o.flow.signal), { message: 'hung up' })
  ledger(t, o)
})

t.test('the port closes: the flow hears why from its signal, or after a second', async (t) => {
  const o = await office()
  const first = o.ann.play([text('hello')], o.flow.signal)
  await settle()
  o.audio.current.end('portClosed')
  await settle()
  o.flow.abort(new Error('hung up'))
  await t.rejects(first, { message: 'hung up' })

  const other = new AbortController()
  o.leg.leave()
  const second = o.ann.play([text('hello')], other.signal)
  const rejected = t.rejects(second, { message: /port has closed/ })
  await o.clock.advance(1000)
  await rejected
  ledger(t, o)
})

t.test('loop prompts repeat until the interrupt', async (t) => {
  const o = await office()
  const waiting = o.ann.playRepeatedly([text('wait'), { kind: 'prompt', promptId: 'welcome' }], 30_000, o.flow.signal)
  await o.clock.advance(29_999)
  t.same(
    [heard(o.audio), o.audio.current.repeat, o.audio.current.over],
    [[['speech:wait', 'prompt:welcome']], true, false],
  )
  await o.clock.advance(1)
  await waiting
  t.ok(o.audio.current.stopped)
  ledger(t, o)
})

t.test('loop prompts without an interrupt last until Ann leaves', async (t) => {
  const o = await office()
  const waiting = o.ann.playRepeatedly([text('wait')], undefined, o.flow.signal)
  await o.clock.advance(3_600_000)
  t.notOk(o.audio.current.over)
  o.flow.abort(new Error('an agent accepted'))
  await t.rejects(waiting, { message: 'an agent accepted' })
  ledger(t, o)
})

t.test('a loop of nothing is silence, not a busy loop', async (t) => {
  const o = await office()
  const waiting = o.ann.playRepeatedly([text('')], 5000, o.flow.signal)
  await o.clock.advance(5000)
  await waiting
  t.same(heard(o.audio), [['silence']])
  ledger(t, o)
})

const menu: CollectOptions = {
  prompt: [text('press')],
  firstDigitTimeoutMs: 5000,
  interDigitTimeoutMs: 3000,
  maximumDigits: 1,
  terminator: '',
  cancelKey: false,
}
const entry: CollectOptions = { ...menu, maximumDigits: 4, terminator: '#', cancelKey: true }

t.test('Ann presses a key during the prompt: it stops', async (t) => {
  const o = await office()
  const asked = o.ann.collect(menu, o.flow.signal)
  await settle()
  o.leg.press('2')
  t.same(await asked, { outcome: 'digits', digits: '2' })
  t.ok(o.audio.current.stopped)
  ledger(t, o)
})

t.test('the answer comes only when the prompt has stopped sounding', async (t) => {
  const o = await office()
  o.audio.slowStops = true
  let answered = false
  const asked = o.ann.collect(menu, o.flow.signal).then(() => {
    answered = true
  })
  await settle()
  o.leg.press('2')
  await settle()
  t.notOk(answered)
  o.audio.settleStops()
  await asked
  ledger(t, o)
})

t.test('the first wait counts from the end of the prompt', async (t) => {
  const o = await office()
  const asked = o.ann.collect(menu, o.flow.signal)
  await o.clock.advance(60_000)
  o.audio.current.end()
  await o.clock.advance(4999)
  t.equal(o.clock.liveTimers, 1)
  await o.clock.advance(1)
  t.same(await asked, { outcome: 'timeout' })
  ledger(t, o)
})

t.test('Ann enters a number, erases it, enters another', async (t) => {
  const o = await office()
  const asked = o.ann.collect(entry, o.flow.signal)
  await settle()
  o.audio.current.end()
  await settle()
  for (const digit of '99*12#') o.leg.press(digit)
  t.same(await asked, { outcome: 'digits', digits: '12' })
  ledger(t, o)
})

t.test('a gap ends the entry', async (t) => {
  const o = await office()
  const asked = o.ann.collect(entry, o.flow.signal)
  await settle()
  o.leg.press('1')
  await o.clock.advance(2999)
  o.leg.press('2')
  await o.clock.advance(3000)
  t.same(await asked, { outcome: 'digits', digits: '12' })
  ledger(t, o)
})

t.test('a key pressed before the prompt could be made: the prompt is not played', async (t) => {
  const o = await office()
  o.voice.slow = true
  const asked = o.ann.collect(menu, o.flow.signal)
  await settle()
  o.leg.press('1')
  o.voice.speak()
  t.same(await asked, { outcome: 'digits', digits: '1' })
  t.same(heard(o.audio), [])
  ledger(t, o)
})

t.test('no prompt: the time runs at once', async (t) => {
  const o = await office()
  const asked = o.ann.collect({ ...menu, prompt: [] }, o.flow.signal)
  await o.clock.advance(5000)
  t.same(await asked, { outcome: 'timeout' })
  ledger(t, o)
})

t.test('a prompt that can not be said is an error, not an entry', async (t) => {
  const o = await office()
  await t.rejects(o.ann.collect({ ...menu, prompt: [text('unspeakable')] }, o.flow.signal), { code: 'speechFailed' })
  ledger(t, o)
})

t.test('Ann leaves during the prompt, and during the entry', async (t) => {
  const o = await office()
  o.audio.slowStops = true
  const first = o.ann.collect(entry, o.flow.signal)
  await settle()
  o.flow.abort(new Error('hung up'))
  await settle()
  t.equal(o.audio.open, 1, 'still sounding')
  o.audio.settleStops()
  await t.rejects(first, { message: 'hung up' })

  const other = new AbortController()
  const second = o.ann.collect(entry, other.signal)
  await settle()
  o.audio.current.end()
  await settle()
  o.leg.press('1')
  other.abort(new Error('gone'))
  await t.rejects(second, { message: 'gone' })
  ledger(t, o)
})

t.test('digits that nobody asked for are lost, and counted', async (t) => {
  const o = await office()
  o.leg.press('9')
  const playing = o.ann.play([text('hello')], o.flow.signal)
  await settle()
  o.leg.press('9')
  o.audio.current.end()
  await playing
  t.equal(o.ann.discardedDigits, 2)
  const asked = o.ann.collect(menu, o.flow.signal)
  await settle()
  o.audio.current.end()
  await settle()
  o.leg.press('1')
  t.same(await asked, { outcome: 'digits', digits: '1' }, 'not the nine')
  ledger(t, o)
})

t.test('a closed participant hears no digits', async (t) => {
  const o = await office()
  o.ann.close()
  o.leg.press('1')
  t.equal(o.ann.discardedDigits, 0)
})
