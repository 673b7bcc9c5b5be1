// Certificates: renewed while calls go on, refused when they are no good, asked of phones; and what is not spoken.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { TLSSocket } from 'node:tls'
import t, { type Test } from 'tap'
import { createSipEndpoint, type SipEndpointOptions } from '../../../daemon/sip/sip-endpoint.ts'
import { certificateFolder, makeCertificate } from '../../support/certificates.ts'
import { MockClock } from '../../support/mock-clock.ts'
import { SipFakeAudio } from '../../support/sip-fake-audio.ts'
import { SipPeer } from '../../support/sip-peer.ts'
import { logInto } from '../../support/sip-stage.ts'
import { callTo, transportStage } from '../../support/sip-transport-stage.ts'
import { until } from '../../support/wait.ts'

const certificates = certificateFolder()
const served = makeCertificate(certificates.path, 'box')
t.teardown(() => certificates.remove())

const stage = (t: Test, options: Partial<SipEndpointOptions> = {}) => transportStage(t, { tls: served, ...options })

t.test('a renewed certificate is shown to new connections, and the old ones go on', async (t) => {
  const own = makeCertificate(certificates.path, 'renewed')
  const world = await stage(t, { tls: own })
  const alice = await world.registered('alice', 'TLS')
  const subjectNow = async () => {
    const socket = await world.connect('TLS')
    await socket.bind({ address: '127.0.0.1', port: 0 })
    const { stream } = socket
    if (!(stream instanceof TLSSocket)) throw new Error('no TLS')
    const { fingerprint256 } = stream.getPeerX509Certificate()!
    await socket.close()
    return fingerprint256
  }
  const before = await subjectNow()
  makeCertificate(certificates.path, 'renewed')
  await until('the new one', async () => {
    await world.clock.advance(30_000)
    return (await subjectNow()) !== before
  })
  t.match(world.endpoint.counters(), { certificatesRenewed: 1 })
  t.notOk(alice.socket.closed)
  await callTo(world, alice)
})

t.test('a renewed certificate that is no good is told, and the old one stays', async (t) => {
  const own = makeCertificate(certificates.path, 'spoiled')
  const world = await stage(t, { tls: own })
  writeFileSync(own.keyFile, 'not a key')
  await until('it to be told', async () => {
    await world.clock.advance(30_000)
    return world.endpoint.counters().certificatesRefused
  })
  t.match(world.log.at(-1), { level: 'error', fields: { fault: /can't be used together/ } })
  t.ok(await world.registered('alice', 'TLS'))
})

t.test('a certificate that is not there is named, with what to do, before anything listens', async (t) => {
  const missing = { certificateFile: '/nowhere/box.pem', keyFile: served.keyFile }
  t.notOk(existsSync(missing.certificateFile))
  const endpoint = createSipEndpoint({
    address: '127.0.0.1',
    port: 0,
    listen: [{ transport: 'TLS', address: '127.0.0.1', port: 0 }],
    tls: missing,
    realm: 'box',
    accounts: [],
    audio: new SipFakeAudio(),
    clock: new MockClock(),
    log: logInto([]),
  })
  await t.rejects(endpoint.start(), { message: /^sip\.tls\.certificateFile: \/nowhere\/box\.pem can't be read/ })
  t.same(endpoint.listening, [])
})

t.test('with client certificates asked for, a phone without one is not let in', async (t) => {
  const phones = makeCertificate(certificates.path, 'phone')
  const world = await stage(t, { tls: { ...served, clientAuthorityFile: phones.certificateFile } })
  const bare = await world.connect('TLS')
  await bare.bind({ address: '127.0.0.1', port: 0 }).then(
    () => until('the box to hang up', () => bare.closed),
    () => {},
  )
  const identity = { cert: readFileSync(phones.certificateFile), key: readFileSync(phones.keyFile) }
  const known = await world.connect('TLS', { ...identity, rejectUnauthorized: false })
  const alice = await SipPeer.open('alice', known, { address: '', port: 0 }, world.place('TLS'), 'TLS')
  await alice.send(alice.make('OPTIONS', 'sip:box'))
  t.match(await alice.nextResponse(200), { status: 200 })
})

t.test('TLS 1.1 is not spoken', async (t) => {
  const world = await stage(t)
  const old = await world.connect('TLS', { maxVersion: 'TLSv1.1', minVersion: 'TLSv1.1', rejectUnauthorized: false })
  await t.rejects(old.bind({ address: '127.0.0.1', port: 0 }))
})
