// Far ends of many calls in a process of their own: each sends a tone in G.711 at 50 packets a second and looks at what
// comes back. It knows RTP by itself, so that the port under test is not its own judge.
import { setTimeout as sleep } from 'node:timers/promises'
import { alaw, encodeG711 } from '../../drivers/codec/g711.ts'
import { MediaSockets, receiveBytesPerPacket } from '../../drivers/native/media-sockets.ts'
import { bindRtpSocket, ipv4Number } from '../../drivers/native/udp.ts'
import { testRtpPorts } from '../support/audio.ts'
import { makeTone, toneLevelDbm0 } from '../support/tones.ts'

/** Tones of callers (even ends) and agents (odd ones): 400 samples hold whole periods of both. */
export const toneHz = [440, 1300] as const
const periodSamples = 400
/** Frames until a frame begins where the first one did: 5 × 160 = 2 × 400. */
const framesPerPeriod = 5

export interface Order {
  /** Port each end sends to. */
  targets: number[]
  durationMs: number
  /** Which ends speak SRTP, by these keys. */
  encrypted: boolean[]
  key: { send: number; receive: number }
}

export interface Result {
  sent: number
  /** How late the far ends themselves were at worst. */
  worstLatenessMs: number
  received: number
  /** Gaps in sequence numbers, over all ends. */
  lost: number
  rejected: number
  /** Lowest level of the other's tone, highest of the own one, over all ends, in the last second. */
  othersDbm0: number
  ownDbm0: number
}

const ends = Number(process.argv[2])
const sockets = new MediaSockets({ slots: ends, receivePackets: 1024, sendPackets: 256, wakeFd: -1 })
const bound = Array.from({ length: ends }, (_, n) =>
  bindRtpSocket('127.0.0.1', testRtpPorts, testRtpPorts.from + ((process.pid * 8 + n * 2) % 4000)),
)
const slots = bound.map(({ fd }) => sockets.addSocket(fd))

const tones = toneHz.map((hz) => {
  const samples = makeTone(hz, periodSamples / 8, -10)
  return Array.from({ length: framesPerPeriod }, (_, n) => {
    const octets = new Uint8Array(160)
    const frame = Int16Array.from({ length: 160 }, (_, i) => samples[(n * 160 + i) % periodSamples]!)
    encodeG711(alaw, frame, octets, 0)
    return octets
  })
})

process.on('message', async (order: Order) => process.send!(await run(order)))
process.send!(bound.map(({ port }) => port))

async function run(order: Order): Promise<Result> {
  const received = new Int32Array(ends)
  const nextSequence = new Int32Array(ends).fill(-1)
  const lastSecond = Array.from({ length: ends }, () => new Int16Array(8000))
  const result: Result = {
    sent: 0,
    worstLatenessMs: 0,
    received: 0,
    lost: 0,
    rejected: 0,
    othersDbm0: Infinity,
    ownDbm0: -Infinity,
  }
  const keyOf = (fill: number) => ({
    suite: 'AES_CM_128_HMAC_SHA1_80' as const,
    keyAndSalt: new Uint8Array(30).fill(fill),
  })
  slots.forEach((slot, end) => {
    if (!order.encrypted[end]) return
    sockets.setKey(slot, 'send', keyOf(order.key.send))
    sockets.setKey(slot, 'receive', keyOf(order.key.receive))
  })
  const take = () => {
    const count = sockets.wait(0)
    for (let i = 0; i < count; i++) {
      if (sockets.statusOf(i) !== 0) {
        result.rejected++
        continue
      }
      const end = slots.indexOf(sockets.slotOf(i))
      const at = i * receiveBytesPerPacket
      const sequence = (sockets.receiveBytes[at + 2]! << 8) | sockets.receiveBytes[at + 3]!
      if (nextSequence[end]! >= 0) result.lost += (sequence - nextSequence[end]!) & 0xffff
      nextSequence[end] = (sequence + 1) & 0xffff
      const into = (received[end]!++ % 50) * 160
      for (let s = 0; s < 160; s++) lastSecond[end]![into + s] = alaw.decoded[sockets.receiveBytes[at + 12 + s]!]!
    }
  }
  const loopback = ipv4Number('127.0.0.1')
  const beganMs = performance.now()
  const ticks = order.durationMs / 20
  for (let tick = 0; tick < ticks; tick++) {
    result.worstLatenessMs = Math.max(result.worstLatenessMs, performance.now() - beganMs - tick * 20)
    for (let end = 0; end < ends; end++) {
      const at = sockets.begin(slots[end]!, loopback, order.targets[end]!)
      const view = new DataView(sockets.sendBytes.buffer, sockets.sendBytes.byteOffset + at)
      view.setUint16(0, 0x8008)
      view.setUint16(2, tick & 0xffff)
      view.setUint32(4, tick * 160)
      view.setUint32(8, end + 1)
      sockets.sendBytes.set(tones[end % 2]![tick % framesPerPeriod]!, at + 12)
      sockets.commit(172)
      result.sent++
    }
    sockets.flush()
    take()
    await sleep(Math.max(0, beganMs + (tick + 1) * 20 - performance.now()))
  }
  await sleep(100)
  take()
  for (let end = 0; end < ends; end++) {
    result.received += received[end]!
    result.othersDbm0 = Math.min(result.othersDbm0, toneLevelDbm0(lastSecond[end]!, toneHz[(end + 1) % 2]!))
    result.ownDbm0 = Math.max(result.ownDbm0, toneLevelDbm0(lastSecond[end]!, toneHz[end % 2]!))
  }
  return result
}
