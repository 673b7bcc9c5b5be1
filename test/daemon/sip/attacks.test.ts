// Strangers try to get in. Mallory knows SIP well; he has no password.
import t from 'tap'
import { parseDigest } from '../../../daemon/sip/access/digest.ts'
import { Nonces } from '../../../daemon/sip/access/nonces.ts'
import { header, headers, type WireRequest } from '../../../daemon/sip/wire/wire-message.ts'
import { digest, plainSdp, type SipPeer } from '../../support/sip-peer.ts'
import { account, password, type Stage, sipStage } from '../../support/sip-stage.ts'

const register = (phone: SipPeer) => phone.make('REGISTER', 'sip:box', { to: `sip:${phone.name}@box` })

async function challenged(stage: Stage, phone: SipPeer, request: WireRequest) {
  await phone.send(request)
  await stage.clock.advance(20)
  return phone.takeResponse(401)
}

function failures(stage: Stage): unknown[] {
  return stage.log.filter((line) => line.message === 'sip authentication failed').map((line) => line.fields)
}

t.test('nothing is done without proof: no call, no registration, no transaction', async (t) => {
  const stage = await sipStage(t, [account('alice')])
  const mallory = await stage.phone('mallory')
  const invite = mallory.make('INVITE', 'sip:00441632960001@box', { body: plainSdp() })
  const offers = headers(await challenged(stage, mallory, invite), 'www-authenticate')
  t.match(offers, [
    /^Digest realm="box", nonce="[^"]+", algorithm=MD5, qop="auth"$/,
    /^Digest realm="box", nonce="[^"]+", algorithm=SHA-256, qop="auth"$/,
  ])
  await challenged(stage, mallory, register(mallory))
  t.equal(stage.inbound.length, 0)
  t.match(stage.endpoint.counters(), { transactions: 0, lingeringTransactions: 0, registrations: 0, authChallenges: 2 })
  t.same(failures(stage), [], 'a challenge is no failure')
})

t.test('known users, unknown users and users without password get the same answer', async (t) => {
  const stage = await sipStage(t, [account('alice'), account('robot', { password: undefined })])
  const shapes: string[] = []
  for (const name of ['alice', 'robot', 'nobody']) {
    const phone = await stage.phone(name)
    const request = register(phone)
    const challenge = await challenged(stage, phone, request)
    const again = await challenged(stage, phone, phone.withCredentials(request, challenge, 'a guess'))
    shapes.push(
      again.headers
        .map((one) => `${one.name}: ${one.value}`)
        .join('\n')
        .replace(/nonce="[^"]*"|branch=\w+|tag=\w+|Call-ID: \w+/g, '')
        .replaceAll(name, 'NAME')
        .replaceAll(phone.at.address, 'HOST'),
    )
  }
  t.equal(shapes[1], shapes[0]?.replaceAll('alice', 'robot'))
  t.equal(shapes[2], shapes[0])
  t.same(failures(stage), [
    { source: '10.0.0.7:5060', user: 'alice', method: 'REGISTER', reason: 'wrongPassword' },
    { source: '10.0.0.8:5060', user: 'robot', method: 'REGISTER', reason: 'unknownUser' },
    { source: '10.0.0.9:5060', user: 'nobody', method: 'REGISTER', reason: 'unknownUser' },
  ])
})

t.test('a stolen REGISTER, sent again, is refused', async (t) => {
  const stage = await sipStage(t, [account('alice')])
  const alice = await stage.phone('alice')
  const request = register(alice)
  const proven = alice.withCredentials(request, await challenged(stage, alice, request), password)
  await alice.send(proven)
  await stage.clock.advance(20)
  alice.takeResponse(200)
  // The same credentials in a transaction of its own, from the same host.
  const stolen = {
    ...proven,
    headers: proven.headers.map((one) =>
      one.key === 'via' ? { ...one, value: one.value.replace('branch=z9hG4bK', 'branch=z9hG4bKx') } : one,
    ),
  }
  const other = await challenged(stage, alice, stolen)
  t.notMatch(header(other, 'www-authenticate'), /stale/)
  t.match(failures(stage), [{ reason: 'nonceReplayed' }])
})

