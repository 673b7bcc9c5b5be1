// The audio service in every codec, real thread and real sockets: what one leg says in one codec is heard in another;
// digits, packets of any length, reports, keys agreed on over the media path.
import { join } from 'node:path'
import t, { type Test } from 'tap'
import type { AudioEvent, PlayItem, RtpRemote } from '../../../daemon/loop/audio.ts'
import { fingerprintOf } from '../../../daemon/media/dtls-handshake.ts'
import { dtlsCertificate } from '../../../drivers/native/dtls.ts'
import { openPair, startAudio, until } from '../../support/audio.ts'
import { tonePresentMs } from '../../support/tones.ts'
import { readWav } from '../../support/wav.ts'

const opus: Partial<RtpRemote> = { codec: 'opus', payloadType: 111, eventPayloadType: 110, eventClockHz: 48_000 }
const g722: Partial<RtpRemote> = { codec: 'G722', payloadType: 9 }
const pcmu: Partial<RtpRemote> = {}

const tone = (hz: number): PlayItem => ({
  kind: 'tone',
  frequenciesHz: [hz],
  levelDbm0: -10,
  cadenceMs: [],
  durationMs: 1500,
})

async function start(t: Test) {
  const started = await startAudio()
  t.teardown(() => started.audio.stop())
  return started
}

/** Alice and Bob, each with a codec of their own, talk through the box for a second and a half. */
async function talk(t: Test, ofAlice: Partial<RtpRemote>, ofBob: Partial<RtpRemote>) {
  const { audio } = await start(t)
  const alice = await openPair(audio, ofAlice)
  const bob = await openPair(audio, ofBob)
  audio.connect(alice.leg, bob.leg)
  audio.connect(bob.leg, alice.leg)
  const file = join(t.testdir({}), 'heard.wav')
  const recording = audio.record({ file, left: alice.phone, right: bob.phone })
  await Promise.all([audio.play(alice.phone, [tone(440)]).ended, audio.play(bob.phone, [tone(1300)]).ended])
  await recording.stop()
  const [atAlice, atBob] = readWav(file).samples as [Int16Array, Int16Array]
  t.ok(tonePresentMs(atAlice, 1300) >= 1000, `alice hears bob (${tonePresentMs(atAlice, 1300)} ms)`)
  t.ok(tonePresentMs(atBob, 440) >= 1000, `bob hears alice (${tonePresentMs(atBob, 440)} ms)`)
  t.equal(tonePresentMs(atAlice, 440, -40) + tonePresentMs(atBob, 1300, -40), 0, 'nobody hears himself')
  return { audio, alice, bob }
}

for (const [name, ofAlice, ofBob] of [
  ['Opus to G.711', opus, pcmu],
  ['G.722 to G.711', g722, pcmu],
  ['Opus to G.722', opus, g722],
  ['Opus to Opus', opus, opus],
  ['G.722 to G.722', g722, g722],
  [
    'Opus with FEC, constant bitrate and 8 kbit/s',
    { ...opus, opus: { inbandFec: true, dtx: false, cbr: true, maximumBitrate: 8000 } },
    pcmu,
  ],
] as const)
  t.test(`${name}: each hears the other`, async (t) => {
    const { audio, alice, bob } = await talk(t, ofAlice, ofBob)
    for (const port of [alice.leg, bob.leg])
      t.match(await audio.portCounters(port), { lostPackets: 0, malformedPayloads: 0, unknownPayloads: 0 })
  })

