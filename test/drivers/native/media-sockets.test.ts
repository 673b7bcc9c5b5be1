// RTP sockets over the loopback interface, with libsrtp2 on the way.
import t, { type Test } from 'tap'
import {
  liveMediaSockets,
  MediaSockets,
  type SrtpKeyMaterial,
  statusAuthenticationFailed,
  statusReplayed,
  statusTruncated,
} from '../../../drivers/native/media-sockets.ts'
import { bindRtpSocket, ipv4Number, ipv4Text } from '../../../drivers/native/udp.ts'
import { closeWake, openWake, ringWake } from '../../../drivers/native/wake.ts'

const loopback = ipv4Number('127.0.0.1')
// Above the kernel's ephemeral ports; several test processes search it at once, which is what it is for.
const range = { from: 61000, to: 64998 }

const keyBytes = {
  AES_CM_128_HMAC_SHA1_80: 30,
  AES_CM_128_HMAC_SHA1_32: 30,
  AEAD_AES_128_GCM: 28,
  AEAD_AES_256_GCM: 44,
}
const key = (fill: number, suite: SrtpKeyMaterial['suite'] = 'AES_CM_128_HMAC_SHA1_80'): SrtpKeyMaterial => ({
  suite,
  keyAndSalt: Uint8Array.from({ length: keyBytes[suite] }, (_, i) => (fill * 31 + i) & 255),
})

function openPair(t: Test, options: { receivePackets?: number; wakeFd?: number } = {}) {
  const sockets = new MediaSockets({ slots: 4, receivePackets: 64, sendPackets: 64, wakeFd: -1, ...options })
  t.teardown(() => sockets.destroy())
  const open = () => {
    const { fd, port } = bindRtpSocket('127.0.0.1', range, range.from + 2 * Math.floor(Math.random() * 1900))
    return { slot: sockets.addSocket(fd), port }
  }
  const [alice, bob] = [open(), open()]
  const send = (sequence: number, payloadBytes = 4, payloadType = 0) => {
    const at = sockets.begin(alice.slot, loopback, bob.port)
    const packet = [0x80, payloadType, sequence >> 8, sequence & 255, 0, 0, 0, 0, 1, 2, 3, 4]
    sockets.sendBytes.set([...packet, ...new Array(payloadBytes).fill(0x55)], at)
    sockets.commit(12 + payloadBytes)
  }
  /** Packets that come within the second, as [sequence, length, status]. */
  const receive = (wanted: number) => {
    sockets.flush()
    const came: [number, number, number][] = []
    for (let tries = 0; came.length < wanted && tries < 100; tries++) {
      const count = sockets.wait(sockets.nowMs + 10)
      for (let i = 0; i < count; i++)
        came.push([sockets.receiveBytes[i * 1536 + 3]!, sockets.lengthOf(i), sockets.statusOf(i)])
    }
    return came
  }
  sockets.wait(0)
  return { sockets, alice, bob, send, receive }
}

t.test('a batch arrives in order, with its source, its time and its bytes', async (t) => {
  const { sockets, alice, bob, send } = openPair(t)
  for (let n = 0; n < 10; n++) send(n)
  sockets.flush()
  const count = sockets.wait(sockets.nowMs + 20)
  t.equal(count, 10)
  t.equal(sockets.slotOf(3), bob.slot)
  t.equal(sockets.addresses.text(sockets.addressOf(3), sockets.portOf(3)), `127.0.0.1:${alice.port}`)
  t.equal(sockets.receiveBytes[3 * 1536 + 3], 3)
  const ageMs = sockets.nowMs - sockets.arrivalMsOf(3)
  t.ok(ageMs > -1 && ageMs < 1000, `stamped by the kernel ${ageMs.toFixed(3)} ms ago`)
  t.equal(sockets.sendErrors, 0)
})

t.test('a full receive table leaves the rest for the next look', async (t) => {
  const { receive, send } = openPair(t, { receivePackets: 4 })
  for (let n = 0; n < 10; n++) send(n)
  t.same(
    receive(10).map(([sequence]) => sequence),
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
  )
})

t.test('more packets than the send table holds are sent in several batches', async (t) => {
  const { receive, send } = openPair(t)
  for (let n = 0; n < 150; n++) send(n)
  t.equal(receive(150).length, 150)
})

