// Calls out over a line, told as talks: the box seizes, waits for dial tone, dials, and finds out that somebody answers,
// is busy, or calls in the same moment.
import t, { type Test } from 'tap'
import type { Leg } from '../../../daemon/leg/leg.ts'
import { tonesOfCountry } from '../../../daemon/line/country-tones.ts'
import type { LineSettings } from '../../../daemon/line/lines.ts'
import { VoiceDetector } from '../../../daemon/line/voice-detector.ts'
import { makeTone } from '../../support/tones.ts'
import { Office } from './office.ts'

const friend = { address: '+442079460999' }

class CallingOffice extends Office {
  /** The first line has been asked to call; it has an audio port and is off-hook. */
  async calling(): Promise<Leg> {
    await this.idle()
    const leg = this.lines.call('line 1', '02079460999', friend)
    leg.on((event) => this.heard.push(event))
    await this.clock.advance(50)
    return leg
  }

  async dialled(): Promise<Leg> {
    const leg = await this.calling()
    this.hear('dialReady')
    await this.clock.advance(50)
    return leg
  }

  hear(tone: string): void {
    this.audio.tell({ type: 'toneHeard', portId: [...this.audio.open.keys()].at(-1)!, tone })
  }

  told(): string[] {
    return this.heard.map((event) => (event.type === 'ended' ? `ended ${event.end.reason}` : event.type))
  }
}

function call(
  name: string,
  run: (t: Test, office: CallingOffice) => Promise<void>,
  settings: Partial<LineSettings> = {},
): void {
  t.test(name, async (t) => {
    const office = new CallingOffice([], settings)
    await run(t, office)
    await office.clock.advance(15_000)
    const stopped = office.lines.stop()
    await office.clock.advance(3000)
    await stopped
    t.equal(office.audio.open.size, 0, 'no audio port is left')
    t.equal(office.audio.ears, 0, 'nobody listens any more')
    t.equal(office.clock.liveTimers, 0, 'no timer is left')
  })
}

call('nothing is dialled before dial tone', async (t, office) => {
  const leg = await office.calling()
  t.equal(leg.state, 'dialling')
  t.equal(leg.direction, 'outbound')
  t.same(office.driver.commands, [{ port: 1, type: 'goOffHook' }])
  t.same(office.audio.sent, [])
  office.hear('dialReady')
  await office.clock.advance(50)
  t.same(office.audio.sent, ['02079460999'])
  t.same(office.told(), ['earlyMediaStarted'])
})

call('a device that goes away before anybody has answered: another way may be tried', async (t, office) => {
  const leg = await office.dialled()
  office.driver.signal({ type: 'deviceLost', reason: 'unplugged' })
  await office.clock.advance(0)
  t.same(leg.end, { by: 'us', blame: 'trunk', reason: 'deviceLost' })
})

call('without dial tone the line is given back, and another may be tried', async (t, office) => {
  const leg = await office.calling()
  await office.clock.advance(6000)
  t.match(leg.end, { by: 'us', blame: 'trunk', reason: 'noDialTone' })
  t.same(office.audio.sent, [])
  t.equal(office.count('dialTonesMissing'), 1)
  t.equal(office.state(), 'idle')
})

call('an exchange that reverses the polarity tells of the answer', async (t, office) => {
  const leg = await office.dialled()
  office.hear('ringback')
  office.driver.signal({ type: 'polarityReversed', port: 1 })
  t.equal(leg.state, 'talking')
  t.same(office.told(), ['earlyMediaStarted', 'alerted', 'answered'])
  t.equal(office.count('answeredBy.polarity'), 1)
})

call('a reversal before anything was dialled is no answer', async (t, office) => {
  const leg = await office.calling()
  office.driver.signal({ type: 'polarityReversed', port: 1 })
  t.equal(leg.state, 'dialling')
})