t.test('credentials are worth nothing from another host', async (t) => {
  const stage = await sipStage(t, [account('alice')])
  const alice = await stage.phone('alice')
  const request = register(alice)
  const proven = alice.withCredentials(request, await challenged(stage, alice, request), password)
  const mallory = await stage.phone('mallory')
  await challenged(stage, mallory, proven)
  t.match(failures(stage), [{ source: '10.0.0.8:5060', user: 'alice', reason: 'nonceForged' }])
})

t.test('credentials for one request are worth nothing for another', async (t) => {
  const stage = await sipStage(t, [account('alice')])
  const alice = await stage.phone('alice')
  const request = register(alice)
  const challenge = await challenged(stage, alice, request)
  const toll = alice.make('INVITE', 'sip:0900123456@box', { body: plainSdp() })
  const borrowed = header(alice.withCredentials(request, challenge, password), 'authorization')!
  await challenged(stage, alice, {
    ...toll,
    headers: [...toll.headers, { name: 'Authorization', key: 'authorization', value: borrowed }],
  })
  const wrongUri = alice.withCredentials(toll, challenge, password, { uri: 'sip:100@box' })
  await challenged(stage, alice, wrongUri)
  t.equal(stage.inbound.length, 0)
  t.match(failures(stage), [{ reason: 'uriMismatch' }, { reason: 'uriMismatch' }])
})

t.test('a nonce of his own, a count used before, an algorithm of his choice', async (t) => {
  const stage = await sipStage(t, [account('alice')])
  const alice = await stage.phone('alice')
  const request = register(alice)
  const challenge = await challenged(stage, alice, request)
  await challenged(stage, alice, alice.withCredentials(request, challenge, password, { nonce: 'abc.def.ghi' }))
  const good = alice.withCredentials(request, challenge, password, { count: '00000005' })
  await alice.send(good)
  await stage.clock.advance(20)
  await challenged(stage, alice, alice.withCredentials(request, challenge, password, { count: '00000005' }))
  const own = alice.withCredentials(request, challenge, password, { count: '00000006' })
  const changed = {
    ...own,
    headers: own.headers.map((one) => ({ ...one, value: one.value.replace('algorithm=MD5', 'algorithm=SHA-3') })),
  }
  await challenged(stage, alice, changed)
  t.match(failures(stage), [{ reason: 'nonceForged' }, { reason: 'nonceReplayed' }, { reason: 'unsupportedAlgorithm' }])
})

t.test('a phone of the oldest kind, without qop, gets in once per challenge', async (t) => {
  const stage = await sipStage(t, [account('alice')])
  const alice = await stage.phone('alice')
  const request = register(alice)
  const challenge = await challenged(stage, alice, request)
  await alice.send(alice.withCredentials(request, challenge, password, { plain: true }))
  await stage.clock.advance(20)
  alice.takeResponse(200)
  await challenged(stage, alice, alice.withCredentials(request, challenge, password, { plain: true }))
  t.match(failures(stage), [{ reason: 'nonceReplayed' }])
})

t.test('an old nonce and the right password: try again, and no mark against the phone', async (t) => {
  const stage = await sipStage(t, [account('alice')])
  const alice = await stage.phone('alice')
  const request = register(alice)
  const challenge = await challenged(stage, alice, request)
  await stage.clock.advance(301_000)
  const again = await challenged(stage, alice, alice.withCredentials(request, challenge, password))
  t.match(header(again, 'www-authenticate'), /stale=true/)
  await alice.send(alice.withCredentials(request, again, password))
  await stage.clock.advance(20)
  alice.takeResponse(200)
  t.same(failures(stage), [])
  t.equal(stage.endpoint.counters().authStaleNonces, 1)
})

