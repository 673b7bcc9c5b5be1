// RTCP: what is written can be read, what two sessions tell each other is true, what strangers send does no harm.
import t from 'tap'
import { ArrivalJitter } from '../../../daemon/media/arrival-jitter.ts'
import { maximumRtcpBytes, readRtcp, writeRtcp } from '../../../daemon/media/rtcp-packet.ts'
import { type ReceivedStream, RtcpSession, type SentStream } from '../../../daemon/media/rtcp-session.ts'
import { randomOctets, spoiled } from '../../support/hostile-octets.ts'
import { seededRandom } from '../../support/sip-network.ts'

const report = {
  ssrc: 0x01020304,
  fractionLost: 64,
  lost: -3,
  highestSequence: 0x10005,
  jitter: 17,
  lastSenderReport: 0xaabbccdd,
  delaySinceReport: 65_536,
}

function written(content: Partial<Parameters<typeof writeRtcp>[2]> = {}): Uint8Array {
  const octets = new Uint8Array(maximumRtcpBytes + 8)
  const length = writeRtcp(octets, 4, {
    ssrc: 0x11223344,
    cname: 'nobody',
    sender: { ntpSeconds: 0x1234abcd | 0, ntpFraction: 0x56781111, rtpTimestamp: 160, packets: 7, octets: 1120 },
    report,
    goodbye: false,
    ...content,
  })
  return octets.slice(4, 4 + length)
}

const read = (octets: Uint8Array, ownSsrc = report.ssrc) => readRtcp(octets, 0, octets.length, ownSsrc)

t.test('a sender report with everything', async (t) => {
  const octets = written({ goodbye: true })
  t.equal(octets.length % 4, 0)
  t.same(read(octets), { ssrc: 0x11223344, senderReport: 0xabcd5678 | 0, report, goodbye: true })
})

t.test('a receiver report; reports on others are not ours', async (t) => {
  const octets = written({ sender: undefined })
  t.same(read(octets), { ssrc: 0x11223344, senderReport: undefined, report, goodbye: false })
  t.equal(read(octets, 99)?.report, undefined)
})

t.test('the longest fits where it is said to', async (t) => {
  t.ok(written({ cname: 'x'.repeat(400), goodbye: true }).length <= maximumRtcpBytes)
})

for (const [name, octets] of [
  ['nothing', new Uint8Array(0)],
  ['another version', Uint8Array.from(written(), (octet, at) => (at === 0 ? octet & 0x3f : octet))],
  ['a description first', written().subarray(52)],
  ['a length past the end', written().subarray(0, 48)],
  ['more reports than there is room for', Uint8Array.from(written(), (octet, at) => (at === 0 ? 0x9f : octet))],
] as const)
  t.test(`refused: ${name}`, async (t) => t.equal(read(octets), undefined))

t.test('10,000 spoiled and 10,000 random packets are read without harm', async (t) => {
  const random = seededRandom(42)
  const good = written({ goodbye: true })
  let refused = 0
  for (let i = 0; i < 20_000; i++) {
    const octets = i % 2 === 0 ? spoiled(good, random) : randomOctets(random, 200)
    if (read(octets) === undefined) refused++
  }
  t.ok(refused > 10_000, `${refused} were refused`)
})

const nothingSent: SentStream = { packets: 0, octets: 0, rtpTimestamp: 0 }
const received = (changes: Partial<ReceivedStream>): ReceivedStream => ({
  ssrc: 1,
  expected: 0,
  received: 0,
  highestSequence: 0,
  jitterUnits: 0,
  ...changes,
})

t.test('two sessions', async (t) => {
  const [alice, bob] = [new RtcpSession(1), new RtcpSession(2)]
  let epochMs = 1_800_000_000_000
  const tell = (
    from: RtcpSession,
    to: RtcpSession,
    toSsrc: number,
    of: { sent?: SentStream; received?: ReceivedStream; goodbye?: boolean },
  ) => {
    const octets = new Uint8Array(maximumRtcpBytes)
    const { sent = nothingSent, goodbye = false } = of
    const length = from.write(octets, 0, { sent, received: of.received, epochMs, nowMs: epochMs, goodbye })
    epochMs += 30
    const reading = readRtcp(octets, 0, length, toSsrc)
    if (!reading) throw new Error('what was written can not be read')
    to.receive(reading, epochMs, epochMs)
  }

  t.test('the round trip is what the way takes, without the time between the reports', async (t) => {
    tell(alice, bob, 2, { sent: { packets: 5, octets: 800, rtpTimestamp: 0 } })
    epochMs += 2500
    tell(bob, alice, 1, { received: received({ ssrc: 1, expected: 100, received: 90, jitterUnits: 80 }) })
    t.ok(Math.abs(alice.roundTripMs! - 60) < 2, `${alice.roundTripMs} ms`)
  })

  t.test('loss is told for the time since the last report', async (t) => {
    t.ok(Math.abs(alice.theirLossPercent! - 10) < 0.5)
    tell(bob, alice, 1, { received: received({ ssrc: 1, expected: 200, received: 190 }) })
    t.equal(alice.theirLossPercent, 0)
    tell(bob, alice, 1, { received: received({ ssrc: 1, expected: 300, received: 240 }) })
    t.ok(Math.abs(alice.theirLossPercent! - 50) < 0.5)
  })

  t.test('goodbye is counted', async (t) => {
    tell(bob, alice, 1, { goodbye: true })
    t.equal(alice.goodbyes, 1)
  })

  t.test('a round trip that can not be is none', async (t) => {
    const carol = new RtcpSession(3)
    const lie = { ...report, ssrc: 3, lastSenderReport: 1, delaySinceReport: 0xffffffff }
    carol.receive({ ssrc: 9, senderReport: undefined, report: lie, goodbye: false }, epochMs, epochMs)
    t.equal(carol.roundTripMs, undefined)
  })
})

t.test('reports come every five seconds on average, never regularly, the first one sooner', async (t) => {
  const session = new RtcpSession(1, seededRandom(5))
  const at: number[] = []
  for (let tick = 1; tick <= 50 * 3600; tick++) if (session.tick()) at.push(tick * 20)
  const intervals = at.slice(1).map((ms, index) => ms - at[index]!)
  const mean = intervals.reduce((sum, ms) => sum + ms, 0) / intervals.length
  t.ok(at[0]! <= 3200, `the first after ${at[0]} ms`)
  t.ok(Math.min(...intervals) >= 2000 && Math.max(...intervals) <= 6300)
  t.ok(mean > 3900 && mean < 4400, `${mean} ms on average: 5 s by the compensation of RFC 3550`)
  t.ok(new Set(intervals).size > 100)
})

t.test('jitter of arrival', async (t) => {
  const even = new ArrivalJitter(8000)
  const uneven = new ArrivalJitter(48_000)
  for (let i = 0; i < 500; i++) {
    even.note((i * 160 + 0xfffff000) | 0, 1000 + i * 20)
    uneven.note((i * 960) | 0, 1000 + i * 20 + (i % 2) * 10)
  }
  t.ok(even.ms < 0.01, 'none where there is none, across the wrap of timestamps')
  t.ok(Math.abs(uneven.ms - 10) < 1, `${uneven.ms} ms where packets come 10 ms late by turns`)
  even.restart()
  even.note(5, 99_999)
  t.ok(even.ms < 0.01, 'another stream is no jitter')
})