for (const [name, remote] of [
  ['Opus', opus],
  ['G.722', g722],
] as const)
  t.test(`${name} on both sides is passed on as it is, and decoded again once a third one is heard`, async (t) => {
    const { audio } = await start(t)
    const [alice, bob, carol] = [
      await openPair(audio, remote),
      await openPair(audio, remote),
      await openPair(audio, pcmu),
    ]
    audio.connect(alice.leg, bob.leg)
    const hearAndCount = async (file: string) => {
      const recording = audio.record({ file, left: bob.phone })
      await Promise.all([audio.play(alice.phone, [tone(440)]).ended, audio.play(carol.phone, [tone(1300)]).ended])
      await recording.stop()
      const [atBob] = readWav(file).samples as [Int16Array]
      const { packetsForwarded } = (await audio.portCounters(bob.leg)) as { packetsForwarded: number }
      return { alice: tonePresentMs(atBob, 440), carol: tonePresentMs(atBob, 1300), packetsForwarded }
    }
    const directory = t.testdir({})
    const alone = await hearAndCount(join(directory, 'alone.wav'))
    t.ok(alone.alice >= 1000, `alice is heard for ${alone.alice} ms`)
    t.ok(alone.packetsForwarded >= 50, `${alone.packetsForwarded} packets went on as they were`)
    audio.connect(carol.leg, bob.leg)
    const three = await hearAndCount(join(directory, 'three.wav'))
    t.ok(three.alice >= 1000 && three.carol >= 1000, `${three.alice} ms and ${three.carol} ms`)
    t.ok(three.packetsForwarded - alone.packetsForwarded < 20, 'mixed again')
    t.match(await audio.portCounters(bob.phone), { lostPackets: 0, duplicatePackets: 0, malformedPayloads: 0 })
  })

for (const ptimeMs of [10, 30, 40, 50, 60])
  t.test(`G.711 in packets of ${ptimeMs} ms`, async (t) => {
    const { audio, alice } = await talk(t, { ptimeMs }, pcmu)
    const { packetsReceived } = (await audio.portCounters(alice.phone)) as { packetsReceived: number }
    // A second and a half, and what it takes to begin and end.
    const wanted = 1500 / ptimeMs
    t.ok(packetsReceived >= wanted * 0.9 && packetsReceived <= wanted * 1.5 + 10, `${packetsReceived} packets`)
  })

t.test('Opus in packets of 60 ms', async (t) => {
  await talk(t, { ...opus, ptimeMs: 60 }, pcmu)
})

t.test('RTCP tells both ends of losses, jitter and the round trip', async (t) => {
  for (const rtcp of ['mux', 'port'] as const) {
    const { audio } = await start(t)
    const leg = await audio.openRtp({ localAddress: '127.0.0.1' })
    const phone = await audio.openRtp({ localAddress: '127.0.0.1' })
    const remote = (port: number): RtpRemote => ({
      address: '127.0.0.1',
      port,
      codec: 'PCMU',
      payloadType: 0,
      direction: 'sendrecv',
      rtcp: rtcp === 'mux' ? 'mux' : { address: '127.0.0.1', port: port + 1 },
    })
    audio.setRtpRemote(leg.portId, remote(phone.localPort))
    audio.setRtpRemote(phone.portId, remote(leg.localPort))
    await until(
      async () => (await audio.portCounters(leg.portId)).roundTripMs !== undefined,
      `the round trip to be known (${rtcp})`,
      25_000,
    )
    const counters = await audio.portCounters(leg.portId)
    t.ok(counters.roundTripMs! < 500, `${counters.roundTripMs} ms`)
    t.match(counters, { theirLossPercent: 0, rtcpMalformed: 0 })
    t.ok(counters.rtcpReceived! >= 1 && counters.rtcpSent! >= 1)
    await audio.close(phone.portId)
    await until(async () => (await audio.portCounters(leg.portId)).rtcpGoodbyes === 1, 'the goodbye')
  }
})