t.test('guessing is stopped, for a growing time, and only for the guesser', async (t) => {
  const stage = await sipStage(t, [account('alice'), account('carol')])
  const guesser = await stage.phone('alice', '10.6.6.6')
  const guess = async () => {
    const request = register(guesser)
    await guesser.send(request)
    await stage.clock.advance(20)
    const challenge = guesser.inbox.shift()
    if (challenge?.kind !== 'response') return false
    await guesser.send(guesser.withCredentials(request, challenge, 'a guess'))
    await stage.clock.advance(20)
    return guesser.inbox.shift() !== undefined
  }
  const answered: boolean[] = []
  for (let turn = 0; turn < 10; turn++) answered.push(await guess())
  t.same(answered, [...Array(8).fill(true), false, false], 'eight guesses, then silence')
  t.match(stage.log.at(-1), { message: 'sip source blocked', fields: { source: '10.6.6.6', user: 'alice' } })
  const alice = await stage.registered('alice')
  t.ok(alice, 'the true alice gets in from where she is')
  const neighbour = await stage.registered('carol', '10.6.6.6')
  t.ok(neighbour, 'so does another phone behind the same router')
  await stage.clock.advance(31_000)
  for (let turn = 0; turn < 8; turn++) t.ok(await guess(), 'after the block he may guess again')
  await stage.clock.advance(31_000)
  t.notOk(await guess(), 'but the second block is longer')
  await stage.clock.advance(30_000)
  t.ok(await guess())
})

t.test('a host that tries many names is stopped as a whole', async (t) => {
  const stage = await sipStage(t, [account('alice')])
  const scanner = await stage.phone('scanner')
  for (let name = 0; name < 10; name++) {
    const request = scanner.make('REGISTER', 'sip:box', { to: `sip:${name}@box` })
    await scanner.send(request)
    await stage.clock.advance(20)
    const challenge = scanner.inbox.shift()
    if (challenge?.kind === 'response')
      await scanner.send(scanner.withCredentials(request, challenge, 'x', { userName: String(name) }))
    await stage.clock.advance(20)
    scanner.inbox.length = 0
  }
  await scanner.send(register(scanner))
  await stage.clock.advance(20)
  t.equal(scanner.inbox.length, 0)
  t.ok(stage.endpoint.counters().droppedBanned)
  t.match(stage.log.at(-1), { message: 'sip source banned', fields: { source: '10.0.0.7', offence: 'unknownUser' } })
  t.match(stage.endpoint.bans(), [{ address: '10.0.0.7', offence: 'unknownUser' }])
  await stage.clock.advance(61_000)
  t.same(stage.endpoint.bans(), [], 'a ban has an end')
  await scanner.send(register(scanner))
  await stage.clock.advance(20)
  t.ok(scanner.takeResponse(401))
})

t.test('who only asks, and never answers our challenge, is stopped too', async (t) => {
  const stage = await sipStage(t, [account('alice')])
  const scanner = await stage.phone('scanner')
  for (let name = 100; name < 120; name++) {
    await scanner.send(scanner.make('REGISTER', 'sip:box', { to: `sip:${name}@box` }))
    await stage.clock.advance(20)
  }
  t.ok(scanner.responses(401).length <= 10, `${scanner.responses(401).length} answers`)
  t.same(failures(stage), [], 'and a challenge is still no failure')
})

t.test('a hundred calls at once by another name than the phone signs in by are no attack', async (t) => {
  const stage = await sipStage(t, [account('alice')])
  const alice = await stage.phone('alice')
  const invites = Array.from({ length: 100 }, () =>
    alice.make('INVITE', 'sip:100@box', { lines: ['From: <sip:reception@box>;tag=r'], body: plainSdp() }),
  )
  for (const invite of invites) await alice.send(invite)
  await stage.clock.advance(20)
  t.equal(alice.responses(401).length, 100)
  for (const invite of invites) await alice.ack(invite, alice.takeResponse(401))
  await stage.clock.advance(20)
  t.same(stage.endpoint.bans(), [])
})