call('ring tone that stops is an answer', async (t, office) => {
  const leg = await office.dialled()
  office.hear('ringback')
  await office.clock.advance(6000)
  office.hear('ringback')
  await office.clock.advance(7000)
  t.equal(leg.state, 'alerting')
  await office.clock.advance(2000)
  t.equal(leg.state, 'talking')
  t.equal(office.count('answeredBy.toneEnd'), 1)
})

call('a voice is an answer', async (t, office) => {
  const leg = await office.dialled()
  office.audio.speak(voice(1000))
  t.equal(leg.state, 'talking')
  t.equal(office.count('answeredBy.voice'), 1)
})

call('busy tone ends the call as busy', async (t, office) => {
  const leg = await office.dialled()
  office.hear('busy')
  await office.clock.advance(50)
  t.match(leg.end, { by: 'farEnd', reason: 'busy' })
})

call('nobody answers for a minute and a half', async (t, office) => {
  const leg = await office.dialled()
  for (let i = 0; i < 16; i++) {
    office.hear('ringback')
    await office.clock.advance(6000)
  }
  t.match(leg.end, { by: 'us', blame: 'farEnd', reason: 'noAnswer' })
})

call('a caller who rings before the line is seized goes before', async (t, office) => {
  await office.idle()
  const opening = Promise.withResolvers<void>()
  office.audio.opening = opening.promise
  const leg = office.lines.call('line 1', '0207', friend)
  office.driver.signal({ type: 'ringStarted', port: 1, frequencyHz: 20 })
  await office.clock.advance(50)
  t.match(leg.end, { blame: 'trunk', reason: 'glare' })
  t.equal(office.state(), 'ringing')
  opening.resolve()
  await office.clock.advance(50)
  t.notOk(
    office.driver.commands.some(({ type }) => type === 'goOffHook'),
    'the caller is not answered by mistake',
  )
})

call('a caller found on the seized line is answered, and nothing is dialled at him', async (t, office) => {
  const leg = await office.calling()
  office.driver.signal({ type: 'ringStarted', port: 1, frequencyHz: 20 })
  await office.clock.advance(50)
  t.match(leg.end, { blame: 'trunk', reason: 'glare' })
  const caller = office.legs.at(-1)
  t.equal(caller?.direction, 'inbound')
  t.equal(await caller?.answer(), true)
  t.equal(caller?.state, 'talking')
  t.same(office.audio.sent, [])
  t.equal(office.count('glares'), 1)
})

call('a line with another telephone on it is not taken', async (t, office) => {
  await office.idle()
  office.driver.signal({ type: 'lineUseChanged', port: 1, inUse: true })
  t.equal(office.lines.views()[0]?.inUse, true)
  const leg = office.lines.call('line 1', '0207', friend)
  await office.clock.advance(10)
  t.match(leg.end, { blame: 'trunk', reason: 'lineInUse' })
  t.same(office.driver.commands, [])
  office.driver.signal({ type: 'lineUseChanged', port: 1, inUse: false })
  t.equal(office.lines.views()[0]?.inUse, undefined)
})

call('a line in a call is not free, and its call is not harmed', async (t, office) => {
  await office.idle()
  const caller = await office.answered()
  const leg = office.lines.call('line 1', '0207', friend)
  await office.clock.advance(10)
  t.match(leg.end, { blame: 'trunk', reason: 'atCapacity' })
  t.equal(caller.state, 'talking')
})

call('whoever asked hangs up while it is dialled', async (t, office) => {
  const leg = await office.dialled()
  const over = leg.hangUp()
  await office.clock.advance(100)
  await over
  t.match(leg.end, { by: 'us', reason: 'hangUp' })
  t.equal(office.driver.commands.at(-1)?.type, 'goOnHook')
})

call('a device lost in the middle ends the call', async (t, office) => {
  const leg = await office.dialled()
  office.driver.signal({ type: 'deviceLost', reason: 'mute' })
  await office.clock.advance(50)
  t.match(leg.end, { reason: 'deviceLost' })
})

