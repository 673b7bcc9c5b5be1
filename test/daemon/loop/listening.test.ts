// What a port's far end says, listened to on the main thread: the real audio thread, real sockets on loopback.
import t, { type Test } from 'tap'
import { PortListener } from '../../../daemon/loop/port-listener.ts'
import { loopbackRemote, startAudio, until } from '../../support/audio.ts'
import { MockClock } from '../../support/mock-clock.ts'
import { tonePresentMs } from '../../support/tones.ts'

async function call(t: Test) {
  const { audio } = await startAudio()
  t.teardown(() => audio.stop())
  const [leg, phone] = [
    await audio.openRtp({ localAddress: '127.0.0.1' }),
    await audio.openRtp({ localAddress: '127.0.0.1' }),
  ]
  audio.setRtpRemote(leg.portId, loopbackRemote(phone.localPort))
  audio.setRtpRemote(phone.portId, loopbackRemote(leg.localPort))
  return { audio, leg: leg.portId, phone: phone.portId }
}

function collector() {
  const pieces: Int16Array[] = []
  return {
    pieces,
    take: (samples: Int16Array) => void pieces.push(samples),
    samples: () => Int16Array.from(pieces.flatMap((piece) => [...piece])),
  }
}

const frame = (value: number) => new Int16Array(160).fill(value)

t.test('what the far end says arrives whole and in order, silence included', async (t) => {
  const { audio, leg, phone } = await call(t)
  const heard = collector()
  const listening = audio.listen(leg, heard.take)
  const hz = 620
  await audio.play(phone, [{ kind: 'tone', frequenciesHz: [hz], levelDbm0: -10, cadenceMs: [], durationMs: 600 }]).ended
  await until(() => tonePresentMs(heard.samples(), hz) >= 500, 'the tone to be heard')
  const samples = heard.samples()
  t.ok(samples.length >= 4800, 'the silence before it too')
  listening.stop()
  await audio.counters()
  const { length } = heard.pieces
  await audio.play(phone, [{ kind: 'silence', durationMs: 300 }]).ended
  t.equal(heard.pieces.length, length, 'nothing after the stop')
  t.match(await audio.counters(), { listenings: 0, recordings: 0, lostListenedSamples: 0 })
})

t.test('a listener that throws harms nobody, and is counted', async (t) => {
  const { audio, leg } = await call(t)
  const heard = collector()
  const mad = audio.listen(leg, () => {
    throw new Error('mad')
  })
  const sound = audio.listen(leg, heard.take)
  await until(async () => (await audio.counters()).listenerFaults! > 0 && heard.pieces.length > 1, 'both to be told')
  mad.stop()
  sound.stop()
  t.match(await audio.counters(), { listenings: 0, failedPorts: 0 })
})

t.test('listening ends with the port', async (t) => {
  const { audio, leg } = await call(t)
  audio.listen(leg, () => undefined)
  t.match(await audio.counters(), { listenings: 1, recordings: 1 })
  await audio.close(leg)
  t.match(await audio.counters(), { listenings: 0, recordings: 0 })
})

t.test('a port that is bridged is heard by its listener and by the other party', async (t) => {
  const { audio, leg, phone } = await call(t)
  const other = await audio.openRtp({ localAddress: '127.0.0.1' })
  const friend = await audio.openRtp({ localAddress: '127.0.0.1' })
  audio.setRtpRemote(other.portId, loopbackRemote(friend.localPort))
  audio.setRtpRemote(friend.portId, loopbackRemote(other.localPort))
  audio.connect(leg, other.portId)
  const [box, theirs] = [collector(), collector()]
  audio.listen(leg, box.take)
  audio.listen(friend.portId, theirs.take)
  const hz = 620
  void audio.play(phone, [{ kind: 'tone', frequenciesHz: [hz], levelDbm0: -10, cadenceMs: [], durationMs: 1500 }])
  await until(() => [box, theirs].every((party) => tonePresentMs(party.samples(), hz) >= 1000), 'both to hear it')
  t.pass()
})

t.test('a main thread that is late for more than the ring holds is told what it lost', async (t) => {
  const clock = new MockClock()
  const told: number[] = []
  let length = 0
  const listener = new PortListener(clock, (samples, lost) => {
    told.push(lost)
    length += samples.length
  })
  for (let ms = 0; ms < 5000; ms += 20) listener.ring.write(frame(1), false)
  await clock.advance(100)
  t.equal(length + told.reduce((sum, lost) => sum + lost, 0), 40_000, 'heard and lost are all there was')
  t.ok(told.some((lost) => lost > 0))
  listener.ring.write(frame(1), false)
  await clock.advance(100)
  t.equal(told.at(-1), 0, 'and each loss is told once')
  listener.stop()
  t.equal(clock.liveTimers, 0)
})
