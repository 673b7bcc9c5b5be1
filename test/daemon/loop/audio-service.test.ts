// The audio service as the daemon uses it: the real thread, real sockets on loopback, real time.
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import type { AudioEvent, PlayItem, SrtpKey } from '../../../daemon/loop/audio.ts'
import { mappedMemories, mapSharedMemory } from '../../../drivers/native/shared-memory.ts'
import { pcmFileBytes, pcmPath } from '../../../drivers/pcm-ring.ts'
import { loopbackRemote, openPair, startAudio, until } from '../../support/audio.ts'
import { toneLevelDbm0, tonePresentMs } from '../../support/tones.ts'
import { readWav } from '../../support/wav.ts'

const tone = (hz: number, durationMs: number): PlayItem => ({
  kind: 'tone',
  frequenciesHz: [hz],
  levelDbm0: -10,
  cadenceMs: [],
  durationMs,
})

const openDescriptors = () => readdirSync('/proc/self/fd').length

async function start(t: Test, options: Parameters<typeof startAudio>[0] = {}) {
  const started = await startAudio(options)
  t.teardown(() => started.audio.stop())
  const { audio } = started
  return { ...started, openPair: openPair.bind(undefined, audio) }
}

const digitsOf = (events: AudioEvent[], portId: number) =>
  events.flatMap((event) => (event.type === 'digitReceived' && event.portId === portId ? [event.digit] : [])).join('')

const keyOf = (fill: number, suite: SrtpKey['suite']): SrtpKey => ({
  suite,
  keyAndSalt: new Uint8Array(suite === 'AEAD_AES_256_GCM' ? 44 : 30).fill(fill),
})

for (const [name, codec, suite] of [
  ['PCMU, plain', 'PCMU', undefined],
  ['PCMA, plain', 'PCMA', undefined],
  ['PCMU, SRTP with 80 bits', 'PCMU', 'AES_CM_128_HMAC_SHA1_80'],
  ['PCMA, SRTP with 32 bits', 'PCMA', 'AES_CM_128_HMAC_SHA1_32'],
  ['PCMA, SRTP by GCM with 256 bits', 'PCMA', 'AEAD_AES_256_GCM'],
] as const)
  t.test(`${name}: two callers bridged hear each other and not themselves`, async (t) => {
    const { audio, openPair } = await start(t)
    const media = { codec, payloadType: codec === 'PCMU' ? 0 : 8 }
    const keys = (ours: number, theirs: number) =>
      suite ? { sendKey: keyOf(ours, suite), receiveKey: keyOf(theirs, suite) } : {}
    const alice = await openPair({ ...media, ...keys(1, 2) }, { ...media, ...keys(2, 1) })
    const bob = await openPair({ ...media, ...keys(3, 4) }, { ...media, ...keys(4, 3) })
    audio.connect(alice.leg, bob.leg)
    audio.connect(bob.leg, alice.leg)
    const file = join(t.testdir({}), 'heard.wav')
    const recording = audio.record({ file, left: alice.phone, right: bob.phone })
    const [aliceSays, bobSays] = [audio.play(alice.phone, [tone(440, 1500)]), audio.play(bob.phone, [tone(1300, 1500)])]
    t.same(await Promise.all([aliceSays.ended, bobSays.ended]), ['finished', 'finished'])
    await recording.stop()
    const [atAlice, atBob] = readWav(file).samples as [Int16Array, Int16Array]
    t.ok(tonePresentMs(atAlice, 1300) >= 1200, 'alice hears bob')
    t.ok(tonePresentMs(atBob, 440) >= 1200, 'bob hears alice')
    t.equal(tonePresentMs(atAlice, 440, -45) + tonePresentMs(atBob, 1300, -45), 0, 'nobody hears himself')
    t.match(await audio.portCounters(bob.leg), { lostPackets: 0, srtpRejected: 0 })
    t.match(await audio.describe(alice.leg), suite ? /rtp:\d+ 127\.0\.0\.1:\d+ PCM[UA] srtp jb/ : /PCM[UA] jb \d+ms$/)
  })