for (const [suite, tagBytes] of [
  ['AES_CM_128_HMAC_SHA1_80', 10],
  ['AES_CM_128_HMAC_SHA1_32', 4],
  ['AEAD_AES_128_GCM', 16],
  ['AEAD_AES_256_GCM', 16],
] as const)
  t.test(`SRTP by ${suite}: encrypted on the wire, clear at the end`, async (t) => {
    const { sockets, alice, bob, send, receive } = openPair(t)
    sockets.setKey(alice.slot, 'send', key(1, suite))
    send(1)
    const [onTheWire] = receive(1)
    t.same(onTheWire, [1, 16 + tagBytes, 0], 'as long as packet and tag')
    t.notMatch([...sockets.receiveBytes.subarray(12, 16)], [0x55, 0x55, 0x55, 0x55])
    sockets.setKey(bob.slot, 'receive', key(1, suite))
    send(2)
    t.same(receive(1), [[2, 16, 0]])
    t.same([...sockets.receiveBytes.subarray(12, 16)], [0x55, 0x55, 0x55, 0x55])
  })

for (const suite of ['AES_CM_128_HMAC_SHA1_80', 'AEAD_AES_128_GCM'] as const)
  t.test(`SRTP by ${suite}: numbers begin anew behind 65,535, and the count of that (ROC) goes on`, async (t) => {
    const { sockets, alice, bob, send, receive } = openPair(t)
    sockets.setKey(alice.slot, 'send', key(1, suite))
    sockets.setKey(bob.slot, 'receive', key(1, suite))
    for (const sequence of [65_534, 65_535, 0, 1]) {
      send(sequence)
      t.match(receive(1), [[sequence & 255, 16, 0]])
    }
    // A contract that is made anew with the same keys sets none (rtp-port.test.ts). Were they set, this would happen:
    sockets.setKey(bob.slot, 'receive', key(1, suite))
    sockets.forgetPreviousKey(bob.slot)
    send(2)
    t.equal(receive(1)[0]![2], statusAuthenticationFailed)
  })

t.test('SRTP made with another key, without a key, or sent twice is told as such', async (t) => {
  const { sockets, alice, bob, send, receive } = openPair(t)
  sockets.setKey(bob.slot, 'receive', key(1))
  send(1, 40)
  t.equal(receive(1)[0]![2], statusAuthenticationFailed, 'plain')
  sockets.setKey(alice.slot, 'send', key(2))
  send(2)
  t.equal(receive(1)[0]![2], statusAuthenticationFailed, 'another key')
  sockets.setKey(alice.slot, 'send', key(1))
  send(3)
  t.equal(receive(1)[0]![2], 0)
  sockets.setKey(alice.slot, 'send', key(1))
  send(3)
  t.equal(receive(1)[0]![2], statusReplayed, 'again')
})

t.test('after a new receive key packets of the old one pass until it is forgotten', async (t) => {
  const { sockets, alice, bob, send, receive } = openPair(t)
  sockets.setKey(alice.slot, 'send', key(1))
  sockets.setKey(bob.slot, 'receive', key(1))
  sockets.setKey(bob.slot, 'receive', key(2))
  send(1)
  t.equal(receive(1)[0]![2], 0)
  sockets.forgetPreviousKey(bob.slot)
  send(2)
  t.equal(receive(1)[0]![2], statusAuthenticationFailed)
})

t.test(
  'audio that a quiet rule sends on is noted, as long as there is room; anything else is handed over',
  async (t) => {
    const { sockets, alice, bob, send } = openPair(t)
    const rule = {
      address: loopback,
      port: alice.port,
      ssrc: 0x01020304,
      toSlot: bob.slot,
      toAddress: loopback,
      toPort: alice.port,
      toSsrc: 9,
      sequenceOffset: 1000,
      timestampOffset: 0,
      nextSequence: 1000,
      newestTimestamp: 0,
      types: [
        [0, 0],
        [101, 101],
      ],
    } as const
    sockets.forward(bob.slot, rule)
    sockets.quietForward(bob.slot, 'noted')
    t.ok(sockets.isForwarding(bob.slot))
    send(0)
    send(1, 40)
    send(2, 4, 101)
    sockets.flush()
    let handed: number[] = []
    /** Of Bob's socket; what was sent on comes to Alice's. */
    const look = () => {
      handed = []
      const endMs = sockets.nowMs + 1000
      do {
        const count = sockets.wait(sockets.nowMs + 10)
        for (let i = 0; i < count; i++)
          if (sockets.slotOf(i) === bob.slot) handed.push(sockets.receiveBytes[i * 1536 + 3]!)
      } while (sockets.forwardedPackets(bob.slot) < wanted && sockets.nowMs < endMs)
    }
    let wanted = 3
    look()
    t.same(handed, [2], 'the event')
    t.equal(sockets.notesOf(bob.slot), 2)
    t.same([sockets.noteSequence(bob.slot, 1), sockets.notePayloadLength(bob.slot, 1)], [1, 40])
    t.equal(sockets.noteTimestamp(bob.slot, 0), 0)
    const ageMs = sockets.nowMs - sockets.noteArrivalMs(bob.slot, 0)
    t.ok(ageMs > -1 && ageMs < 2000, `came ${ageMs.toFixed(3)} ms ago`)
    for (let n = 3; n < 36; n++) send(n)
    sockets.flush()
    wanted = 36
    look()
    t.equal(sockets.notesOf(bob.slot), 32)
    t.same(handed, [33, 34, 35], 'what there was no room for')
    sockets.clearNotes(bob.slot)
    sockets.quietForward(bob.slot, false)
    send(36)
    sockets.flush()
    wanted = 37
    look()
    t.same(handed, [36])
    t.equal(sockets.notesOf(bob.slot), 0)
    sockets.quietForward(bob.slot, 'kept')
    send(37, 160)
    send(38, 161)
    sockets.flush()
    wanted = 39
    look()
    t.same(handed, [38], 'what is too long to be kept')
    const keptAt = sockets.keptAt(bob.slot, 0)
    t.same(sockets.keptBytes.slice(keptAt, keptAt + 160), new Uint8Array(160).fill(0x55))
  },
)

