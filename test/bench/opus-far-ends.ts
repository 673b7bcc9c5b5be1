// Far ends of calls between Opus and G.711, in a process of their own: even ones say speech in Opus, odd ones in G.711,
// 50 packets a second each, and count what comes back.
import { execFileSync } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { alaw, encodeG711 } from '../../drivers/codec/g711.ts'
import { OpusEncoder } from '../../drivers/codec/opus.ts'
import { MediaSockets, receiveBytesPerPacket } from '../../drivers/native/media-sockets.ts'
import { resample } from '../../drivers/native/resample.ts'
import { bindRtpSocket, ipv4Number } from '../../drivers/native/udp.ts'
import { testRtpPorts } from '../support/audio.ts'

export interface OpusOrder {
  targets: number[]
  durationMs: number
}

export interface OpusResult {
  sent: number
  received: number
  /** Gaps in sequence numbers, over all ends. */
  lost: number
}

const frameSamples = 160
const opusPayloadType = 111
const alawPayloadType = 8

const ends = Number(process.argv[2])
const sockets = new MediaSockets({ slots: ends, receivePackets: 1024, sendPackets: 256, wakeFd: -1 })
const bound = Array.from({ length: ends }, (_, n) =>
  bindRtpSocket('127.0.0.1', testRtpPorts, testRtpPorts.from + ((process.pid * 8 + n * 2) % 4000)),
)
const slots = bound.map(({ fd }) => sockets.addSocket(fd))
const opus = new OpusEncoder({ bitrate: 20_000, complexity: 5, inbandFec: true, dtx: false, cbr: false })
const speech = speak()
const frames = Math.floor(speech.length / frameSamples)
const inOpus = encodeAll((samples, octets) => opus.encode(samples, octets, 0))
const inAlaw = encodeAll((samples, octets) => {
  encodeG711(alaw, samples, octets, 0)
  return samples.length
})

process.on('message', async (order: OpusOrder) => process.send!(await run(order)))
process.send!(bound.map(({ port }) => port))

/** About ten seconds of it: what Opus costs depends on what is said. */
function speak(): Int16Array {
  const text =
    'Thank you for calling. All of our agents are busy at the moment; please stay on the line, and we will be with you shortly.'
  const wav = execFileSync('espeak-ng', ['--stdout', `${text} ${text}`], { maxBuffer: 1 << 24 })
  const samples = new Int16Array(wav.buffer.slice(wav.byteOffset + 44, wav.byteOffset + (wav.length & ~1)))
  return resample(samples, wav.readUInt32LE(24), 8000)
}

function encodeAll(encode: (samples: Int16Array, octets: Uint8Array) => number): Uint8Array[] {
  const octets = new Uint8Array(1500)
  return Array.from({ length: frames }, (_, n) => {
    const length = encode(speech.subarray(n * frameSamples, (n + 1) * frameSamples), octets)
    return octets.slice(0, length)
  })
}

async function run(order: OpusOrder): Promise<OpusResult> {
  const nextSequence = new Int32Array(ends).fill(-1)
  const result: OpusResult = { sent: 0, received: 0, lost: 0 }
  const take = () => {
    const count = sockets.wait(0)
    for (let i = 0; i < count; i++) {
      const end = slots.indexOf(sockets.slotOf(i))
      const at = i * receiveBytesPerPacket
      const sequence = (sockets.receiveBytes[at + 2]! << 8) | sockets.receiveBytes[at + 3]!
      if (nextSequence[end]! >= 0) result.lost += (sequence - nextSequence[end]!) & 0xffff
      nextSequence[end] = (sequence + 1) & 0xffff
      result.received++
    }
  }
  const loopback = ipv4Number('127.0.0.1')
  const beganMs = performance.now()
  for (let tick = 0; tick < order.durationMs / 20; tick++) {
    for (let end = 0; end < ends; end++) {
      const isOpus = end % 2 === 0
      // Each end is at another place of the text.
      const payload = (isOpus ? inOpus : inAlaw)[(tick + end * 17) % frames]!
      const at = sockets.begin(slots[end]!, loopback, order.targets[end]!)
      const view = new DataView(sockets.sendBytes.buffer, sockets.sendBytes.byteOffset + at)
      view.setUint16(0, 0x8000 | (isOpus ? opusPayloadType : alawPayloadType))
      view.setUint16(2, tick & 0xffff)
      view.setUint32(4, tick * (isOpus ? 960 : 160))
      view.setUint32(8, end + 1)
      sockets.sendBytes.set(payload, at + 12)
      sockets.commit(12 + payload.length)
      result.sent++
    }
    sockets.flush()
    take()
    await sleep(Math.max(0, beganMs + (tick + 1) * 20 - performance.now()))
  }
  await sleep(100)
  take()
  return result
}