t.test('a phone that encrypts with another key is counted, and heard as silence', async (t) => {
  const { audio, openPair } = await start(t)
  const suite = 'AES_CM_128_HMAC_SHA1_80'
  const { leg, phone } = await openPair({ receiveKey: keyOf(1, suite) }, { sendKey: keyOf(9, suite) })
  const file = join(t.testdir({}), 'heard.wav')
  const recording = audio.record({ file, left: leg })
  await audio.play(phone, [tone(440, 500)]).ended
  await recording.stop()
  t.equal(
    readWav(file).samples[0]!.findIndex((sample) => sample !== 0),
    -1,
  )
  const counters = await audio.portCounters(leg)
  t.ok(counters.srtpRejected! >= 20, `${counters.srtpRejected} rejected`)
  t.equal(counters.packetsReceived, 0)
})

t.test('prompts are heard whole, in order, and told when they are over', async (t) => {
  const { audio, openPair } = await start(t)
  const { leg, phone } = await openPair()
  const marked = Int16Array.from({ length: 4000 }, (_, i) => (i < 8 || i >= 3992 ? 12000 : 3000))
  audio.addPrompt('greeting', marked)
  const file = join(t.testdir({}), 'heard.wav')
  const recording = audio.record({ file, left: phone })
  const twice = [{ kind: 'prompt', promptId: 'greeting' } as const, { kind: 'prompt', promptId: 'greeting' } as const]
  t.equal(await audio.play(leg, twice).ended, 'finished')
  const sofar = (await audio.portCounters(phone)).packetsReceived!
  await until(async () => (await audio.portCounters(phone)).packetsReceived! >= sofar + 10, 'the last was played out')
  await recording.stop()
  const heard = readWav(file).samples[0]!
  const sounding = [...heard.keys()].filter((i) => heard[i]! > 2000)
  t.equal(sounding.length, 8000, 'every sample of both')
  t.equal(sounding.at(-1)! - sounding[0]!, 7999, 'without a gap')
  t.ok(heard[sounding[0]!]! > 11000 && heard[sounding.at(-1)!]! > 11000, 'unclipped at both ends')
})

t.test('while the main thread stands still, audio flows', async (t) => {
  const { audio, openPair } = await start(t)
  const { leg, phone } = await openPair()
  audio.play(phone, [tone(440, 5000)])
  await until(async () => (await audio.portCounters(leg)).packetsReceived! > 5, 'audio flows')
  const before = { loop: await audio.counters(), leg: await audio.portCounters(leg) }
  const beganMs = performance.now()
  while (performance.now() - beganMs < 600);
  const after = { loop: await audio.counters(), leg: await audio.portCounters(leg) }
  t.ok(after.loop.ticks - before.loop.ticks >= 28, `${after.loop.ticks - before.loop.ticks} ticks in 600 ms`)
  t.equal(after.loop.skippedTicks, before.loop.skippedTicks)
  t.equal(after.leg.concealedFrames, before.leg.concealedFrames)
})

t.test('what can not be played says why', async (t) => {
  const { audio, openPair } = await start(t)
  const { leg } = await openPair()
  t.equal(await audio.play(leg, [{ kind: 'prompt', promptId: 'none' }]).ended, 'unknownPrompt')
  t.equal(await audio.play(4711, [tone(440, 100)]).ended, 'portClosed')
  const music = audio.play(leg, [tone(440, 100)], { repeat: true })
  await audio.counters()
  music.stop()
  t.equal(await music.ended, 'stopped')
  const cut = audio.play(leg, [tone(440, 60_000)])
  await audio.close(leg)
  t.equal(await cut.ended, 'portClosed')
})

t.test('digits arrive once each: as events, and in band where events are not agreed', async (t) => {
  for (const eventPayloadType of [101, undefined]) {
    const { audio, events, openPair } = await start(t)
    const { leg, phone } = await openPair({ eventPayloadType })
    await audio.sendDigits(phone, '1234567890*#')
    await until(() => digitsOf(events, leg).length >= 12, 'all digits')
    t.equal(digitsOf(events, leg), '1234567890*#')
    const sources = new Set(events.flatMap((event) => (event.type === 'digitReceived' ? [event.source] : [])))
    t.same([...sources], [eventPayloadType === undefined ? 'inBand' : 'event'])
    await audio.stop()
  }
})

