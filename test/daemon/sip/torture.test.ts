// RFC 4475 and RFC 5118, message by message, in their own bytes (test/samples): each request as a stranger's datagram and
// over a TCP connection, each response as the answer to a call of ours. After each the box is as well as before.
import { readdirSync, readFileSync } from 'node:fs'
import t, { type Test } from 'tap'
import { createSipEndpoint } from '../../../daemon/sip/sip-endpoint.ts'
import { parseNameAddr } from '../../../daemon/sip/wire/name-addr.ts'
import { decodedUser, parseSipUri } from '../../../daemon/sip/wire/sip-uri.ts'
import { header, type WireMessage, type WireRequest } from '../../../daemon/sip/wire/wire-message.ts'
import { parseWire } from '../../../daemon/sip/wire/wire-parse.ts'
import { MockClock } from '../../support/mock-clock.ts'
import { clientSocket } from '../../support/sip-client-socket.ts'
import { SipFakeAudio } from '../../support/sip-fake-audio.ts'
import { plainSdp, SipPeer } from '../../support/sip-peer.ts'
import { account, events, logInto, password, sipStage } from '../../support/sip-stage.ts'
import { until } from '../../support/wait.ts'

const folder = (rfc: string) => `${import.meta.dirname}/../../samples/rfc${rfc}`
const bytesOf = (rfc: string, name: string) => readFileSync(`${folder(rfc)}/${name}.dat`)

/** A sound INVITE or REGISTER of a stranger is challenged: everything before that found nothing wrong with it. */
const sound = 401

interface Case {
  section: string
  /** What the RFC says of it, and what it asks of an end point. */
  says: string
  /** What is answered to the datagram. */
  status: number
  /** What is answered over TCP, in order, where that differs: there it is the length that ends a message. */
  overTcp?: readonly number[]
}

const requests: Record<string, Case> = {
  // Its To has a tag: it belongs to a call that is not.
  wsinv: { section: '3.1.1.1', says: 'folding, spacing, short forms: well formed', status: 481 },
  intmeth: { section: '3.1.1.2', says: 'every character that may stand there: a method nobody knows', status: 501 },
  esc01: { section: '3.1.1.3', says: 'escapes that equal what they stand for', status: sound },
  escnull: { section: '3.1.1.4', says: 'an escaped zero byte does not end a name', status: sound },
  esc02: { section: '3.1.1.5', says: 'a % is no escape in a method: not REGISTER', status: 501 },
  lwsdisp: { section: '3.1.1.6', says: 'no space between display name and bracket', status: 200 },
  longreq: { section: '3.1.1.7', says: 'long values', status: sound },
  // Over TCP the second one is a message, and broken: its Content-Length goes past the end.
  dblreq: {
    section: '3.1.1.8',
    says: 'what follows the body of a datagram is ignored',
    status: sound,
    overTcp: [sound, 400],
  },
  semiuri: { section: '3.1.1.9', says: 'a semicolon in the user part', status: 200 },
  transports: { section: '3.1.1.10', says: 'transports nobody knows, in Via', status: 200 },
  mpart01: { section: '3.1.1.11', says: 'several parts, zero bytes in one; MESSAGE is not for us', status: 405 },
  badinv01: { section: '3.1.2.1', says: 'separators with nothing between them', status: 400 },
  clerr: { section: '3.1.2.2', says: 'Content-Length beyond the datagram', status: 400, overTcp: [] },
  ncl: { section: '3.1.2.3', says: 'Content-Length below zero', status: 400 },
  scalar02: { section: '3.1.2.4', says: 'numbers beyond what they count', status: 400 },
  quotbal: { section: '3.1.2.6', says: 'a quoted name without end', status: 400 },
  ltgtruri: { section: '3.1.2.7', says: 'brackets around the Request-URI', status: 400 },
  lwsruri: { section: '3.1.2.8', says: 'a space in the Request-URI', status: 400 },
  lwsstart: { section: '3.1.2.9', says: 'more than one space in the request line', status: 400 },
  trws: { section: '3.1.2.10', says: 'a space after the request line', status: 400 },
  escruri: { section: '3.1.2.11', says: 'headers in the Request-URI', status: 400 },
  // To take it, as we do not read Date, is one of the two ways that the RFC allows.
  baddate: { section: '3.1.2.12', says: 'a Date that is not GMT', status: sound },
  regbadct: { section: '3.1.2.13', says: 'a Contact that needs brackets', status: 400 },
  badaspec: { section: '3.1.2.14', says: 'spaces within an address', status: 400 },
  // The archive's copy lacks the line that ends the headers.
  baddn: { section: '3.1.2.15', says: 'a display name that needs quotes', status: 400, overTcp: [] },
  badvers: { section: '3.1.2.16', says: 'SIP/7.0', status: 505 },
  mismatch01: { section: '3.1.2.17', says: 'CSeq of another method', status: 400 },
  mismatch02: { section: '3.1.2.18', says: 'the same with a method nobody knows: 400 or 501', status: 400 },
  badbranch: { section: '3.2.1', says: 'nothing after the magic cookie', status: 200 },
  insuf: { section: '3.3.1', says: 'no Call-ID, From or To', status: 400 },
  unkscm: { section: '3.3.2', says: 'a scheme nobody knows in the Request-URI', status: 416 },
  novelsc: { section: '3.3.3', says: 'a scheme that is not ours', status: 416 },
  unksm2: { section: '3.3.4', says: 'foreign schemes in the headers of a REGISTER', status: 400 },
  bext01: { section: '3.3.5', says: 'extensions nobody knows, required', status: 420 },
  invut: { section: '3.3.6', says: 'a body of a type nobody knows', status: 415 },
  regaut01: { section: '3.3.7', says: 'a way of authentication nobody knows: challenged', status: sound },
  multi01: { section: '3.3.8', says: 'several values where one may stand', status: 400 },
  mcl01: { section: '3.3.9', says: 'two Content-Lengths', status: 400 },
  zeromf: { section: '3.3.11', says: 'Max-Forwards 0 stops proxies, not us', status: 200 },
  cparam01: { section: '3.3.12', says: 'a parameter of the Contact', status: sound },
  cparam02: { section: '3.3.13', says: 'a parameter of the URI in it', status: sound },
  regescrt: { section: '3.3.14', says: 'a header in the URI of a Contact', status: sound },
  sdp01: { section: '3.3.15', says: 'an INVITE whose caller takes no SDP', status: 406 },
  // Over TCP, which RFC 2543 did not ask a length for either, nobody knows where it ends.
  inv2543: { section: '3.4.1', says: 'as RFC 2543 had it', status: sound, overTcp: [400] },
}

