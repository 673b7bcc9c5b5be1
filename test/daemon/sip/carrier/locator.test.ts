// From a carrier's name to its addresses, over a real name server.
import t, { type Test } from 'tap'
import { createLocator } from '../../../../daemon/sip/carrier/locator.ts'
import { createNameService } from '../../../../daemon/sip/carrier/name-service.ts'
import { inServerOrder } from '../../../../daemon/sip/carrier/server-order.ts'
import type { Hop } from '../../../../daemon/sip/transport/hop.ts'
import { DnsServer } from '../../../support/dns-server.ts'

const half = () => 0.5
const show = (hops: readonly Hop[]) => hops.map(({ address, port, transport }) => `${transport} ${address}:${port}`)
const srv = (target: string, priority = 10, weight = 10, port = 5060) =>
  ({ type: 'SRV', priority, weight, port, target }) as const
const a = (address: string) => ({ type: 'A', address }) as const
const naptr = (service: string, replacement: string, order = 10) =>
  ({ type: 'NAPTR', order, preference: 10, flags: 's', service, replacement }) as const

async function desk(t: Test, families: { ipv4: boolean; ipv6: boolean } = { ipv4: true, ipv6: false }) {
  const dns = await DnsServer.open()
  t.teardown(() => dns.close())
  let nowMs = 0
  const names = createNameService({ nowMs: () => nowMs, ...families, servers: [dns.server] })
  const pass = (ms: number) => {
    nowMs += ms
  }
  return { dns, pass, locator: createLocator(names, half) }
}

t.test('NAPTR chooses the transport, SRV the servers, A the addresses', async (t) => {
  const { dns, locator } = await desk(t)
  dns.set('telco.test', [naptr('SIP+D2U', '_sip._udp.telco.test', 20), naptr('SIPS+D2T', '_sips._tcp.telco.test', 10)])
  dns.set('_sips._tcp.telco.test', [srv('b.telco.test', 20, 10, 5061), srv('a.telco.test', 10, 10, 5062)])
  dns.set('a.telco.test', [a('198.51.100.1')])
  dns.set('b.telco.test', [a('198.51.100.2')])
  t.same(show(await locator.locate({ host: 'telco.test' })), ['TLS 198.51.100.1:5062', 'TLS 198.51.100.2:5061'])
})

t.test('without NAPTR the SRV records of the transports are looked for', async (t) => {
  const { dns, locator } = await desk(t)
  dns.set('telco.test', [])
  dns.set('_sip._tcp.telco.test', [srv('a.telco.test')])
  dns.set('a.telco.test', [a('198.51.100.1')])
  t.same(show(await locator.locate({ host: 'telco.test' })), ['TCP 198.51.100.1:5060'])
})

t.test('a transport that is wanted leaves out NAPTR', async (t) => {
  const { dns, locator } = await desk(t)
  dns.set('telco.test', [naptr('SIP+D2U', '_sip._udp.telco.test')])
  dns.set('_sips._tcp.telco.test', [srv('a.telco.test', 1, 1, 5061)])
  dns.set('a.telco.test', [a('198.51.100.1')])
  t.same(show(await locator.locate({ host: 'telco.test', transport: 'TLS' })), ['TLS 198.51.100.1:5061'])
  t.notOk(dns.asked.some((question) => question.startsWith('NAPTR')))
})

t.test('over TLS the server must have a certificate for the name that was meant', async (t) => {
  const { dns, locator } = await desk(t)
  dns.set('_sips._tcp.telco.test', [srv('a.telco.test', 1, 1, 5061)])
  dns.set('a.telco.test', [a('198.51.100.1')])
  t.match(await locator.locate({ host: 'telco.test', transport: 'TLS' }), [{ serverName: 'telco.test' }])
})

t.test('a name with addresses only', async (t) => {
  const { dns, locator } = await desk(t)
  dns.set('telco.test', [a('198.51.100.1'), a('198.51.100.2')])
  t.same(show(await locator.locate({ host: 'telco.test' })).sort(), ['UDP 198.51.100.1:5060', 'UDP 198.51.100.2:5060'])
})