call('a device that dials by itself is given the number, and tells how it goes', async (t, office) => {
  office.driver.abilities = { canHold: false, dials: 'device', digits: 'device' }
  const leg = await office.calling()
  t.same(office.driver.commands, [{ port: 1, type: 'dial' }])
  office.driver.signal({ type: 'callProgressed', port: 1, progress: 'alerting' })
  t.equal(leg.state, 'alerting')
  office.driver.signal({ type: 'callProgressed', port: 1, progress: 'answered' })
  t.equal(leg.state, 'talking')
  office.driver.signal({ type: 'digitReceived', port: 1, digit: '7' })
  t.same(office.told(), ['alerted', 'answered', 'digitReceived'])
  await leg.sendDigits?.('1#')
  t.same(
    office.driver.commands.filter(({ type }) => type === 'sendDigits'),
    [1, 2].map(() => ({ port: 1, type: 'sendDigits' })),
    'keys are pressed by the device, one by one',
  )
  office.driver.signal({ type: 'farEndHungUp', port: 1, cause: 'hangUp' })
  await office.clock.advance(50)
  t.match(leg.end, { by: 'farEnd', reason: 'hangUp' })
})

call('a network that says busy is believed', async (t, office) => {
  office.driver.abilities = { canHold: false, dials: 'device', digits: 'device' }
  const leg = await office.calling()
  office.driver.signal({ type: 'farEndHungUp', port: 1, cause: 'busy' })
  await office.clock.advance(50)
  t.match(leg.end, { by: 'farEnd', reason: 'busy' })
})

t.test('tones of any country are no voice, and voice is none of them', async (t) => {
  for (const country of ['US', 'GB', 'DE', 'FR', 'AU', 'CN']) {
    const { dial, busy, congestion, ring } = tonesOfCountry(country)!
    const tones = [dial!, busy!, congestion!, ring!]
    const all = tones.flatMap(({ frequenciesHz }) => frequenciesHz)
    for (const { frequenciesHz } of tones)
      t.equal(new VoiceDetector(all).hears(makeTone(frequenciesHz, 3000, -12)), false, `${country} ${frequenciesHz}`)
    t.equal(new VoiceDetector(all).hears(voice(2000)), true, country)
    t.equal(new VoiceDetector(all).hears(makeTone(1000, 3000, -60)), false, 'noise of the line')
  }
})

/** Vowels of 120 Hz pitch, as far as a tone finder can tell. */
function voice(ms: number): Int16Array {
  return makeTone(
    Array.from({ length: 24 }, (_, i) => 120 * (i + 1)),
    ms,
    -24,
  )
}

for (const [reversalMeans, states] of Object.entries({
  none: ['dialling', 'dialling'],
  answer: ['talking', 'talking'],
  hangUp: ['dialling', 'dialling'],
  both: ['talking', 'ended'],
}))
  call(
    `polarity ${reversalMeans}: what two reversals make of a call out`,
    async (t, office) => {
      const leg = await office.dialled()
      const after: string[] = []
      for (let i = 0; i < 2; i++) {
        office.driver.signal({ type: 'polarityReversed', port: 1 })
        await office.clock.advance(2000)
        after.push(leg.state)
      }
      t.same(after, states)
    },
    { reversalMeans: reversalMeans as LineSettings['reversalMeans'] },
  )

call(
  'an answer believed too early is not ended by the reversal that is the answer',
  async (t, office) => {
    const leg = await office.dialled()
    office.hear('ringback')
    await office.clock.advance(20_000)
    t.equal(leg.state, 'talking', 'by the end of the ring tone')
    office.driver.signal({ type: 'polarityReversed', port: 1 })
    await office.clock.advance(2000)
    t.equal(leg.state, 'talking')
    office.driver.signal({ type: 'polarityReversed', port: 1 })
    await office.clock.advance(2000)
    t.match(leg.end, { by: 'farEnd', reason: 'hangUp' })
  },
  { reversalMeans: 'both' },
)