t.test('a telephone line is bridged to a phone, both ways', async (t) => {
  const { audio, events, openPair } = await start(t)
  const file = join(t.testdir({}), 'line-1')
  const board = mapSharedMemory(file, pcmFileBytes)
  t.teardown(() => board.unmap())
  const path = pcmPath(board.memory, board.byteOffset)
  const line = await audio.openLine({ pcmFile: file, name: 'line-1' })
  const { leg, phone } = await openPair()
  audio.connect(line, leg)
  audio.connect(leg, line)
  const callerSays = Int16Array.from({ length: 8000 }, (_, i) =>
    Math.round(8000 * Math.sin((2 * Math.PI * 500 * i) / 8000)),
  )
  const atLine: number[] = []
  const wav = join(t.testdir({ recordings: {} }), 'recordings', 'heard.wav')
  const fetched = new Int16Array(160)
  const recording = audio.record({ file: wav, left: line, right: phone })
  const spoken = audio.play(phone, [tone(1200, 1000)])
  const beganMs = performance.now()
  for (let n = 0; n < 50; n++) {
    await until(() => performance.now() - beganMs >= n * 20, 'the board’s next frame')
    path.capture.write(callerSays.subarray(n * 160, n * 160 + 160))
    while (path.playback.available >= 160) {
      path.playback.read(fetched)
      atLine.push(...fetched)
    }
  }
  t.equal(await spoken.ended, 'finished')
  await recording.stop()
  const [left, right] = readWav(wav).samples as [Int16Array, Int16Array]
  t.ok(tonePresentMs(left, 500) >= 700, 'the caller is on the left channel')
  t.ok(tonePresentMs(right, 500) >= 700, 'and heard by the phone')
  t.ok(tonePresentMs(Int16Array.from(atLine), 1200) >= 700, 'the phone is heard on the line')
  t.ok(toneLevelDbm0(Int16Array.from(atLine.slice(4000)), 500) < -45, 'the caller does not hear himself')
  t.match(await audio.describe(leg), /^line:line-1 ring \d+ms\/\d+ms ▶ mix ▶ rtp:\d+ 127\.0\.0\.1:\d+ PCMU jb \d+ms$/)
  t.equal(digitsOf(events, line), '')
})

t.test('ten malformed packets, and a remote that makes no sense, harm nobody else', async (t) => {
  const { audio, events, openPair } = await start(t)
  const { leg, phone } = await openPair()
  const { localPort } = await audio.openRtp({ localAddress: '127.0.0.1' })
  const { createSocket } = await import('node:dgram')
  const stranger = createSocket('udp4')
  t.teardown(() => stranger.close())
  const target = Number(/rtp:(\d+)/.exec(await audio.describe(leg))![1])
  const rtp = [0x80, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0]
  const malformed = [
    [],
    [0x80],
    rtp.slice(0, 11),
    [0x00, ...rtp.slice(1)],
    [0x8f, ...rtp.slice(1)],
    [0x90, ...rtp.slice(1)],
  ]
  malformed.push(
    [0xa0, ...rtp.slice(1), 200],
    [0x80, 200, 0, 1],
    new Array(1500).fill(0xff),
    new Array(9000).fill(0x80),
  )
  for (const port of [target, localPort])
    for (const bytes of malformed)
      await new Promise((resolve) => stranger.send(Uint8Array.from(bytes), port, '127.0.0.1', resolve))
  const third = await audio.openRtp({ localAddress: '127.0.0.1' })
  audio.setRtpRemote(third.portId, loopbackRemote(4000, { address: 'phone.example' }))
  await until(() => events.some((event) => event.type === 'portFailed'), 'the senseless remote ends its port')
  t.match(
    events.filter(({ type }) => type === 'portFailed'),
    [{ portId: third.portId, reason: /not an IP address/ }],
  )
  const before = (await audio.portCounters(leg)).packetsReceived!
  await audio.play(phone, [tone(440, 300)]).ended
  const counters = await audio.portCounters(leg)
  t.ok(counters.packetsReceived! >= before + 12, 'the call goes on')
  t.ok(counters.malformedPackets! >= 7 && counters.rtcpIgnored! >= 1 && counters.truncatedPackets! >= 1)
})

