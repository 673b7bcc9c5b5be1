// The box registers at a carrier.
import { createHash } from 'node:crypto'
import t, { type Test } from 'tap'
import type { LinkSettings } from '../../../../daemon/sip/carrier/link-settings.ts'
import type { LinkView } from '../../../../daemon/sip/endpoint.ts'
import { header, type WireRequest } from '../../../../daemon/sip/wire/wire-message.ts'
import { account, linkTo, locatorOf } from '../../../support/sip-carrier.ts'
import { plainSdp, type SipPeer } from '../../../support/sip-peer.ts'
import { type Stage, sipStage } from '../../../support/sip-stage.ts'

const telco = '203.0.113.5'
const other = '203.0.113.6'
const registering = (more: Partial<LinkSettings> = {}) =>
  linkTo('telco.test', {
    peer: { host: 'telco.test' },
    registration: { userName: account.userName, expiresS: 600 },
    credentials: account,
    ...more,
  })

async function registrar(t: Test, more: Partial<LinkSettings> = {}, hosts = { 'telco.test': [telco] }) {
  const stage = await sipStage(t, [], { links: [registering(more)], locator: locatorOf(hosts) })
  const changes: LinkView[] = []
  stage.endpoint.onLinkChange((link) => changes.push(link))
  const carrier = await stage.phone('carrier', telco)
  await stage.clock.advance(20)
  // At the end the box says farewell, which here nobody answers.
  return { stage, carrier, changes }
}

const granted = (request: WireRequest, expiresS: number) => ({
  lines: [`Contact: ${header(request, 'contact')};expires=${expiresS}`],
})

async function accept(stage: Stage, carrier: SipPeer, expiresS = 600): Promise<WireRequest> {
  const request = carrier.takeRequest('REGISTER')
  await carrier.respond(request, 200, granted(request, expiresS))
  await stage.clock.advance(20)
  return request
}

/** As RFC 2617 and RFC 7616 have it, reckoned here and not by the code under test. */
function expected(authorization: string, algorithm: 'md5' | 'sha256'): string {
  const field = (name: string) => new RegExp(`[ ,]${name}="?([^",]+)"?`).exec(authorization)?.[1] ?? ''
  const hash = (text: string) => createHash(algorithm).update(text).digest('hex')
  const secret = hash(`${account.userName}:${field('realm')}:${account.password}`)
  const target = hash(`REGISTER:${field('uri')}`)
  const counted = ['nc', 'cnonce', 'qop'].map(field).join(':')
  return hash(`${secret}:${field('nonce')}:${counted}:${target}`)
}

t.test('a challenge is answered, and the link is up', async (t) => {
  const { stage, carrier, changes } = await registrar(t)
  const first = carrier.takeRequest('REGISTER')
  t.equal(first.uri, 'sip:telco.test')
  t.equal(header(first, 'to'), '<sip:trunk@telco.test>')
  t.match(header(first, 'contact'), /^<sip:[0-9a-f]{32}@10\.0\.0\.1:5060>$/)
  t.equal(header(first, 'expires'), '600')
  t.match(stage.endpoint.links(), [{ state: 'unknown' }])
  await carrier.respond(first, 401, { lines: ['WWW-Authenticate: Digest realm="telco", nonce="n1", qop="auth"'] })
  await stage.clock.advance(20)
  const second = carrier.takeRequest('REGISTER')
  const authorization = header(second, 'authorization')!
  t.match(authorization, /response="([0-9a-f]{32})"/)
  t.match(authorization, `response="${expected(authorization, 'md5')}"`)
  t.equal(header(second, 'call-id'), header(first, 'call-id'))
  t.equal(header(second, 'cseq'), '2 REGISTER')
  await carrier.respond(second, 200, granted(second, 600))
  await stage.clock.advance(20)
  t.match(
    changes.map(({ state }) => state),
    ['up'],
  )
})

t.test('of two challenges the stronger is answered, whatever the order', async (t) => {
  const { stage, carrier } = await registrar(t)
  await carrier.respond(carrier.takeRequest('REGISTER'), 407, {
    lines: [
      'Proxy-Authenticate: Digest realm="telco", nonce="n1", algorithm=MD5, qop="auth"',
      'Proxy-Authenticate: Digest realm="telco", nonce="n2", algorithm=SHA-256, qop="auth", opaque="o"',
    ],
  })
  await stage.clock.advance(20)
  const authorization = header(carrier.takeRequest('REGISTER'), 'proxy-authorization')!
  t.match(authorization, 'algorithm=SHA-256')
  t.match(authorization, 'opaque="o"')
  t.match(authorization, `response="${expected(authorization, 'sha256')}"`)
})

t.test('it is renewed before it expires, by what was granted', async (t) => {
  const { stage, carrier } = await registrar(t)
  const first = await accept(stage, carrier, 120)
  await stage.clock.advance(89_000)
  t.throws(() => carrier.takeRequest('REGISTER'), 'not yet')
  await stage.clock.advance(1500)
  const again = await accept(stage, carrier, 120)
  t.equal(header(again, 'call-id'), header(first, 'call-id'))
  t.equal(header(again, 'contact'), header(first, 'contact'))
  t.equal(Number.parseInt(header(again, 'cseq')!, 10), Number.parseInt(header(first, 'cseq')!, 10) + 1)
})