const responses: Record<string, { section: string; says: string; told: readonly string[] }> = {
  unreason: { section: '3.1.1.12', says: 'a reason in Cyrillic: answered', told: ['answered'] },
  noreason: { section: '3.1.1.13', says: 'no reason at all: 100', told: [] },
  scalarlg: { section: '3.1.2.5', says: 'numbers beyond what they count: dropped', told: [] },
  bigcode: { section: '3.1.2.19', says: 'a status beyond 699: dropped', told: [] },
  bcast: { section: '3.3.10', says: 'somebody else’s Via: dropped', told: [] },
}

const ipv6: Record<string, Case> = {
  'ipv6-good': { section: '4.1', says: 'an address in brackets', status: sound },
  'ipv6-bad': { section: '4.2', says: 'and without them', status: 400 },
  'port-ambiguous': { section: '4.3', says: 'a port within them is part of the address', status: sound },
  'port-unambiguous': { section: '4.4', says: 'a port after them', status: sound },
  'via-received-param-with-delim': { section: '4.5', says: 'brackets in received', status: 481 },
  'via-received-param-no-delim': { section: '4.5', says: 'none in received', status: 200 },
  'ipv6-in-sdp': { section: '4.6', says: 'in the session description', status: sound },
  'mult-ip-in-header': { section: '4.7', says: 'both families in Via', status: 481 },
  'mult-ip-in-sdp': { section: '4.8', says: 'both families in the session description', status: sound },
  'ipv4-mapped-ipv6': { section: '4.9', says: 'IPv4 addresses in the clothes of the other', status: sound },
  'ipv6-bug-abnf-3-colons': { section: '4.10', says: 'a colon too many, as the old grammar had it', status: 200 },
  'ipv6-correct-abnf-2-colons': { section: '4.10', says: 'and as it should be', status: 200 },
}

t.test('no message of either RFC is left out', async (t) => {
  const names = (rfc: string) =>
    readdirSync(folder(rfc))
      .filter((file) => file.endsWith('.dat'))
      .map((file) => file.replace('.dat', ''))
      .sort()
  t.equal(names('4475').length, 49)
  t.same([...Object.keys(requests), ...Object.keys(responses)].sort(), names('4475'))
  t.same(Object.keys(ipv6).sort(), names('5118'))
})

