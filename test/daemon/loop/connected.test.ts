// While Ann and Bob are left alone the kernel takes packets of their own far ends only, which makes those cheaper. Whoever
// moves, is moved or has gone for a while is heard all the same.
import t from 'tap'
import { bindUdpSocket } from '../../../drivers/native/udp.ts'
import { rtpPacket } from '../media/memory-transport.ts'
import { begin, countersOf } from './ann-and-bob.ts'

const silence = new Uint8Array(160)

t.test('a stranger’s packets are turned away by the kernel, and before that by us', async (t) => {
  const { engine, told, speak, talk, send, take, stranger, place } = begin(t)
  const disturb = () => {
    send(rtpPacket({ ...place(), payload: silence, ssrc: 0xaaaa }), stranger)
    take()
    return countersOf(engine, told, 1).foreignPackets
  }
  speak(2)
  t.equal(disturb(), 1, 'two who have only begun')
  talk(60)
  t.equal(disturb(), 1, 'two who have been left alone')
})

t.test('Ann falls silent and speaks from elsewhere: she is heard as soon as others may be', async (t) => {
  const { talk, tick, bob20ms, send, stranger, place } = begin(t)
  talk(60)
  for (let n = 0; n < 130; n++) {
    bob20ms()
    tick()
  }
  const { sequence, timestamp } = place()
  let heard = 0
  for (let n = 0; n < 12; n++) {
    bob20ms()
    const payload = new Uint8Array(160).fill(0x12)
    send(rtpPacket({ sequence: sequence + n, timestamp: timestamp + n * 160, payload, ssrc: 0xaaaa }), stranger)
    heard += tick().filter(({ first }) => first === 0x12).length
  }
  t.ok(heard >= 4, `${heard} packets from there`)
})

t.test('Ann is said to be elsewhere now: her first packet from there is heard', async (t) => {
  const { engine, told, agree, talk, send, take, stranger, place } = begin(t)
  talk(60)
  const before = countersOf(engine, told, 1).packetsReceived!
  agree(1, stranger.port, {})
  send(rtpPacket({ ...place(), payload: silence, ssrc: 0xaaaa }), stranger)
  take()
  t.equal(countersOf(engine, told, 1).packetsReceived, before + 1)
})

t.test('Bob’s phone is gone for a while: none of Ann’s packets is lost when it is back', async (t) => {
  const { peers, bob, talk, speak, ann20ms, take } = begin(t)
  talk(60)
  peers.removeSocket(bob.slot)
  speak(3)
  t.equal(peers.addSocket(bindUdpSocket('127.0.0.1', bob.port)!), bob.slot)
  let heard = 0
  for (let n = 0; n < 10; n++) {
    ann20ms()
    take()
    heard += peers.wait(0)
  }
  t.equal(heard, 10)
})
