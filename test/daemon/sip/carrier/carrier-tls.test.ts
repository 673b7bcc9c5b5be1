// A carrier by TLS: the box connects, and says nothing before it has seen a certificate for the name that was configured.
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { createServer, getCACertificates, setDefaultCACertificates } from 'node:tls'
import t, { type Test } from 'tap'
import { createLocator } from '../../../../daemon/sip/carrier/locator.ts'
import { createNameService } from '../../../../daemon/sip/carrier/name-service.ts'
import { certificateFolder, makeCertificate, type TestCertificate } from '../../../support/certificates.ts'
import { DnsServer } from '../../../support/dns-server.ts'
import { linkTo } from '../../../support/sip-carrier.ts'
import { transportStage } from '../../../support/sip-transport-stage.ts'
import { until } from '../../../support/wait.ts'

const certificates = certificateFolder()
t.teardown(() => certificates.remove())
const own = makeCertificate(certificates.path, 'telco.test')
const another = makeCertificate(certificates.path, 'other.test')
const unknown = makeCertificate(certificates.path, 'unknown.telco.test')
// Both are signed by who is trusted; only one is for the carrier's name.
const trusted = [own, another].map(({ certificateFile }) => readFileSync(certificateFile, 'utf8'))
setDefaultCACertificates([...getCACertificates('default'), ...trusted])

/** A carrier that shows this certificate, and is busy. The end of a call over it, and what it was sent. */
async function called(t: Test, { certificateFile, keyFile }: TestCertificate) {
  const sent: string[] = []
  const server = createServer({ cert: readFileSync(certificateFile), key: readFileSync(keyFile) }, (socket) => {
    socket.on('data', (bytes: Buffer) => {
      const text = bytes.toString('latin1')
      sent.push(text)
      if (!text.startsWith('INVITE')) return
      const kept = text.split('\r\n').filter((line) => /^(Via|From|To|Call-ID|CSeq):/i.test(line))
      const lines = kept.map((line) => (/^To:/i.test(line) ? `${line};tag=busy` : line))
      socket.write(['SIP/2.0 486 Busy Here', ...lines, 'Content-Length: 0', '', ''].join('\r\n'))
    })
    // The box hangs up on who it does not trust.
    socket.on('error', () => socket.destroy())
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  t.teardown(() => server.close())
  const dns = await DnsServer.open()
  t.teardown(() => dns.close())
  dns.set('telco.test', [{ type: 'A', address: '127.0.0.1' }])
  const names = createNameService({ nowMs: () => 0, ipv4: true, ipv6: false, servers: [dns.server] })
  const { port } = server.address() as AddressInfo
  const world = await transportStage(t, {
    accounts: [],
    links: [linkTo('telco.test', { peer: { host: 'telco.test', port, transport: 'TLS' } })],
    locator: createLocator(names, Math.random),
  })
  const leg = world.endpoint.dialCarrier({
    carrier: 'telco',
    link: 'north',
    number: '+441632960001',
    caller: { number: '+442079460101' },
    mayGoTo: () => true,
  })
  await until('the call to end', () => leg.state === 'ended', { instead: () => leg.describe() })
  const warnings = world.log.flatMap(({ level, message, fields }) => (level === 'warn' ? [{ message, fields }] : []))
  return { end: leg.end, sent, warnings }
}

t.test('with a certificate for its name it is called, and has the word', async (t) => {
  const { end, sent, warnings } = await called(t, own)
  t.match(end, { reason: 'busy', blame: 'none' })
  t.match(sent[0], /^INVITE sip:\+441632960001@telco\.test\S* SIP\/2\.0\r\nVia: SIP\/2\.0\/TLS /)
  t.same(warnings, [])
})

for (const [what, certificate, fault] of [
  ['for another name', another, /telco\.test.*other\.test/],
  ['that nobody vouches for', unknown, /self-signed/],
] as const)
  t.test(`with a certificate ${what} it is told nothing, and the log says why`, async (t) => {
    const { end, sent, warnings } = await called(t, certificate)
    t.match(end, { blame: 'trunk' }, 'so that the next link is tried')
    t.same(sent, [])
    t.match(warnings, [{ message: 'sip connection failed', fields: { transport: 'TLS', fault } }])
  })