/** The datagram of a stranger; returns all that is sent anywhere because of it. */
async function asDatagram(t: Test, bytes: Buffer, host: string): Promise<WireMessage[]> {
  const stage = await sipStage(t, [account('alice')])
  const stranger = await stage.phone('stranger', host)
  const said: WireMessage[] = []
  stage.network.drops = (datagram, to) => {
    const framed = to.address === host && parseWire(Buffer.from(datagram, 'latin1'))
    if (framed && framed.outcome === 'message' && framed.message.kind === 'response') said.push(framed.message)
    return false
  }
  await stranger.sendRaw(bytes)
  await stage.clock.advance(40_000)
  t.match(stage.endpoint.counters(), { legs: 0, registrations: 0, transactions: 0, lingeringTransactions: 0 })
  t.equal(stage.endpoint.counters().faults ?? 0, 0)
  stage.network.drops = () => false
  t.ok(await stage.registered('alice'), 'others are served')
  return said
}

const statusOf = (message: WireMessage) => (message.kind === 'response' ? message.status : 0)

for (const [rfc, cases, host] of [
  ['4475', requests, '10.0.0.7'],
  ['5118', ipv6, '2001:db8::9:1'],
] as const)
  for (const [name, { section, says, status }] of Object.entries(cases))
    t.test(`RFC ${rfc} ${section} ${name}: ${says}: ${status}`, async (t) => {
      const said = await asDatagram(t, bytesOf(rfc, name), host)
      t.same(said.map(statusOf), [status])
    })

t.test('every request over a real TCP connection', async (t) => {
  const clock = new MockClock()
  const endpoint = createSipEndpoint({
    address: '127.0.0.1',
    port: 0,
    listen: [{ transport: 'TCP', address: '127.0.0.1', port: 0 }],
    realm: 'box',
    accounts: [account('alice')],
    audio: new SipFakeAudio(),
    clock,
    log: logInto([]),
  })
  await endpoint.start()
  const box = endpoint.listening.find(({ transport }) => transport === 'TCP')!
  const connect = async (name: string) => {
    const socket = clientSocket('TCP', box)
    const peer = await SipPeer.open(name, socket, { address: '', port: 0 }, box, 'TCP')
    return Object.assign(peer, { socket })
  }
  // A host where somebody is signed in is not banned for what the others there send.
  const alice = await connect('alice')
  const request = alice.make('REGISTER', 'sip:box', { to: 'sip:alice@box' })
  await alice.send(request)
  await alice.send(alice.withCredentials(request, await alice.nextResponse(401), password))
  await alice.nextResponse(200, 'REGISTER')

  for (const [name, { status, overTcp = [status] }] of Object.entries(requests)) {
    const stranger = await connect(name)
    await stranger.sendRaw(bytesOf('4475', name))
    await until(`${name} to be answered`, () => stranger.inbox.length >= overTcp.length)
    t.same(stranger.inbox.map(statusOf), overTcp, name)
    await stranger.close()
  }
  await alice.send(alice.make('OPTIONS', 'sip:box'))
  t.match(await alice.nextResponse(200, 'OPTIONS'), { status: 200 }, 'and the box is well')
  t.equal(endpoint.counters().faults ?? 0, 0)
  const stopped = endpoint.stop()
  await clock.advance(5000)
  await stopped
  await alice.close()
})

for (const [name, { section, says, told: expected }] of Object.entries(responses))
  t.test(`RFC 4475 ${section} ${name}: ${says}`, async (t) => {
    const stage = await sipStage(t, [account('alice')])
    const alice = await stage.registered('alice')
    const leg = stage.endpoint.dial({ userName: 'alice' })
    const told = events(leg)
    await stage.clock.advance(20)
    const invite = alice.takeRequest('INVITE')
    await alice.sendRaw(asAnswerTo(invite, bytesOf('4475', name).toString('latin1')))
    await stage.clock.advance(20)
    t.same(told, expected)
    await alice.respond(invite, 486)
    void leg.hangUp()
    await stage.clock.advance(20)
    for (const bye of alice.requests('BYE')) await alice.respond(bye, 200)
    await stage.clock.advance(5000)
    t.equal(leg.state, 'ended', 'and the call goes on as it should')
  })