for (const [what, lines] of [
  ['friendly-scanner', ['User-Agent: friendly-scanner']],
  ['sipcli', ['User-Agent: sipcli/v1.8']],
  ['SIPVicious under another name', ['User-Agent: Phone', 'From: "sipvicious" <sip:100@1.1.1.1>;tag=1']],
] as const)
  t.test(`${what} hears nothing, from the first word on`, async (t) => {
    const stage = await sipStage(t, [account('alice')])
    const scanner = await stage.phone('scanner')
    await scanner.send(scanner.make('OPTIONS', 'sip:100@box', { lines }))
    await scanner.send(scanner.make('OPTIONS', 'sip:100@box'))
    await stage.clock.advance(20)
    t.same(scanner.history, [])
    t.match(stage.endpoint.counters(), { droppedScanners: 1, droppedBanned: 1, bans: 1 })
    t.match(stage.log, [
      { message: 'sip listening' },
      { message: 'sip scanner dropped', fields: { source: '10.0.0.7:5060', method: 'OPTIONS' } },
      { message: 'sip source banned', fields: { source: '10.0.0.7', offence: 'scanner', forS: 60 } },
    ])
  })

t.test('a phone that is signed in is not banned, whoever writes its address on datagrams', async (t) => {
  const stage = await sipStage(t, [account('alice')])
  const alice = await stage.registered('alice')
  for (let shot = 0; shot < 20; shot++)
    await alice.send(alice.make('OPTIONS', 'sip:box', { lines: ['User-Agent: friendly-scanner'] }))
  await stage.clock.advance(20)
  await alice.send(register(alice))
  await stage.clock.advance(20)
  t.ok(alice.takeResponse(401), 'still heard')
  t.match(stage.endpoint.counters(), { droppedScanners: 20, offencesOfKnownHosts: 20 })
  t.same(stage.endpoint.bans(), [])
})

for (const algorithm of ['MD5', 'MD5-sess', 'SHA-256', 'SHA-256-sess'] as const)
  t.test(`${algorithm} opens, with the right password only`, async (t) => {
    const stage = await sipStage(t, [account('alice')])
    const alice = await stage.phone('alice')
    const request = register(alice)
    const challenge = await challenged(stage, alice, request)
    await challenged(stage, alice, alice.withCredentials(request, challenge, 'a guess', { algorithm }))
    await alice.send(alice.withCredentials(request, challenge, password, { algorithm, count: '00000002' }))
    await stage.clock.advance(20)
    t.ok(alice.takeResponse(200))
    t.match(failures(stage), [{ reason: 'wrongPassword' }])
  })

t.test('a phone that gives up at what it does not know is asked for MD5 alone', async (t) => {
  const stage = await sipStage(t, [account('alice'), account('bob')])
  const alice = await stage.phone('alice')
  const offers: number[] = []
  for (let turn = 0; turn < 3; turn++)
    offers.push(headers(await challenged(stage, alice, register(alice)), 'www-authenticate').length)
  t.same(offers, [2, 2, 1], 'after it did not answer twice')
  const bob = await stage.phone('bob')
  for (const name of ['baresip v1.0.0 (x86_64)', 'SIP.js/0.21.2']) {
    const known = bob.make('REGISTER', 'sip:box', { to: 'sip:bob@box', lines: [`User-Agent: ${name}`] })
    t.equal(headers(await challenged(stage, bob, known), 'www-authenticate').length, 1, 'or at once, if it is known')
  }
})

t.test('a phone that proves itself by both algorithms gets in by the first', async (t) => {
  const stage = await sipStage(t, [account('alice')])
  const alice = await stage.phone('alice')
  const request = register(alice)
  const challenge = await challenged(stage, alice, request)
  const first = alice.withCredentials(request, challenge, password, { algorithm: 'SHA-256' })
  const second = header(alice.withCredentials(request, challenge, password), 'authorization')!
  const both = { ...first, headers: [...first.headers, { name: 'Authorization', key: 'authorization', value: second }] }
  await alice.send(both)
  await stage.clock.advance(20)
  t.ok(alice.takeResponse(200))
})