t.test('keys set over and over are freed', async (t) => {
  const { sockets, alice } = openPair(t)
  const setKeys = (times: number) => {
    for (let n = 0; n < times; n++) {
      sockets.setKey(alice.slot, 'send', key(n))
      sockets.setKey(alice.slot, 'receive', key(n))
    }
    sockets.setKey(alice.slot, 'receive', undefined)
  }
  setKeys(2000)
  const residentBytes = process.memoryUsage.rss()
  setKeys(20_000)
  const grownBytes = process.memoryUsage.rss() - residentBytes
  // A context of libsrtp2 takes more than 1 kB: 40,000 of them would be over 40 MB.
  t.ok(grownBytes < 20_000_000, `${(grownBytes / 1e6).toFixed(1)} MB more`)
})

t.test('RTCP on the same port has an index and a tag of its own (SRTCP)', async (t) => {
  const { sockets, alice, bob, send, receive } = openPair(t)
  sockets.setKey(bob.slot, 'receive', key(1))
  send(1, 16, 200)
  t.not(receive(1)[0]![2], 0, 'in the clear it is refused')
  sockets.setKey(alice.slot, 'send', key(1))
  send(2, 16, 200)
  t.same(receive(1), [[2, 28, 0]])
})

t.test('what is neither RTP nor RTCP passes beside the keys (STUN, DTLS)', async (t) => {
  const { sockets, alice, bob, receive } = openPair(t)
  sockets.setKey(alice.slot, 'send', key(1))
  sockets.setKey(bob.slot, 'receive', key(2))
  const at = sockets.begin(alice.slot, loopback, bob.port)
  sockets.sendBytes.fill(22, at, at + 40)
  sockets.commit(40)
  sockets.flush()
  t.same(receive(1)[0]!.slice(1), [40, 0])
})

t.test('a key of the wrong length, and a packet too long to send, are refused', async (t) => {
  const { sockets, alice, bob } = openPair(t)
  t.throws(
    () => sockets.setKey(alice.slot, 'send', { suite: 'AEAD_AES_256_GCM', keyAndSalt: new Uint8Array(30) }),
    /44 bytes, not 30/,
  )
  sockets.begin(alice.slot, loopback, bob.port)
  t.throws(() => sockets.commit(900), /too long/)
})

t.test('a datagram longer than any RTP packet is told as cut', async (t) => {
  const { sockets, bob } = openPair(t)
  const { createSocket } = await import('node:dgram')
  const stranger = createSocket('udp4')
  t.teardown(() => stranger.close())
  await new Promise((resolve) => stranger.send(new Uint8Array(4000), bob.port, '127.0.0.1', resolve))
  t.equal(sockets.wait(sockets.nowMs + 20), 1)
  t.equal(sockets.statusOf(0), statusTruncated)
})

t.test('the wake-up ends a wait at once', async (t) => {
  const wakeFd = openWake()
  t.teardown(() => closeWake(wakeFd))
  const { sockets } = openPair(t, { wakeFd })
  const beganMs = sockets.nowMs
  ringWake(wakeFd)
  sockets.wait(beganMs + 5000)
  t.ok(sockets.woken)
  t.ok(sockets.nowMs - beganMs < 2000)
  sockets.wait(sockets.nowMs + 1)
  t.notOk(sockets.woken, 'one ring, one wake-up')
})