/** The RFC's response with what ties it to a request changed to ours, and nothing else. `bcast` is about its Via. */
function asAnswerTo(invite: WireRequest, text: string): Buffer {
  const head = text.split('\r\n\r\n', 1)[0]!
  const keepsVia = head.includes('255.255.255.255')
  const keepsCSeq = head.includes('9292394834772304023312')
  const isOurs = (line: string) =>
    !(/^(to|from|call-id|contact|content-length|content-type|l|c|i|f|t|m):/i.test(line) || line === '') &&
    (keepsVia || !/^(via|v):/i.test(line)) &&
    (keepsCSeq || !/^cseq:/i.test(line))
  const lines = [
    ...head.split('\r\n').filter(isOurs),
    ...(keepsVia ? [] : [`Via: ${header(invite, 'via')}`]),
    ...(keepsCSeq ? [] : [`CSeq: ${header(invite, 'cseq')}`]),
    `From: ${header(invite, 'from')}`,
    `To: ${header(invite, 'to')};tag=torture`,
    `Call-ID: ${header(invite, 'call-id')}`,
    'Contact: <sip:user@host198.example.com>',
    'Content-Type: application/sdp',
    `Content-Length: ${plainSdp().length}`,
    '',
    plainSdp(),
  ]
  return Buffer.from(lines.join('\r\n'), 'latin1')
}

t.test('and they are read as they are meant', async (t) => {
  const parsed = (name: string) => {
    const framed = parseWire(bytesOf('4475', name))
    if (framed.outcome !== 'message') throw new Error(`${name} is ${framed.outcome}`)
    return framed.message
  }
  const userOf = (message: WireMessage, key: string) => {
    const uri = parseNameAddr(header(message, key)!)?.uri
    return uri && decodedUser(uri)
  }
  t.equal(userOf(parsed('esc01'), 'from'), 'I have spaces')
  t.equal(userOf(parsed('esc01'), 'to'), 'user')
  t.equal(userOf(parsed('escnull'), 'to'), 'null-\0-null')
  t.equal(parseNameAddr(header(parsed('lwsdisp'), 'from')!)?.displayName, 'caller')
  const semicolon = parsed('semiuri')
  t.equal(semicolon.kind === 'request' && decodedUser(parseSipUri(semicolon.uri)!), 'user;par=u@example.net')
  const outside = parseNameAddr(header(parsed('cparam01'), 'contact')!)!
  t.same([outside.parameters.has('unknownparam'), outside.uri?.parameters.has('unknownparam')], [true, false])
  const inside = parseNameAddr(header(parsed('cparam02'), 'contact')!)!
  t.same([inside.parameters.has('unknownparam'), inside.uri?.parameters.has('unknownparam')], [false, true])
  t.equal(header(parsed('wsinv'), 'newfangledheader'), 'newfangled value continued newfangled value')
  t.equal(parseNameAddr(header(parsed('wsinv'), 'from')!)?.displayName, 'J Rosenberg \\"')
  t.match(parsed('unreason'), { kind: 'response', status: 200 })
})

t.test('a phone signs in with a header in its Contact, and is listed with it (RFC 4475 3.3.14)', async (t) => {
  const stage = await sipStage(t, [account('alice')])
  const alice = await stage.phone('alice')
  const contact = '<sip:alice@10.0.0.7:5060?Route=%3Csip:sip.example.com%3E>'
  const request = alice.make('REGISTER', 'sip:box', { to: 'sip:alice@box', lines: [`Contact: ${contact}`] })
  await alice.send(request)
  await stage.clock.advance(20)
  await alice.send(alice.withCredentials(request, alice.takeResponse(401), password))
  await stage.clock.advance(20)
  t.ok(header(alice.takeResponse(200), 'contact')?.startsWith(contact))
  const leg = stage.endpoint.dial({ userName: 'alice' })
  await stage.clock.advance(20)
  const invite = alice.takeRequest('INVITE')
  t.equal(invite.uri, 'sip:alice@10.0.0.7:5060')
  await alice.respond(invite, 486)
  await stage.clock.advance(20)
  t.equal(leg.state, 'ended')
})

t.test('a call as RFC 2543 had it is taken (RFC 4475 3.4.1)', async (t) => {
  const stage = await sipStage(t, [account('alice')])
  const alice = await stage.phone('alice')
  const old = alice.make('INVITE', 'sip:100@box', { body: plainSdp() })
  const asBefore = (request: WireRequest): WireRequest => ({
    ...request,
    headers: request.headers
      .filter((one) => one.key !== 'contact' && one.key !== 'max-forwards')
      .map((one) => (one.key === 'via' ? { ...one, value: one.value.replace(/;branch=[^;]*/, '') } : one)),
  })
  await alice.send(asBefore(old))
  await stage.clock.advance(20)
  await alice.send(asBefore(alice.withCredentials(old, alice.takeResponse(401), password)))
  await stage.clock.advance(20)
  t.equal(stage.inbound.length, 1)
  void stage.inbound[0]!.hangUp()
  await stage.clock.advance(20)
  t.ok(alice.takeResponse(480))
  await stage.clock.advance(40_000)
})
