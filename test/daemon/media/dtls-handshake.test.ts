// DTLS handshakes of two ports, over a way that loses datagrams, and with far ends that are not who they should be.
import t from 'tap'
import {
  type DtlsAgreement,
  type DtlsFault,
  DtlsHandshake,
  fingerprintOf,
} from '../../../daemon/media/dtls-handshake.ts'
import { type DtlsKeys, dtlsCertificate, liveDtlsSessions } from '../../../drivers/native/dtls.ts'
import { randomOctets, spoiled } from '../../support/hostile-octets.ts'
import { seededRandom } from '../../support/sip-network.ts'
import { until } from '../../support/wait.ts'

const fingerprint = { algorithm: 'sha-256', value: fingerprintOf(dtlsCertificate(), 'sha-256')! }

function party(agreement: Partial<DtlsAgreement>) {
  const outbox: Uint8Array[] = []
  const faults: DtlsFault[] = []
  const agreed: DtlsKeys[] = []
  const handshake = new DtlsHandshake(
    { active: false, fingerprints: [fingerprint], ...agreement },
    {
      sendDtls: (write) => {
        const octets = new Uint8Array(1500)
        const length = write(octets, 0)
        if (length > 0) outbox.push(octets.slice(0, length))
      },
      keysAgreed: (keys) => void agreed.push(keys),
      failed: (fault) => void faults.push(fault),
    },
  )
  return { handshake, outbox, faults, agreed }
}

type Party = ReturnType<typeof party>

/** Carries what both have to say until neither says more. `lose`: whether a datagram is lost. */
function carry(one: Party, other: Party, lose: () => boolean = () => false): void {
  for (let quiet = 0; quiet < 2; ) {
    quiet = one.outbox.length + other.outbox.length === 0 ? quiet + 1 : 0
    for (const [from, to] of [
      [one, other],
      [other, one],
    ] as const)
      for (const datagram of from.outbox.splice(0)) {
        to.handshake.tick()
        if (!lose()) to.handshake.receive(datagram, 0, datagram.length)
      }
  }
}

t.test('both ends hold the same keys, each for its own direction', async (t) => {
  const [client, server] = [party({ active: true }), party({})]
  client.handshake.begin()
  server.handshake.begin()
  carry(client, server)
  t.equal(client.agreed.length, 1)
  t.equal(server.agreed.length, 1)
  t.equal(client.agreed[0]!.suite, 'AEAD_AES_128_GCM')
  t.same(client.agreed[0]!.send, server.agreed[0]!.receive)
  t.same(client.agreed[0]!.receive, server.agreed[0]!.send)
  t.notSame(client.agreed[0]!.send, client.agreed[0]!.receive)
  t.same([client.faults, server.faults], [[], []])
  client.handshake.close()
  server.handshake.close()
})

t.test('datagrams are short enough for the transport', async (t) => {
  const [client, server] = [party({ active: true }), party({})]
  client.handshake.begin()
  const longest = client.outbox.concat(server.outbox).reduce((most, one) => Math.max(most, one.length), 0)
  carry(client, server, () => false)
  t.ok(longest > 0 && longest <= 360, `${longest} bytes`)
  client.handshake.close()
  server.handshake.close()
})

t.test('what is lost is sent again', async (t) => {
  const [client, server] = [party({ active: true }), party({})]
  let carried = 0
  client.handshake.begin()
  server.handshake.begin()
  await until(
    'the handshake to be done',
    () => {
      carry(client, server, () => [2, 5].includes(++carried))
      for (const one of [client, server]) for (let tick = 0; tick < 5; tick++) one.handshake.tick()
      return client.agreed.length === 1 && server.agreed.length === 1
    },
    { withinMs: 25_000, everyMs: 100 },
  )
  t.same(client.agreed[0]!.send, server.agreed[0]!.receive)
  client.handshake.close()
  server.handshake.close()
})

t.test('a certificate with another fingerprint is nobody we know', async (t) => {
  const [client, server] = [
    party({ active: true, fingerprints: [{ algorithm: 'sha-256', value: '00:'.repeat(31).concat('00') }] }),
    party({ fingerprints: [{ algorithm: 'md5', value: fingerprintOf(dtlsCertificate(), 'sha-256')! }] }),
  ]
  client.handshake.begin()
  server.handshake.begin()
  carry(client, server)
  t.same(client.faults, ['fingerprint'])
  t.equal(client.agreed.length, 0)
  t.same(server.faults, ['fingerprint'], 'a hash that proves nothing proves nothing')
})

t.test('a far end that never comes', async (t) => {
  const { handshake, faults } = party({ active: true })
  handshake.begin()
  for (let tick = 0; tick <= 1501; tick++) handshake.tick()
  t.same(faults, ['timeout'])
})

t.test('10,000 spoiled and 10,000 random records do no harm', async (t) => {
  const random = seededRandom(11)
  const { outbox } = (() => {
    const client = party({ active: true })
    client.handshake.begin()
    client.handshake.close()
    return client
  })()
  const good = outbox[0]!
  let server = party({})
  let failed = 0
  for (let i = 0; i < 20_000; i++) {
    server.handshake.tick()
    const octets = i % 2 === 0 ? spoiled(good, random) : randomOctets(random, 1500)
    server.handshake.receive(octets, 0, octets.length)
    server.outbox.length = 0
    if (server.faults.length === 0) continue
    failed++
    server = party({})
  }
  t.equal(server.agreed.length, 0)
  t.comment(`${failed} of them ended a handshake`)
  server.handshake.close()
  const [client, next] = [party({ active: true }), party({})]
  client.handshake.begin()
  next.handshake.begin()
  carry(client, next)
  t.equal(next.agreed.length, 1, 'and the next one succeeds')
  client.handshake.close()
  next.handshake.close()
})

t.test('at the end nothing is left', async (t) => t.equal(liveDtlsSessions(), 0))
