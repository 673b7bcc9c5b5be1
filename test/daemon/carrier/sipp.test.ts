// Calls out over links to real SIP programs, over real sockets: one dies, one is full, one is silent; and registrations.
import t, { type Test } from 'tap'
import { NumberCalls } from '../../../daemon/carrier/number-calls.ts'
import { createOutboundCalls } from '../../../daemon/carrier/outbound-calls.ts'
import { linkSettingsOf, sipLinks } from '../../../daemon/carrier/sip-links.ts'
import { SystemClock } from '../../../daemon/clock.ts'
import { carriersSchema } from '../../../daemon/config/carrier-schema.ts'
import { carriersOf } from '../../../daemon/config/carriers.ts'
import { boxSchema } from '../../../daemon/config/schema.ts'
import type { Leg } from '../../../daemon/leg/leg.ts'
import { createLocator } from '../../../daemon/sip/carrier/locator.ts'
import { createNameService } from '../../../daemon/sip/carrier/name-service.ts'
import { createSipEndpoint } from '../../../daemon/sip/sip-endpoint.ts'
import { DnsServer } from '../../support/dns-server.ts'
import { freePorts } from '../../support/free-ports.ts'
import { SipFakeAudio } from '../../support/sip-fake-audio.ts'
import { logInto } from '../../support/sip-stage.ts'
import { carrierScenarios, sippCarrier } from '../../support/sipp-carrier.ts'
import { until } from '../../support/wait.ts'

t.setTimeout(60_000)

const ours = '+442079460101'

/** `links` as in carriers.yaml, tried in their order; passwords by the place of the link. */
async function desk(t: Test, links: object[], options: { passwords?: Record<string, string>; dns?: string } = {}) {
  const declared = carriersSchema.parse({
    carriers: [
      { name: 'telco', links: links.map((link, order) => ({ optionsIntervalS: 0, order: order + 1, ...link })) },
    ],
  })
  const byPlace = new Map(Object.entries(options.passwords ?? {}))
  const carriers = carriersOf(declared, { byPlace, faults: [] })
  const clock = new SystemClock()
  const audio = new SipFakeAudio()
  const names = createNameService({
    nowMs: () => clock.monotonicMs(),
    ipv4: true,
    ipv6: false,
    ...(options.dns !== undefined && { servers: [options.dns] }),
  })
  const endpoint = createSipEndpoint({
    address: '127.0.0.1',
    port: 0,
    realm: 'box',
    accounts: [],
    links: linkSettingsOf(carriers, 'GB'),
    locator: createLocator(names, Math.random),
    audio,
    clock,
    log: logInto([]),
  })
  const outbound = createOutboundCalls({
    instance: {
      box: boxSchema.parse({ instance: { name: 'Test', country: 'GB', timeZone: 'UTC' } }),
      numbers: new Map([[ours, { number: ours, flow: 'main' }]]),
      agents: new Map(),
      carriers,
    },
    links: () => sipLinks(carriers, 'GB', endpoint),
    clock,
    numberCalls: new NumberCalls(),
    log: logInto([]),
  })
  await endpoint.start()
  t.teardown(async () => {
    await endpoint.stop()
    if (audio.openPorts.size > 0) throw new Error('media ports are left')
  })
  const call = (): Leg => {
    const result = outbound.call({ number: '020 7946 0999', callerId: {}, from: { kind: 'flow', contactId: 'c' } })
    if ('refused' in result) throw new Error(`refused: ${result.detail}`)
    return result.leg
  }
  return { endpoint, outbound, call }
}

async function talksAndEnds(t: Test, leg: Leg, withinMs = 10_000): Promise<number> {
  const beganMs = performance.now()
  await until('the call to be answered', () => leg.state === 'talking', { withinMs })
  const tookMs = performance.now() - beganMs
  await leg.hangUp()
  t.match(leg.end, { by: 'us', reason: 'hangUp' })
  return tookMs
}

const at = (port: number, name = 'north') => ({ name, host: '127.0.0.1', port })

t.test('the first link answers', async (t) => {
  const carrier = await sippCarrier(t, carrierScenarios.answering)
  const { call, endpoint } = await desk(t, [at(carrier.port)])
  await talksAndEnds(t, call())
  t.match(endpoint.links(), [{ state: 'up', calls: 0 }])
})

