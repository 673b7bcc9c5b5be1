// ICE: who knows the password is answered and chooses where media goes; nobody else learns or changes anything.
import t from 'tap'
import { IceAgent, type IceAgreement, type SendStun } from '../../../daemon/media/ice-agent.ts'
import { readStun, type StunContent, writeStun } from '../../../daemon/media/stun-message.ts'
import { randomOctets, spoiled } from '../../support/hostile-octets.ts'
import { seededRandom } from '../../support/sip-network.ts'

const browser = { address: 0x0a000007, port: 40_000 }
const elsewhere = { address: 0x0a000008, port: 40_001 }
const transaction = Uint8Array.from({ length: 12 }, (_, at) => at)
const ownPassword = 'our-password-is-long-enough'
const theirPassword = 'their-password-is-long-enough'
const agreement: IceAgreement = {
  ownUfrag: 'ours',
  ownPassword,
  theirUfrag: 'thei',
  theirPassword,
  theirLite: false,
  separateRtcp: false,
  candidates: [],
}
const role = (name: 'controlling' | 'controlled') => ({ name, tieBreaker: new Uint8Array(8) })

function message(content: Partial<StunContent> = {}, password = ownPassword): Uint8Array {
  const octets = new Uint8Array(512)
  const full: StunContent = {
    type: 'request',
    transaction,
    userName: 'ours:thei',
    priority: 1,
    role: role('controlling'),
    ...content,
  }
  return octets.slice(8, 8 + writeStun(octets, 8, full, password))
}

function agent(changes: Partial<IceAgreement> = {}, octetsOf = octetsOfIpv4) {
  const sent: { address: number; port: number; octets: Uint8Array }[] = []
  const send: SendStun = (address, port, write) => {
    const octets = new Uint8Array(512)
    sent.push({ address, port, octets: octets.slice(0, write(octets, 0)) })
  }
  const ice = new IceAgent({ ...agreement, ...changes }, send, octetsOf)
  const hear = (octets: Uint8Array, from = browser) => ice.receive(octets, 0, octets.length, from.address, from.port)
  const said = () => readStun(sent.at(-1)!.octets, 0, sent.at(-1)!.octets.length)
  return { ice, sent, hear, said }
}

const octetsOfIpv4 = (address: number) => Uint8Array.of(address >>> 24, address >>> 16, address >>> 8, address)

const place = ({ address, port }: { address: number; port: number }) => ({ address, port })

t.test('a check is answered with where it came from', async (t) => {
  const { hear, sent, said, ice } = agent()
  t.equal(hear(message()), true, 'a place to send to')
  t.same(place(sent[0]!), browser)
  t.match(said(), { type: 'success', transaction })
  t.ok(said()!.isFrom(ownPassword))
  // XOR-MAPPED-ADDRESS: the port and the address, each with the cookie over it.
  const octets = sent[0]!.octets
  const view = new DataView(octets.buffer, octets.byteOffset)
  t.equal(view.getUint16(20), 0x0020)
  t.equal(view.getUint16(26) ^ 0x2112, browser.port)
  t.equal(view.getUint32(28) ^ 0x2112a442, browser.address)
  t.same(place(ice), browser)
})

t.test('a check over IPv6 is answered with all 16 octets of where it came from', async (t) => {
  const octetsOfIpv6 = Uint8Array.from({ length: 16 }, (_, at) => at + 32)
  const { hear, sent } = agent({}, () => octetsOfIpv6)
  hear(message())
  const answer = Buffer.from(sent[0]!.octets)
  t.same([answer.readUInt16BE(20), answer.readUInt16BE(22), answer[25]], [0x0020, 20, 2])
  t.equal(answer.readUInt16BE(26) ^ 0x2112, browser.port)
  // Under the cookie and the transaction (RFC 8489 section 14.2).
  const mask = answer.subarray(4, 20)
  t.same(
    octetsOfIpv6.map((_, at) => answer[28 + at]! ^ mask[at]!),
    octetsOfIpv6,
  )
})

t.test('the far end chooses among the places it checks from', async (t) => {
  const { hear, ice } = agent()
  hear(message())
  ice.tick()
  t.equal(hear(message({ useCandidate: true }), elsewhere), true)
  t.same(place(ice), elsewhere)
  ice.tick()
  t.equal(hear(message(), browser), false, 'a check alone moves nothing any more')
  t.same(place(ice), elsewhere)
})

t.test('who is not the far end is not answered', async (t) => {
  for (const [name, octets] of [
    ['another password', message({}, 'a guess that is long enough')],
    ['another name', message({ userName: 'ours:else' })],
    ['no name', message({ userName: undefined } as Partial<StunContent>)],
    ['a bad fingerprint', message().map((octet, at, all) => (at === all.length - 1 ? octet ^ 1 : octet))],
  ] as const) {
    const { hear, sent, ice } = agent()
    t.equal(hear(octets), false, name)
    t.equal(sent.length, 0)
    t.equal(ice.checksRefused, 1)
    t.equal(ice.port, 0)
  }
})

t.test('who would be controlled as well is told so', async (t) => {
  const { hear, said } = agent()
  hear(message({ role: role('controlled') }))
  t.match(said(), { type: 'error', errorCode: 487 })
})

t.test('a flood is not answered beyond four a tick', async (t) => {
  const { hear, sent, ice } = agent()
  for (let i = 0; i < 100; i++) hear(message())
  t.equal(sent.length, 4)
  ice.tick()
  hear(message())
  t.equal(sent.length, 5)
})

t.test('a lite far end', async (t) => {
  const candidates = [elsewhere, browser]
  const begin = () => agent({ theirLite: true, candidates })

  t.test('is checked at each of its places in turn, until one answers', async (t) => {
    const { ice, sent, hear, said } = begin()
    for (let tick = 0; tick < 25; tick++) ice.tick()
    t.same(sent.slice(0, 3).map(place), [elsewhere, browser, elsewhere])
    t.match(said(), { type: 'request', userName: 'thei:ours', useCandidate: true, role: 'controlling' })
    t.ok(said()!.isFrom(theirPassword))
    const last = sent.at(-1)!
    const answer = message({ type: 'success', transaction: said()!.transaction }, theirPassword)
    t.equal(hear(message({ type: 'success', transaction: said()!.transaction }, 'not theirs at all'), last), false)
    t.equal(hear(answer, last), true)
    t.same(place(ice), place(last))
  })

  t.test('that falls silent for half a minute is sent nothing any more', async (t) => {
    const { ice, sent } = begin()
    for (let tick = 0; tick <= 1501; tick++) ice.tick()
    t.equal(ice.consentLost, true)
    const before = sent.length
    for (let tick = 0; tick <= 500; tick++) ice.tick()
    t.equal(sent.length, before)
  })
})

t.test('10,000 spoiled and 10,000 random messages: none moves the media', async (t) => {
  const random = seededRandom(99)
  const { ice, hear } = agent()
  const good = message({}, 'not the password at all')
  for (let i = 0; i < 20_000; i++) {
    ice.tick()
    hear(i % 2 === 0 ? spoiled(good, random) : randomOctets(random, 1500))
  }
  t.equal(ice.port, 0)
  t.equal(ice.checksAnswered, 0)
})
