// Alice's socket, connected to Bob's: it hears him alone, and everybody again behind that, whatever it is bound to.
import t from 'tap'
import { MediaSockets } from '../../../drivers/native/media-sockets.ts'
import { bindRtpSocket } from '../../../drivers/native/udp.ts'
import { testRtpPorts as range } from '../../support/audio.ts'

const bind = (address: string) => bindRtpSocket(address, range, range.from + 2 * Math.floor(Math.random() * 1900))

for (const [name, alices, others] of [
  ['an IPv4 address', '127.0.0.1', '127.0.0.1'],
  ['all IPv4 addresses', '0.0.0.0', '127.0.0.1'],
  ['an IPv6 address', '::1', '::1'],
  ['all IPv6 addresses', '::', '::1'],
  ['all addresses, and IPv4 is spoken', '::', '127.0.0.1'],
] as const)
  t.test(`bound to ${name}`, async (t) => {
    const sockets = new MediaSockets({ slots: 4, receivePackets: 64, sendPackets: 64, wakeFd: -1 })
    t.teardown(() => sockets.destroy())
    const open = (address: string) => {
      const { fd, port } = bind(address)
      return { slot: sockets.addSocket(fd), port }
    }
    const [alice, bob, carol] = [open(alices), open(others), open(others)]
    const number = sockets.addresses.number(others)
    const send = (from: { slot: number }, to: { port: number }) => {
      sockets.sendBytes.fill(7, sockets.begin(from.slot, number, to.port), 12)
      sockets.commit(12)
      sockets.flush()
    }
    const heardAt = ({ slot }: { slot: number }) => {
      const count = sockets.wait(0)
      return Array.from({ length: count }, (_, n) => n)
        .filter((n) => sockets.slotOf(n) === slot)
        .map((n) => sockets.portOf(n))
    }
    for (let round = 0; round < 3; round++) {
      sockets.connect(alice.slot, number, bob.port)
      send(bob, alice)
      send(carol, alice)
      t.same(heardAt(alice), [bob.port], 'Bob alone')
      send(alice, bob)
      t.same(heardAt(bob), [alice.port], 'who hears her')
      send(alice, carol)
      t.same(heardAt(carol), [alice.port], 'she still reaches everybody')
      sockets.disconnect(alice.slot)
      send(carol, alice)
      t.same(heardAt(alice), [carol.port], 'everybody again')
    }
    t.equal(sockets.sendErrors, 0)
  })

t.test('what can’t be connected goes on as it is', async (t) => {
  const sockets = new MediaSockets({ slots: 2, receivePackets: 64, sendPackets: 64, wakeFd: -1 })
  t.teardown(() => sockets.destroy())
  const [alice, bob] = [bind('127.0.0.1'), bind('127.0.0.1')]
  const [alices, bobs] = [sockets.addSocket(alice.fd), sockets.addSocket(bob.fd)]
  sockets.connect(alices, sockets.addresses.number('127.0.0.1'), 4000)
  sockets.connect(alices, sockets.addresses.number('2001:db8::1'), 4000)
  sockets.sendBytes.fill(7, sockets.begin(bobs, sockets.addresses.number('127.0.0.1'), alice.port), 12)
  sockets.commit(12)
  sockets.flush()
  t.equal(sockets.wait(0), 1)
})

t.test('nobody is there any more: what is sent is not counted as our fault', async (t) => {
  const sockets = new MediaSockets({ slots: 2, receivePackets: 64, sendPackets: 64, wakeFd: -1 })
  t.teardown(() => sockets.destroy())
  const [alice, bob] = [bind('127.0.0.1'), bind('127.0.0.1')]
  const [alices, bobs] = [sockets.addSocket(alice.fd), sockets.addSocket(bob.fd)]
  const loopback = sockets.addresses.number('127.0.0.1')
  sockets.connect(alices, loopback, bob.port)
  sockets.removeSocket(bobs)
  for (let n = 0; n < 5; n++) {
    sockets.sendBytes.fill(7, sockets.begin(alices, loopback, bob.port), 12)
    sockets.commit(12)
    sockets.flush()
  }
  t.equal(sockets.sendErrors, 0)
  t.equal(sockets.wait(0), 0)
})