t.test('the first link’s program is killed: the next call goes by the second, at once', async (t) => {
  const north = await sippCarrier(t, carrierScenarios.answering)
  const south = await sippCarrier(t, carrierScenarios.answering)
  const { call, endpoint, outbound } = await desk(t, [at(north.port), at(south.port, 'south')])
  await talksAndEnds(t, call())
  north.program.kill()
  await north.program.exited
  const tookMs = await talksAndEnds(t, call())
  t.ok(tookMs < 3000, `the network’s word that nobody is there is heard: ${Math.round(tookMs)} ms`)
  t.match(endpoint.links(), [{ state: 'down', reason: 'unreachable' }, { state: 'up' }])
  t.match(outbound.counters(), { movedOn: 1 })
})

t.test('the first link is full', async (t) => {
  const north = await sippCarrier(t, carrierScenarios.full)
  const south = await sippCarrier(t, carrierScenarios.answering)
  const { call, endpoint } = await desk(t, [at(north.port), at(south.port, 'south')])
  await talksAndEnds(t, call())
  t.match(endpoint.links(), [{ state: 'down', reason: '503' }, { state: 'up' }])
})

t.test('the first link is silent', async (t) => {
  const north = await sippCarrier(t, carrierScenarios.silent)
  const south = await sippCarrier(t, carrierScenarios.answering)
  const { call, endpoint } = await desk(t, [{ ...at(north.port), noResponseS: 1 }, at(south.port, 'south')])
  const tookMs = await talksAndEnds(t, call())
  t.ok(tookMs >= 900, `it was waited for: ${Math.round(tookMs)} ms`)
  t.match(endpoint.links(), [{ state: 'down', reason: 'timeout' }, { state: 'up' }])
})

t.test('over TCP; and a carrier whose connection is refused', async (t) => {
  const south = await sippCarrier(t, carrierScenarios.answering, 'tcp')
  const dead = await freePorts()
  const overTcp = { transport: 'tcp' }
  const { call, endpoint } = await desk(t, [
    { ...at(dead), ...overTcp },
    { ...at(south.port, 'south'), ...overTcp },
  ])
  const tookMs = await talksAndEnds(t, call())
  t.ok(tookMs < 3000, `a refused connection is no wait: ${Math.round(tookMs)} ms`)
  t.match(endpoint.links(), [{ state: 'down' }, { state: 'up' }])
})

t.test('a name with two servers, the first one dead', async (t) => {
  const alive = await sippCarrier(t, carrierScenarios.answering)
  const dead = await freePorts()
  const dns = await DnsServer.open()
  t.teardown(() => dns.close())
  const srv = (priority: number, port: number) =>
    ({ type: 'SRV', priority, weight: 1, port, target: 'a.telco.test' }) as const
  dns.set('telco.test', [])
  dns.set('_sip._udp.telco.test', [srv(1, dead), srv(2, alive.port)])
  dns.set('a.telco.test', [{ type: 'A', address: '127.0.0.1' }])
  const { call, endpoint } = await desk(t, [{ name: 'north', host: 'telco.test', noResponseS: 1 }], { dns: dns.server })
  await talksAndEnds(t, call())
  t.match(endpoint.links(), [{ link: 'north', state: 'up' }], 'one dead server is no dead link')
})

t.test('a registrar that challenges, and reckons the digest by itself', async (t) => {
  const carrier = await sippCarrier(t, carrierScenarios.registrar('trunk', 'secret-of-the-trunk'))
  const link = { ...at(carrier.port), user: 'trunk', register: {} }
  const { endpoint } = await desk(t, [link], { passwords: { '0.0': 'secret-of-the-trunk' } })
  await until('the link to be registered', () => endpoint.links()[0]?.state === 'up')
})

t.test('a registrar that refuses', async (t) => {
  const carrier = await sippCarrier(t, carrierScenarios.registrar('trunk', 'another-secret'))
  const link = { ...at(carrier.port), user: 'trunk', register: {} }
  const { endpoint, outbound } = await desk(t, [link], { passwords: { '0.0': 'secret-of-the-trunk' } })
  await until('the link to be refused', () => endpoint.links()[0]?.reason === 'registrationRefused')
  const result = outbound.call({ number: '020 7946 0999', callerId: {}, from: { kind: 'flow', contactId: 'c' } })
  t.match(result, { refused: 'noRoute' })
})