t.test('a recording that can not be written is told; the call goes on', async (t) => {
  const { audio, events, openPair } = await start(t)
  const { leg, phone } = await openPair()
  const recording = audio.record({ file: '/dev/full', left: leg })
  t.equal(await audio.play(phone, [tone(440, 300)]).ended, 'finished')
  await t.rejects(recording.stop(), /ENOSPC/)
  t.match(
    events.filter(({ type }) => type === 'recordingFailed'),
    [{ file: '/dev/full', reason: /ENOSPC/ }],
  )
  await until(async () => (await audio.counters()).recordings === 0, 'the thread has let go of it')
})

t.test('no port free is refused, and a closed one can be had again', async (t) => {
  const { audio } = await start(t)
  const first = await audio.openRtp({ localAddress: '127.0.0.1' })
  const only = { from: first.localPort, to: first.localPort }
  const second = await start(t, { rtpPorts: only })
  await t.rejects(second.audio.openRtp({ localAddress: '127.0.0.1' }), /no RTP port free/)
  t.match(await audio.close(first.portId), { packetsReceived: 0 })
  t.equal((await second.audio.openRtp({ localAddress: '127.0.0.1' })).localPort, first.localPort)
})

t.test('a line whose memory can not be mapped is refused with the reason', async (t) => {
  const { audio } = await start(t)
  await t.rejects(audio.openLine({ pcmFile: join(t.testdir({}), 'absent', 'line-1'), name: 'line-1' }), /ENOENT/)
})

t.test('a listener that throws harms no other, and is counted', async (t) => {
  const { audio, events, log, openPair } = await start(t)
  audio.on(() => {
    throw new Error('listener fault')
  })
  const told: AudioEvent[] = []
  audio.on((event) => told.push(event))
  const { phone } = await openPair()
  await audio.sendDigits(phone, '5')
  await until(() => told.some((event) => event.type === 'digitReceived'), 'the digit')
  t.same(told, events)
  t.ok((await audio.counters()).listenerFaults! > 0)
  t.ok(log.some(({ level, message }) => level === 'error' && message.includes('listener')))
})

t.test('stopping settles all that is open, saves recordings, and leaves nothing behind', async (t) => {
  const before = openDescriptors()
  const { audio, events, openPair } = await start(t)
  const { leg, phone } = await openPair()
  const file = join(t.testdir({}), 'heard.wav')
  const recording = audio.record({ file, left: leg, right: phone })
  const music = audio.play(leg, [tone(440, 100)], { repeat: true })
  const digits = audio.sendDigits(leg, '123456789012345')
  await until(async () => (await audio.portCounters(leg)).packetsReceived! > 10, 'audio flows')
  const beganMs = performance.now()
  await audio.stop()
  t.ok(performance.now() - beganMs < 2000)
  t.equal(await music.ended, 'portClosed')
  await digits
  t.ok((await recording.stop()).durationMs > 150)
  t.ok(readWav(file).durationMs > 150)
  t.same(
    events.filter(({ type }) => type === 'portFailed'),
    [],
  )
  t.same(await audio.close(leg), {})
  await t.rejects(audio.counters(), /audio thread/)
  await until(() => openDescriptors() <= before, `descriptors back to ${before}`)
  t.ok(existsSync(file))
})

t.test('ledger: after all is closed every counter of open things is zero', async (t) => {
  const { audio, openPair } = await start(t)
  const { leg, phone } = await openPair({ eventPayloadType: undefined })
  await until(async () => (await audio.counters()).detectors === 2, 'detectors are open')
  await audio.close(leg)
  await audio.close(phone)
  t.match(await audio.counters(), { ports: 0, sockets: 0, detectors: 0, recordings: 0, plays: 0, openRecordings: 0 })
  t.equal(mappedMemories(), 0)
})
