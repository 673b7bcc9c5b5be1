// Type II caller ID: who calls while a line is talked on. The exchange alerts, is answered, and tells; neither talker
// hears any of it, and no speech or music is taken for an exchange.
import t from 'tap'
import type { CallerIdText } from '../../../drivers/caller-id/caller-id-message.ts'
import { WaitingCallerListener } from '../../../drivers/caller-id/waiting-caller.ts'
import { liveFskReceivers } from '../../../drivers/native/fsk-receiver.ts'
import { limited, samples, sequence, silence, tone } from '../../rig/board/sound.ts'
import { type FskOptions, fskSound, multipleDataMessage, singleDataMessage } from '../../rig/fsk-sound.ts'
import { levelDbm0, makeTone, toneLevelDbm0 } from '../../support/tones.ts'
import { boardStage } from '../contract/stages.ts'

const time = '11210930'
const withName = multipleDataMessage([
  [1, time],
  [2, '5551234567'],
  [7, 'JOHN DOE'],
])
const offHookFsk = (content: Uint8Array, options: Partial<FskOptions> = {}) =>
  fskSound(content, { modulation: 'bell202', levelDbm0: -20, seizureBits: 0, markBits: 80, ...options })

class Talk {
  readonly found: CallerIdText[] = []
  readonly listener = new WaitingCallerListener((caller) => this.found.push(caller))
  readonly heard: number[] = []
  readonly sent: number[] = []

  /** The far end's line sounds so; we say a tone of 500 Hz meanwhile. */
  hear(sound: Int16Array, frameSamples = 160): this {
    const said = makeTone(500, 20, -10)
    for (let at = 0; at < sound.length; at += frameSamples) {
      const frame = new Int16Array(frameSamples)
      frame.set(sound.subarray(at, at + frameSamples))
      this.listener.hear(frame)
      this.heard.push(...frame)
      const down = said.slice(0, frameSamples)
      this.listener.speak(down)
      this.sent.push(...down)
    }
    return this
  }

  /** From the end of the alerting tone, 80 ms of it, to the message. */
  alerted(levelDbm0 = -15): this {
    const sound = new Int16Array(8 * 160)
    sound.set(makeTone([2130, 2750], 80, levelDbm0), 35) // begins within a frame
    return this.hear(sound)
  }
}

const pauseFor = (ms: number) => limited(silence(), ms)
const pause = (ms: number) => new Int16Array(ms * 8)

const messages: [string, Uint8Array, Partial<FskOptions>, CallerIdText][] = [
  ['number and name (MDMF)', withName, {}, { number: '5551234567', name: 'JOHN DOE' }],
  ['a number alone (SDMF)', singleDataMessage(time, '5551234567'), {}, { number: '5551234567' }],
  ['a withheld number', singleDataMessage(time, 'P'), {}, { withheld: 'private' }],
  ['by V.23, as ETSI has it', withName, { modulation: 'v23' }, { number: '5551234567', name: 'JOHN DOE' }],
  ['faint', withName, { levelDbm0: -32 }, { number: '5551234567', name: 'JOHN DOE' }],
]

for (const [name, content, options, caller] of messages)
  t.test(`the caller who waits is told: ${name}`, async (t) => {
    const talk = new Talk().alerted((options.levelDbm0 ?? -15) - 3).hear(pause(60))
    talk.hear(offHookFsk(content, options)).hear(pause(100))
    talk.listener.close()
    t.same(talk.found, [caller])
  })

t.test('the exchange is answered by the key D, 60 ms of it, before its tone is long over', async (t) => {
  const talk = new Talk().alerted().hear(pause(40))
  talk.listener.close()
  const at = talk.sent.findIndex((_, i) => toneLevelDbm0(talk.sent.slice(i, i + 160), 1633) > -12)
  t.ok(at / 8 <= 100, `begins ${at / 8} ms after the tone began`)
  const key = talk.sent.slice(at, at + 480)
  t.ok(toneLevelDbm0(key, 941) > -10 && toneLevelDbm0(key, 1633) > -10)
  t.ok(toneLevelDbm0(key, 500) < -40, 'nothing else is said')
})

