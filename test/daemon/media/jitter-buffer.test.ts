// The jitter buffer against arrival traces. A trace is a line of ticks: in each, the packets that come before it, by
// number; `.` is none. Packet n carries 20 ms in which every sample has the value of n, so that what is read tells
// where it came from. `expect` is what each tick plays: a packet's number, `.` nothing, `~` made up.
import t from 'tap'
import { JitterBuffer } from '../../../daemon/media/jitter-buffer.ts'
import { alaw } from '../../../drivers/codec/g711.ts'

const frame = new Int16Array(160)
const octetOf = (packet: number) => alaw.encoded[(packet * 256 + 128) & 0xffff]!
const packetOf = (sample: number) => Math.round((sample - 128) / 256)

function insert(buffer: JitterBuffer, packet: number, timestamp = packet * 160, count = 160): void {
  buffer.insert(timestamp >>> 0, new Uint8Array(count).fill(octetOf(packet)), 0, count, alaw)
}

/** Middle of the frame: what crossfades do at its edges is not the question. */
function readOne(buffer: JitterBuffer): string {
  const made = buffer.concealedFrames + buffer.insertedFrames
  if (!buffer.read(frame)) return '.'
  return buffer.concealedFrames + buffer.insertedFrames > made ? '~' : String(packetOf(frame[80]!))
}

interface Trace {
  name: string
  arrivals: string
  expect: string
  counters?: Partial<Record<keyof JitterBuffer, number>>
}

const traces: Trace[] = [
  {
    name: 'a steady stream is played 40 ms after it came, whole',
    arrivals: '1 2 3 4 5 6 7 8 . .',
    expect: '. . 1 2 3 4 5 6 7 8',
    counters: { concealedFrames: 0, latePackets: 0 },
  },
  {
    name: 'a lost packet is concealed, once',
    arrivals: '1 2 . 4 5 6 7 8',
    expect: '. . 1 2 ~ 4 5 6',
    counters: { concealedFrames: 1, latePackets: 0 },
  },
  {
    name: 'swapped packets are put in order',
    arrivals: '1 3 2 4 6 5 7 8',
    expect: '. . 1 2 3 4 5 6',
    counters: { concealedFrames: 0, latePackets: 0 },
  },
  {
    name: 'a packet that comes twice is played once',
    arrivals: '1 2,2 3 3 4,5 6 7 8',
    expect: '. . 1 2 3 4 5 6',
    counters: { concealedFrames: 0 },
  },
  {
    name: 'jitter within the delay is not heard',
    arrivals: '1 . 2,3 4 . 5,6 7 8',
    expect: '. . 1 2 3 4 5 6',
    counters: { concealedFrames: 0, insertedFrames: 0 },
  },
  {
    name: 'a stall longer than the delay grows it, and nothing that came is lost',
    arrivals: '1 2 . . . 3,4,5,6 7 8 9',
    expect: '. . 1 2 ~ 3 4 5 6',
    counters: { latePackets: 0, concealedFrames: 1 },
  },
  {
    name: 'a packet overtaken by three others is too late',
    arrivals: '1 3 4 5 6 2 7 8',
    expect: '. . 1 ~ 3 ~ 4 5',
    counters: { latePackets: 1, insertedFrames: 1 },
  },
  {
    name: 'concealment falls silent after 60 ms, and after 500 ms the stream is over',
    arrivals: `1 2 3 ${'. '.repeat(30)}20 21 22 23`,
    expect: `. . 1 2 3 ~ ~ ~ ${'. '.repeat(25)}. . 20 21`,
    counters: { concealedFrames: 3 },
  },
]

for (const { name, arrivals, expect, counters } of traces)
  t.test(name, async (t) => {
    const buffer = new JitterBuffer()
    const played = arrivals.split(' ').map((packets) => {
      for (const packet of packets.split(',')) if (packet !== '.') insert(buffer, Number(packet))
      return readOne(buffer)
    })
    t.equal(played.join(' '), expect)
    if (counters) t.match(buffer, counters)
  })

t.test('packets of any length make the same audio', async (t) => {
  for (const length of [80, 160, 240, 320, 480]) {
    const buffer = new JitterBuffer()
    const heard: number[] = []
    let sent = 0
    for (let tick = 0; tick < 30; tick++) {
      while (sent < (tick + 1) * 160) {
        insert(buffer, 1 + ((sent / 80) % 100), sent, length)
        sent += length
      }
      if (buffer.read(frame)) heard.push(...frame)
    }
    t.equal(buffer.concealedFrames, 0, `${length / 8} ms`)
    t.ok(heard.length >= 26 * 160, `${length / 8} ms: played from 40 ms on`)
  }
})