t.test('a port that is said leaves out NAPTR and SRV', async (t) => {
  const { dns, locator } = await desk(t)
  dns.set('telco.test', [a('198.51.100.1')])
  t.same(show(await locator.locate({ host: 'telco.test', port: 5070, transport: 'TCP' })), ['TCP 198.51.100.1:5070'])
  t.same(dns.asked, ['A telco.test'])
})

t.test('an address is an address', async (t) => {
  const { dns, locator } = await desk(t)
  t.same(show(await locator.locate({ host: '2001:db8::5' })), ['UDP 2001:db8::5:5060'])
  t.same(show(await locator.locate({ host: '198.51.100.1', transport: 'TLS' })), ['TLS 198.51.100.1:5061'])
  t.same(dns.asked, [])
})

t.test('addresses of both families, where there are sockets for both', async (t) => {
  const { dns, locator } = await desk(t, { ipv4: true, ipv6: true })
  dns.set('telco.test', [a('198.51.100.1'), { type: 'AAAA', address: '2001:db8::5' }])
  t.same(show(await locator.locate({ host: 'telco.test', port: 5060 })), [
    'UDP 198.51.100.1:5060',
    'UDP 2001:db8::5:5060',
  ])
})

t.test('a name that nobody has, and a service that says there is none', async (t) => {
  const { dns, locator } = await desk(t)
  t.same(await locator.locate({ host: 'nobody.test' }), [])
  dns.set('closed.test', [])
  dns.set('_sip._udp.closed.test', [srv('.')])
  t.same(await locator.locate({ host: 'closed.test' }), [])
})

t.test('answers are kept for as long as they say', async (t) => {
  const { dns, locator, pass } = await desk(t)
  dns.set('telco.test', [a('198.51.100.1')], 40)
  const peer = { host: 'telco.test', port: 5060 }
  await locator.locate(peer)
  dns.set('telco.test', [a('198.51.100.2')], 40)
  pass(39_000)
  t.same(show(await locator.locate(peer)), ['UDP 198.51.100.1:5060'])
  t.equal(dns.asked.length, 1)
  pass(2000)
  t.same(show(await locator.locate(peer)), ['UDP 198.51.100.2:5060'])
})

t.test('a name server that is silent does not move a carrier', async (t) => {
  const { dns, locator, pass } = await desk(t)
  dns.set('telco.test', [a('198.51.100.1')], 10)
  const peer = { host: 'telco.test', port: 5060 }
  await locator.locate(peer)
  dns.silent = true
  pass(60_000)
  t.same(show(await locator.locate(peer)), ['UDP 198.51.100.1:5060'])
})

t.test('many who ask at once ask once', async (t) => {
  const { dns, locator } = await desk(t)
  dns.set('telco.test', [a('198.51.100.1')])
  await Promise.all(Array.from({ length: 50 }, () => locator.locate({ host: 'telco.test', port: 5060 })))
  t.same(dns.asked, ['A telco.test'])
})

t.test('SRV: by priority, and by weighted chance among equals', async (t) => {
  let seed = 7
  const random = () => {
    seed = (seed * 48_271) % 2_147_483_647
    return seed / 2_147_483_647
  }
  const record = (name: string, priority: number, weight: number) => ({ name, priority, weight, port: 5060 })
  const records = [record('last', 20, 100), record('three', 10, 30), record('one', 10, 10), record('zero', 10, 0)]
  const orders = Array.from({ length: 4000 }, () => inServerOrder(records, random).map(({ name }) => name))
  t.ok(orders.every((order) => order.length === 4 && order[3] === 'last'))
  const share = orders.filter(([first]) => first === 'three').length / orders.length
  t.ok(Math.abs(share - 0.75) < 0.03, `three quarters begin with the one of three times the weight: ${share}`)
  t.same(inServerOrder([], random), [])
})