t.test('423: it asks for as long as the carrier wants', async (t) => {
  const { stage, carrier } = await registrar(t)
  await carrier.respond(carrier.takeRequest('REGISTER'), 423, { lines: ['Min-Expires: 1800'] })
  await stage.clock.advance(20)
  t.equal(header(carrier.takeRequest('REGISTER'), 'expires'), '1800')
})

t.test('403: the link is down, and stays so', async (t) => {
  const { stage, carrier, changes } = await registrar(t)
  await carrier.respond(carrier.takeRequest('REGISTER'), 403)
  await stage.clock.advance(20)
  t.match(changes, [{ state: 'down', reason: 'registrationRefused' }])
  await stage.clock.advance(24 * 3_600_000)
  t.throws(() => carrier.takeRequest('REGISTER'), 'it is not tried again')
})

t.test('a password that is wrong is not tried again and again', async (t) => {
  const { stage, carrier, changes } = await registrar(t)
  const challenge = (nonce: string) => ({ lines: [`WWW-Authenticate: Digest realm="telco", nonce="${nonce}"`] })
  await carrier.respond(carrier.takeRequest('REGISTER'), 401, challenge('n1'))
  await stage.clock.advance(20)
  await carrier.respond(carrier.takeRequest('REGISTER'), 401, challenge('n2'))
  await stage.clock.advance(3_600_000)
  t.match(changes, [{ state: 'down', reason: 'registrationRefused' }])
  t.throws(() => carrier.takeRequest('REGISTER'))
})

t.test('a carrier that is silent is asked again, after pauses that grow', async (t) => {
  const { stage, carrier, changes } = await registrar(t)
  const attempts: number[] = []
  let seen = 0
  for (let second = 0; second < 3600; second++) {
    const callIds = new Set(carrier.requests('REGISTER').map((one) => header(one, 'cseq')))
    if (callIds.size > seen) attempts.push(second)
    seen = callIds.size
    await stage.clock.advance(1000)
  }
  t.match(changes[0], { state: 'down', reason: 'unregistered: timeout' })
  const pauses = attempts.slice(1).map((at, index) => at - attempts[index]!)
  t.ok(attempts.length >= 5 && attempts.length <= 12, `${attempts.length} attempts in an hour`)
  t.ok(pauses[0]! >= 15 && pauses[0]! <= 45, `first pause ${pauses[0]} s`)
  t.ok(pauses.at(-1)! > 4 * pauses[0]!, `last pause ${pauses.at(-1)} s`)
})

t.test('503 with Retry-After: not before that', async (t) => {
  const { stage, carrier } = await registrar(t)
  await carrier.respond(carrier.takeRequest('REGISTER'), 503, { lines: ['Retry-After: 300'] })
  await stage.clock.advance(299_000)
  t.throws(() => carrier.takeRequest('REGISTER'))
  await stage.clock.advance(2000)
  carrier.takeRequest('REGISTER')
})

t.test('the first address is silent, the second registers', async (t) => {
  const { stage, carrier, changes } = await registrar(t, {}, { 'telco.test': [other, telco] })
  t.throws(() => carrier.takeRequest('REGISTER'), 'the first one is asked first')
  await stage.clock.advance(8500)
  await accept(stage, carrier)
  t.match(changes.at(-1), { state: 'up' })
})

t.test('who calls our contact is the carrier, from wherever; who guesses at it is not', async (t) => {
  const { stage, carrier } = await registrar(t)
  const request = await accept(stage, carrier)
  const contact = /<(.+)>/.exec(header(request, 'contact')!)![1]!
  const site = await stage.phone('site', '192.0.2.77')
  await site.send(site.make('INVITE', contact, { body: plainSdp(), to: 'sip:+442079460101@telco.test' }))
  await stage.clock.advance(20)
  t.match(stage.inbound, [{ origin: { kind: 'carrier', link: 'north' }, local: { address: '+442079460101' } }])
  const guess = contact.replace(/sip:.{4}/, 'sip:0000')
  await site.send(site.make('INVITE', guess, { body: plainSdp(), to: 'sip:+442079460101@telco.test' }))
  await stage.clock.advance(20)
  site.takeResponse(401)
  t.equal(stage.inbound.length, 1)
  await stage.inbound[0]?.hangUp('busy')
})

t.test('a box that stops takes its registration back', async (t) => {
  const { stage, carrier } = await registrar(t)
  await accept(stage, carrier)
  const stopped = stage.endpoint.stop()
  await stage.clock.advance(20)
  const farewell = carrier.takeRequest('REGISTER')
  t.equal(header(farewell, 'expires'), '0')
  await carrier.respond(farewell, 200)
  await stage.clock.advance(20)
  await stopped
})