t.test('timestamps may wrap', async (t) => {
  const buffer = new JitterBuffer()
  const played = []
  for (let n = 0; n < 8; n++) {
    insert(buffer, n + 1, 0x100000000 - 480 + n * 160)
    played.push(readOne(buffer))
  }
  t.equal(played.join(' '), '. . 1 2 3 4 5 6')
})

t.test('a jump of the timestamps, either way, is followed at once', async (t) => {
  for (const jump of [1_000_000, -1_000_000, 5000]) {
    const buffer = new JitterBuffer()
    const played = []
    for (let n = 1; n <= 10; n++) {
      insert(buffer, n, n * 160 + (n > 5 ? jump : 0))
      played.push(readOne(buffer))
    }
    t.equal(played.join(' '), '. . 1 2 3 . . 6 7 8', `by ${jump}`)
    t.equal(buffer.resyncs, 1)
  }
})

t.test('a sender whose clock steps back a little is found again after five late packets', async (t) => {
  const buffer = new JitterBuffer()
  for (let n = 1; n <= 20; n++) {
    insert(buffer, n)
    readOne(buffer)
  }
  for (let n = 21; n <= 40; n++) {
    insert(buffer, n, n * 160 - 5000)
    readOne(buffer)
  }
  t.equal(buffer.resyncs, 1)
  t.equal(readOne(buffer), '39')
})

t.test('delay that is not needed any more is taken out in quiet moments only', async (t) => {
  const buffer = new JitterBuffer()
  const quiet = new Uint8Array(160).fill(alaw.silence)
  const loud = new Uint8Array(160).fill(octetOf(40))
  let next = 0
  const run = (ticks: number, octets: Uint8Array, perTick = 1) => {
    for (let tick = 0; tick < ticks; tick++) {
      for (let n = 0; n < perTick; n++) buffer.insert(next++ * 160, octets, 0, 160, alaw)
      buffer.read(frame)
    }
  }
  run(10, loud)
  run(6, loud, 0) // a stall of 120 ms …
  run(1, loud, 7) // … then all of it at once
  const grownMs = buffer.delayMs
  t.ok(grownMs >= 100, `grown to ${grownMs} ms`)
  run(150, loud)
  t.equal(buffer.discardedFrames, 0, 'not while somebody speaks')
  run(1500, quiet)
  t.ok(buffer.discardedFrames >= 3, `${buffer.discardedFrames} frames taken out`)
  t.ok(buffer.delayMs <= 60, `down to ${buffer.delayMs} ms`)
  t.equal(buffer.latePackets, 0)
})

t.test('a sender whose clock is 200 ppm off, either way, neither starves nor piles up', async (t) => {
  for (const ppm of [200, -200]) {
    const buffer = new JitterBuffer()
    const quiet = new Uint8Array(160).fill(alaw.silence)
    let sent = 0
    for (let tick = 0; tick < 60_000; tick++) {
      while (sent * (1 - ppm / 1e6) <= tick) buffer.insert(sent++ * 160, quiet, 0, 160, alaw)
      buffer.read(frame)
    }
    // 20 minutes at 200 ppm are 12 frames.
    const mended =
      ppm > 0 ? buffer.discardedFrames : buffer.concealedFrames + buffer.silentFrames + buffer.insertedFrames
    t.ok(mended >= 9 && mended <= 14, `${ppm} ppm: ${mended} frames mended`)
    t.equal(buffer.resyncs, 0)
    t.equal(buffer.latePackets, 0)
    t.ok(buffer.delayMs <= 100, `${buffer.delayMs} ms`)
  }
})

t.test('no more than 200 ms of delay, whatever comes', async (t) => {
  const buffer = new JitterBuffer()
  let random = 1
  let longestMs = 0
  for (let tick = 0, next = 0; tick < 5000; tick++) {
    random = (random * 1103515245 + 12345) & 0x7fffffff
    const stalled = random % 100 < 20
    while (!stalled && next <= tick) insert(buffer, 5, next++ * 160)
    buffer.read(frame)
    longestMs = Math.max(longestMs, buffer.delayMs)
  }
  t.ok(longestMs > 60 && longestMs <= 200 + 20, `${longestMs} ms`)
})