t.test('an empty range says so, and names the setting', async (t) => {
  const taken = bindRtpSocket('127.0.0.1', range, range.from)
  const { closeSync } = await import('node:fs')
  t.teardown(() => closeSync(taken.fd))
  const only = { from: taken.port, to: taken.port }
  t.throws(() => bindRtpSocket('127.0.0.1', only, only.from), /no RTP port free .*EADDRINUSE.*: widen sip\.rtpPorts/)
})

t.test('all slots in use is refused, and a closed one is used again', async (t) => {
  const sockets = new MediaSockets({ slots: 1, receivePackets: 4, sendPackets: 4, wakeFd: -1 })
  t.teardown(() => sockets.destroy())
  const bind = () => bindRtpSocket('127.0.0.1', range, range.from).fd
  const slot = sockets.addSocket(bind())
  const second = bind()
  t.throws(() => sockets.addSocket(second), /no room/)
  sockets.removeSocket(slot)
  t.equal(sockets.addSocket(second), slot)
  t.equal(sockets.openSockets, 1)
})

for (const [name, at, text] of [
  ['IPv6', '::1', '[::1]'],
  ['an IPv4 address in a socket of IPv6', '::ffff:127.0.0.1', '127.0.0.1'],
] as const)
  t.test(`packets come and go: ${name}`, async (t) => {
    const sockets = new MediaSockets({ slots: 4, receivePackets: 64, sendPackets: 64, wakeFd: -1 })
    t.teardown(() => sockets.destroy())
    const open = () => {
      const { fd, port } = bindRtpSocket(at, range, range.from + 2 * Math.floor(Math.random() * 1900))
      return { slot: sockets.addSocket(fd), port }
    }
    const [alice, bob] = [open(), open()]
    const exchange = (from: number, address: number, port: number) => {
      sockets.sendBytes.fill(7, sockets.begin(from, address, port), 12)
      sockets.commit(12)
      sockets.flush()
      for (let tries = 0; tries < 100; tries++) if (sockets.wait(sockets.nowMs + 10) > 0) return sockets.slotOf(0)
      return undefined
    }
    t.equal(exchange(alice.slot, sockets.addresses.number(at), bob.port), bob.slot)
    const from = { address: sockets.addressOf(0), port: sockets.portOf(0) }
    t.equal(sockets.addresses.text(from.address, from.port), `${text}:${alice.port}`)
    t.equal(exchange(bob.slot, from.address, from.port), alice.slot, 'the answer goes to where it came from')
    t.equal(sockets.sendErrors, 0)
  })

t.test('numbers of IPv6 addresses: one an address; given to another when all of those are used up', async (t) => {
  const sockets = new MediaSockets({ slots: 4, receivePackets: 64, sendPackets: 64, wakeFd: -1 })
  t.teardown(() => sockets.destroy())
  const { addresses } = sockets
  const { fd } = bindRtpSocket('::1', range, range.from + 2 * Math.floor(Math.random() * 1900))
  const slot = sockets.addSocket(fd)
  const number = addresses.number('2001:db8::a:1')
  t.equal(addresses.number('2001:DB8:0:0:0:0:a:1'), number)
  t.equal(addresses.text(number, 5004), '[2001:db8::a:1]:5004')
  t.throws(() => addresses.number('fe80::1%lo'), /is not an IP address/)
  const inUse = addresses.number('::1')
  for (let n = 0; n < 10_000; n++) {
    addresses.number(`2001:db8::b:${n.toString(16)}`)
    addresses.number('::1')
  }
  t.equal(addresses.text(inUse, 1), '[::1]:1', 'who is heard of all the time keeps the number')
  t.equal(addresses.octets(number).length, 4, 'who is not has lost it')
  sockets.begin(slot, number, 9)
  sockets.commit(12)
  sockets.flush()
  t.equal(sockets.sendErrors, 1, 'and nothing is sent to another in its place')
  t.not(addresses.number('2001:db8::a:1'), number)
})

t.test('addresses', async (t) => {
  t.equal(ipv4Text(ipv4Number('192.0.2.255')), '192.0.2.255')
  for (const bad of ['', '1.2.3', '1.2.3.256', '1.2.3.4.5', 'localhost', '::1', '1.2.3.-4'])
    t.throws(() => ipv4Number(bad), /is not an IPv4 address/)
})

t.test('ledger: all sockets are gone', async (t) => {
  t.equal(liveMediaSockets(), 0)
})