t.test('digits once each, whatever the clocks of codec and events', async (t) => {
  const { audio, events } = await start(t)
  for (const [name, remote] of [
    ['Opus, events of 48 kHz', opus],
    ['Opus, events of 8 kHz', { ...opus, eventPayloadType: 101, eventClockHz: 8000 }],
    ['G.711, events of 48 kHz', { ...pcmu, eventPayloadType: 110, eventClockHz: 48_000 }],
    ['G.722', g722],
  ] as [string, Partial<RtpRemote>][]) {
    const { leg, phone } = await openPair(audio, remote)
    await audio.sendDigits(phone, '159#')
    const heard = () => events.filter((event) => event.type === 'digitReceived' && event.portId === leg)
    await until(() => heard().length >= 4, `the digits (${name})`)
    t.same(
      heard().map((event) => (event as AudioEvent & { type: 'digitReceived' }).digit),
      ['1', '5', '9', '#'],
      name,
    )
    for (const event of heard()) t.match(event, { durationMs: 100, source: 'event' })
  }
})

const fingerprints = [{ algorithm: 'sha-256', value: fingerprintOf(dtlsCertificate(), 'sha-256')! }]

t.test('DTLS: nothing is heard before the keys are agreed on, and all of it afterwards', async (t) => {
  const { audio } = await start(t)
  const dtls = (active: boolean): Partial<RtpRemote> => ({ rtcp: 'mux', dtls: { active, fingerprints } })
  const { leg, phone } = await openPair(audio, dtls(false), dtls(true))
  await until(async () => (await audio.describe(leg)).includes('dtls-srtp'), 'the handshake')
  const file = join(t.testdir({}), 'heard.wav')
  const recording = audio.record({ file, left: leg, right: phone })
  await Promise.all([audio.play(leg, [tone(440)]).ended, audio.play(phone, [tone(1300)]).ended])
  await recording.stop()
  const [atLeg, atPhone] = readWav(file).samples as [Int16Array, Int16Array]
  t.ok(tonePresentMs(atLeg, 1300) >= 1000 && tonePresentMs(atPhone, 440) >= 1000)
  t.match(await audio.portCounters(leg), { srtpRejected: 0, dtlsFaults: 0 })
})

t.test('DTLS with who holds another certificate: nothing is heard, the fault is counted', async (t) => {
  const { audio } = await start(t)
  const stranger = [{ algorithm: 'sha-256', value: `${'00:'.repeat(31)}00` }]
  const { leg, phone } = await openPair(
    audio,
    { dtls: { active: false, fingerprints: stranger } },
    { dtls: { active: true, fingerprints } },
  )
  await until(async () => (await audio.portCounters(leg)).dtlsFaults === 1, 'the fault')
  await audio.play(phone, [{ ...tone(440), durationMs: 200 } as PlayItem]).ended
  t.match(await audio.portCounters(leg), { packetsReceived: 0, packetsSent: 0 })
})

t.test('ICE and DTLS with a lite far end: we check, find it and are heard', async (t) => {
  const { audio } = await start(t)
  const legPort = await audio.openRtp({ localAddress: '127.0.0.1' })
  const phonePort = await audio.openRtp({ localAddress: '127.0.0.1' })
  const nowhere = { address: '0.0.0.0', port: 9, codec: 'PCMU', payloadType: 0, direction: 'sendrecv' } as const
  const ice = (own: string, their: string, theirLite: boolean, port: number) => ({
    ownUfrag: own,
    ownPassword: `${own}-password-of-enough-chars`,
    theirUfrag: their,
    theirPassword: `${their}-password-of-enough-chars`,
    theirLite,
    separateRtcp: false,
    candidates: [{ address: '127.0.0.1', port }],
  })
  const dtls = (active: boolean) => ({ active, fingerprints })
  audio.setRtpRemote(phonePort.portId, {
    ...nowhere,
    rtcp: 'mux',
    ice: ice('phon', 'boxx', false, legPort.localPort),
    dtls: dtls(true),
  })
  audio.setRtpRemote(legPort.portId, {
    ...nowhere,
    rtcp: 'mux',
    ice: ice('boxx', 'phon', true, phonePort.localPort),
    dtls: dtls(false),
  })
  await until(async () => (await audio.describe(legPort.portId)).includes('dtls-srtp'), 'the handshake')
  await audio.play(phonePort.portId, [tone(440)]).ended
  t.ok((await audio.portCounters(legPort.portId)).packetsReceived! > 50)
})
