// Keys by INFO: what bodies say, keys told twice, and keys that the box sends.
import t, { type Test } from 'tap'
import type { LegEvent } from '../../../daemon/leg/leg.ts'
import { digitIn, takeDigit, type Unpaired } from '../../../daemon/sip/info-digits.ts'
import { header } from '../../../daemon/sip/wire/wire-message.ts'
import { plainSdp } from '../../support/sip-peer.ts'
import { account, events, sipStage } from '../../support/sip-stage.ts'

for (const [body, digit] of [
  ['Signal=5\r\nDuration=160\r\n', '5'],
  ['Signal= *\r\nDuration=160', '*'],
  ['signal = a\n', 'A'],
  ['Signal=10\r\n', '*'],
  ['Signal=11\r\n', '#'],
  ['7', '7'],
  ['#\r\n', '#'],
  ['Signal=99\r\n', undefined],
  ['55', undefined],
  ['', undefined],
  ['<picture_fast_update/>', undefined],
] as const)
  t.test(`${JSON.stringify(body)} is ${digit ?? 'no key'}`, async (t) => {
    t.equal(digitIn(body), digit)
  })

for (const [name, told, taken] of [
  [
    'a key told both ways is one',
    [
      ['5', 'info', 0],
      ['5', 'media', 120],
    ],
    '5',
  ],
  [
    'whichever comes first',
    [
      ['5', 'media', 0],
      ['5', 'info', 20],
    ],
    '5',
  ],
  [
    'the same key pressed twice, told both ways, is two',
    [
      ['5', 'media', 0],
      ['5', 'info', 20],
      ['5', 'media', 250],
      ['5', 'info', 270],
    ],
    '55',
  ],
  [
    'both of them late',
    [
      ['5', 'media', 0],
      ['5', 'media', 250],
      ['5', 'info', 300],
      ['5', 'info', 320],
    ],
    '55',
  ],
  [
    'one way only: each counts',
    [
      ['5', 'media', 0],
      ['5', 'media', 200],
      ['5', 'media', 400],
    ],
    '555',
  ],
  [
    'keys that differ are no twins',
    [
      ['5', 'media', 0],
      ['6', 'info', 20],
    ],
    '56',
  ],
  [
    'nor are those far apart',
    [
      ['5', 'media', 0],
      ['5', 'info', 900],
    ],
    '55',
  ],
] satisfies [string, [string, 'info' | 'media', number][], string][])
  t.test(name, async (t) => {
    let unpaired: Unpaired = []
    let keys = ''
    for (const [digit, source, atMs] of told) {
      const step = takeDigit(unpaired, digit, source, atMs)
      unpaired = step.unpaired
      if (step.isNew) keys += digit
    }
    t.equal(keys, taken)
  })

t.test('what may be paired is bounded', async (t) => {
  let unpaired: Unpaired = []
  for (let key = 0; key < 1000; key++) unpaired = takeDigit(unpaired, String(key % 10), 'info', 0).unpaired
  t.ok(unpaired.length <= 32)
})

async function talking(t: Test, keysBy?: 'info' | 'inband') {
  const stage = await sipStage(t, [account('ann', keysBy === undefined ? {} : { keysBy })])
  const ann = await stage.registered('ann')
  const leg = stage.endpoint.dial({ userName: 'ann' })
  await stage.clock.advance(20)
  const invite = ann.takeRequest('INVITE')
  await ann.respond(invite, 200, { body: plainSdp() })
  await stage.clock.advance(20)
  ann.takeRequest('ACK')
  return { stage, ann, leg, invite }
}

t.test('a phone that tells its keys by INFO and in RTP is heard once', async (t) => {
  const { stage, ann, leg, invite } = await talking(t)
  const told = events(leg)
  stage.audio.say({ type: 'digitReceived', portId: leg.portId!, digit: '4', source: 'event', durationMs: 80 })
  const lines = ['Content-Type: application/dtmf']
  await ann.send(ann.inTheirDialog('INFO', invite, 'ann-tag', { body: '4', lines }))
  await stage.clock.advance(20)
  ann.takeResponse(200, 'INFO')
  t.same(told, ['digit 4'])
  t.match(stage.endpoint.counters(), { digitsToldTwice: 1 })
})

t.test('a key by INFO, or by an event that could not go on, has been heard by nobody else', async (t) => {
  const { stage, ann, leg, invite } = await talking(t)
  const told: LegEvent[] = []
  leg.on((event) => told.push(event))
  const lines = ['Content-Type: application/dtmf']
  await ann.send(ann.inTheirDialog('INFO', invite, 'ann-tag', { body: '4', lines }))
  await stage.clock.advance(20)
  ann.takeResponse(200, 'INFO')
  const key = { type: 'digitReceived', portId: leg.portId!, source: 'event', durationMs: 80 } as const
  stage.audio.say({ ...key, digit: '5', isUnheard: true })
  stage.audio.say({ ...key, digit: '6' })
  t.same(
    told.map((event) => event.type === 'digitReceived' && [event.digit, event.isUnheard]),
    [
      ['4', true],
      ['5', true],
      ['6', false],
    ],
  )
})

t.test('keys of others go to a far end that wants INFO by INFO alone', async (t) => {
  const { stage, leg } = await talking(t, 'info')
  t.match(stage.audio.remotes.get(leg.portId!), { eventPayloadType: 101, sendsNoEvents: true })
})

t.test('keys to a far end that wants INFO go one after the other', async (t) => {
  const { stage, ann, leg } = await talking(t, 'info')
  let isSent = false
  void leg.sendDigits!('1#').then(() => {
    isSent = true
  })
  await stage.clock.advance(20)
  const first = ann.takeRequest('INFO')
  t.equal(first.body, 'Signal=1\r\nDuration=160\r\n')
  t.equal(header(first, 'content-type'), 'application/dtmf-relay')
  t.equal(ann.requests('INFO').length, 1)
  await ann.respond(first, 200)
  await stage.clock.advance(20)
  const second = ann.takeRequest('INFO')
  t.match(second.body, 'Signal=#')
  t.equal(isSent, false)
  await ann.respond(second, 200)
  await stage.clock.advance(20)
  t.equal(isSent, true)
})

t.test('in band: the audio path is told of no events, and makes tones', async (t) => {
  const { stage, leg } = await talking(t, 'inband')
  t.equal(stage.audio.remotes.get(leg.portId!)?.eventPayloadType, undefined)
})