t.test('neither talker hears the message, and both hear each other afterwards', async (t) => {
  const talk = new Talk().alerted().hear(pause(60))
  const from = talk.heard.length
  talk.hear(offHookFsk(withName))
  t.ok(levelDbm0(talk.heard.slice(from)) < -80, 'we do not')
  t.ok(toneLevelDbm0(talk.sent.slice(from, -800), 500) < -80, 'nor is the exchange disturbed')
  const after = talk.heard.length
  talk.hear(makeTone(1000, 400, -10))
  talk.listener.close()
  t.ok(toneLevelDbm0(talk.heard.slice(after), 1000) > -11)
  t.ok(toneLevelDbm0(talk.sent.slice(after), 500) > -11)
})

t.test('an exchange that then says nothing keeps nobody silent for long', async (t) => {
  const talk = new Talk().alerted().hear(pause(700))
  const after = talk.heard.length
  talk.hear(makeTone(1000, 400, -10))
  talk.listener.close()
  t.same(talk.found, [])
  t.ok(toneLevelDbm0(talk.heard.slice(after), 1000) > -11)
})

t.test('tones shorter, alone, faint or with others are no alerting tone', async (t) => {
  for (const [name, sound] of Object.entries({
    short: makeTone([2130, 2750], 40, -15),
    'one of the two': makeTone([2130], 400, -15),
    'too unlike': makeTone([2130], 400, -10).map((sample, i) => sample + makeTone(2750, 400, -25)[i]!),
    faint: makeTone([2130, 2750], 400, -45),
    'among speech': makeTone([2130, 2750, 500, 900], 400, -15),
    keys: makeTone([941, 1633], 400, -10),
  })) {
    const talk = new Talk().hear(sound)
    talk.listener.close()
    t.equal(talk.listener.alerts, 0, name)
  }
})

t.test('on a board: the exchange alerts in mid-talk, hears D in time, and tells the caller', async (t) => {
  const stage = boardStage(250, { callWaiting: true })
  const { host, clock, line, farEnd, signals, pcm } = stage
  host.start()
  await clock.advance(3000)
  stage.ring({ number: '+15550001' })
  await clock.advance(2000)
  void host.command(1, { type: 'goOffHook' })
  await clock.advance(2000)
  signals.length = 0
  farEnd.takeHeard()
  farEnd.say(sequence([pauseFor(95), limited(tone([440], -13), 300), limited(tone([2130, 2750], -18), 80)]))
  let answeredMs: number | undefined
  for (let ms = 0; ms < 1000 && answeredMs === undefined; ms += 20) {
    pcm.playback.write(makeTone(500, 20, -10))
    await clock.advance(20)
    const heard = farEnd.takeHeard()
    if (toneLevelDbm0(heard, 941) > -15 && toneLevelDbm0(heard, 1633) > -15) answeredMs = ms
  }
  // The tone is over 475 ms after it was ordered.
  t.ok(answeredMs !== undefined && answeredMs <= 475 + 160, `answered after ${answeredMs} ms`)
  farEnd.say(sequence([pauseFor(80), samples(offHookFsk(withName))]))
  await clock.advance(1500)
  t.match(signals, [{ type: 'callWaiting', port: 1, number: '5551234567', name: 'JOHN DOE' }])
  host.stop()
  line.close()
})

t.test('without the setting nobody listens for it', async (t) => {
  const stage = boardStage()
  stage.host.start()
  await stage.clock.advance(3000)
  t.equal(liveFskReceivers(), 0)
  stage.host.stop()
  stage.line.close()
})

t.test('ledger: no receiver is left', async (t) => t.equal(liveFskReceivers(), 0))