t.test('a Request-URI that a proxy rewrote is still the one that was signed for; another user is not', async (t) => {
  const stage = await sipStage(t, [account('alice')])
  const alice = await stage.phone('alice')
  const invite = alice.make('INVITE', 'sip:main@10.0.0.1:5060;transport=udp', { body: plainSdp() })
  const challenge = await challenged(stage, alice, invite)
  await alice.ack(invite, challenge)
  await alice.send(alice.withCredentials(invite, challenge, password, { uri: 'sip:main@pbx.example.com' }))
  await stage.clock.advance(20)
  t.equal(stage.inbound.length, 1)
  void stage.inbound[0]!.hangUp()
  await stage.clock.advance(100)
})

t.test('a flood from one host is thinned; OPTIONS too', async (t) => {
  const stage = await sipStage(t, [account('alice')])
  const flood = await stage.phone('flood')
  for (let shot = 0; shot < 5000; shot++) await flood.send(flood.make('OPTIONS', 'sip:box'))
  await stage.clock.advance(20)
  t.ok(flood.responses(200).length <= 550, `${flood.responses(200).length} answers`)
  const { droppedTooFast = 0, droppedBanned = 0 } = stage.endpoint.counters()
  t.ok(droppedTooFast + droppedBanned >= 4400, `${droppedTooFast} too fast, ${droppedBanned} banned`)
  const alice = await stage.registered('alice')
  t.ok(alice, 'others are served meanwhile')
})

t.test('the log line of a failure can’t be forged by a user name', async (t) => {
  const stage = await sipStage(t, [account('alice')])
  const mallory = await stage.phone('mallory')
  const request = register(mallory)
  const challenge = await challenged(stage, mallory, request)
  const userName = 'x source=10.0.0.7'.padEnd(300, 'x')
  await challenged(stage, mallory, mallory.withCredentials(request, challenge, 'x', { userName }))
  t.match(failures(stage), [{ source: '10.0.0.7:5060', user: userName.slice(0, 64) }])
})

t.test('nonces', async (t) => {
  let nowMs = 1000
  const nonces = new Nonces({ nowMs: () => nowMs, lifeMs: 10_000, maxRemembered: 4 })
  const nonce = nonces.issue('a')
  t.equal(nonces.check(nonce, 'a'), 'fresh')
  t.equal(nonces.check(nonce, 'b'), 'forged', 'for one host only')
  t.equal(nonces.check(`${nonce}x`, 'a'), 'forged')
  t.equal(nonces.check('', 'a'), 'forged')
  t.same(
    [1, 3, 2, 3, 40, 39, 5, 41].map((count) => nonces.use(nonce, count)),
    ['fresh', 'fresh', 'fresh', 'replayed', 'fresh', 'fresh', 'replayed', 'fresh'],
    'counts may overtake each other a little, and never repeat',
  )
  for (let other = 0; other < 5; other++) nonces.use(nonces.issue('a'), 1)
  t.ok(nonces.remembered <= 4, 'the table is bounded')
  t.equal(nonces.check(nonce, 'a'), 'stale', 'what was forgotten is not taken again')
  nowMs += 1
  t.equal(nonces.check(nonces.issue('a'), 'a'), 'fresh')
})

t.test('Authorization headers that are none', async (t) => {
  const sound = digest({
    challenge: 'Digest realm="box", nonce="n"',
    userName: 'a',
    password: 'p',
    method: 'REGISTER',
    uri: 'sip:box',
  })
  t.ok(parseDigest(sound))
  for (const broken of [
    'Basic YTpi',
    'NoOneKnowsThisScheme opaque-data=here',
    'Digest',
    'Digest username="a"',
    `${sound}, username="b"`,
    sound.replace('nc=00000001', 'nc=1'),
    sound.replace('"a"', '"a'),
  ])
    t.equal(parseDigest(broken), undefined, broken)
})
