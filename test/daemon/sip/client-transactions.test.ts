// Requests to a far end with several addresses, and a table that is full.
import t from 'tap'
import { Counters } from '../../../daemon/counters.ts'
import { ClientTransactions } from '../../../daemon/sip/transaction/client-transactions.ts'
import { type Hop, transportOf } from '../../../daemon/sip/transport/hop.ts'
import { header, type WireRequest, type WireResponse } from '../../../daemon/sip/wire/wire-message.ts'
import { parseWire } from '../../../daemon/sip/wire/wire-parse.ts'
import { MockClock } from '../../support/mock-clock.ts'

const first: Hop = { address: '10.0.0.1', port: 5060 }
const second: Hop = { address: '10.0.0.2', port: 5060 }

function world(options: { maxTransactions?: number; unsendable?: string } = {}) {
  const clock = new MockClock()
  const counters = new Counters()
  const sent: { request: WireRequest; to: string }[] = []
  const told: WireResponse[] = []
  const transactions = new ClientTransactions({
    clock,
    counters,
    reach: (to) => to,
    localFor: (to) => ({ transport: transportOf(to), address: '10.0.0.9', port: 5060 }),
    send: async (datagram, to) => {
      if (to.address === options.unsendable) throw new Error('network is unreachable')
      const framed = parseWire(datagram)
      if (framed.outcome === 'message' && framed.message.kind === 'request')
        sent.push({ request: framed.message, to: to.address })
    },
    passUp: (response) => told.push(response),
    maxTransactions: options.maxTransactions ?? 10,
  })
  return { clock, counters, sent, told, transactions }
}

function request(method: string, branch: string): WireRequest {
  const lines: [string, string][] = [
    ['Via', `SIP/2.0/UDP cordboard.invalid;branch=${branch};rport`],
    ['From', '<sip:a@box>;tag=1'],
    ['To', '<sip:b@phone>'],
    ['Call-ID', `call-${branch}`],
    ['CSeq', `1 ${method}`],
    ['Contact', '<sip:cordboard@cordboard.invalid>'],
  ]
  const headers = lines.map(([name, value]) => ({ name, key: name.toLowerCase(), value }))
  return { kind: 'request', method, uri: 'sip:b@phone', version: 'SIP/2.0', headers, body: '' }
}

function answer(to: WireRequest, status: number): WireResponse {
  const kept = to.headers.filter((one) => ['via', 'from', 'to', 'call-id', 'cseq'].includes(one.key))
  return { kind: 'response', status, reason: 'Said', headers: kept, body: '' }
}

t.test('an address that does not answer gives way to the next, in a new transaction', async (t) => {
  const { clock, sent, told, transactions, counters } = world()
  transactions.send(request('OPTIONS', 'z9hG4bK1'), [first, second])
  await clock.advance(32_000)
  const later = sent.filter((one) => one.to === second.address)
  t.equal(sent.filter((one) => one.to === first.address).length, 11)
  t.equal(later.length, 1)
  t.not(header(later[0]!.request, 'via'), header(sent[0]!.request, 'via'))
  t.same(told, [], 'the user hears of no failure')
  transactions.receive(answer(later[0]!.request, 200), second)
  t.match(told, [{ status: 200 }])
  t.equal(header(told[0]!, 'via'), 'SIP/2.0/UDP cordboard.invalid;branch=z9hG4bK1;rport', 'and sees its own Via')
  t.equal(counters.snapshot().failovers, 1)
  await clock.advance(6000)
  t.equal(clock.liveTimers, 0)
})

t.test('503 gives way to the next address, acknowledged; CANCEL follows', async (t) => {
  const { clock, sent, told, transactions } = world()
  const invite = request('INVITE', 'z9hG4bK2')
  transactions.send(invite, [first, second])
  transactions.receive(answer(sent[0]!.request, 503), first)
  await clock.advance(10)
  t.same(
    sent.map((one) => `${one.request.method} ${one.to}`),
    [`INVITE ${first.address}`, `ACK ${first.address}`, `INVITE ${second.address}`],
  )
  t.equal(header(sent[1]!.request, 'via'), header(sent[0]!.request, 'via'))
  transactions.receive(answer(sent[2]!.request, 180), second)
  transactions.send(request('CANCEL', 'z9hG4bK2'), [])
  await clock.advance(10)
  t.equal(sent[3]!.to, second.address)
  t.equal(header(sent[3]!.request, 'via'), header(sent[2]!.request, 'via'))
  transactions.receive(answer(sent[2]!.request, 503), second)
  t.match(told, [{ status: 180 }, { status: 503 }], 'the last address has the last word')
  transactions.stop()
  t.equal(clock.liveTimers, 0)
})

t.test('what can’t be sent anywhere is 503', async (t) => {
  const { clock, told, transactions, counters } = world({ unsendable: first.address })
  transactions.send(request('INVITE', 'z9hG4bK3'), [first])
  await clock.advance(10)
  t.match(told, [{ status: 503 }])
  t.equal(counters.snapshot().sendFailures, 1)
  t.equal(clock.liveTimers, 0)
})

t.test('a CANCEL that is never answered, of an INVITE that is never answered: 408 after 32 s', async (t) => {
  const { clock, sent, told, transactions } = world()
  transactions.send(request('INVITE', 'z9hG4bK4'), [first])
  transactions.receive(answer(sent[0]!.request, 180), first)
  transactions.send(request('CANCEL', 'z9hG4bK4'), [])
  await clock.advance(33_000)
  t.match(
    told.map((one) => `${one.status} ${header(one, 'cseq')}`),
    ['180 1 INVITE', '408 1 INVITE', '408 1 CANCEL'],
  )
  t.equal(clock.liveTimers, 0)
})

t.test('a full table forgets what is over first, and refuses when all is going on', async (t) => {
  const { sent, transactions, counters } = world({ maxTransactions: 2 })
  transactions.send(request('OPTIONS', 'z9hG4bKa'), [first])
  transactions.receive(answer(sent[0]!.request, 200), first)
  transactions.send(request('OPTIONS', 'z9hG4bKb'), [first])
  t.same(transactions.census(), { live: 1, lingering: 1, lingeringTimers: 1 })
  transactions.send(request('OPTIONS', 'z9hG4bKc'), [first])
  t.throws(() => transactions.send(request('OPTIONS', 'z9hG4bKd'), [first]), /Too many/)
  t.match(counters.snapshot(), { lingeringDropped: 1, clientTransactionsRefused: 1 })
  transactions.stop()
})

t.test('two requests of one branch are not mixed up', async (t) => {
  const { transactions } = world()
  transactions.send(request('OPTIONS', 'z9hG4bKa'), [first])
  t.throws(() => transactions.send(request('OPTIONS', 'z9hG4bKa'), [second]), /in use/)
  t.throws(() => transactions.send(request('OPTIONS', 'z9hG4bKb'), []), /No address/)
  t.throws(() => transactions.send(request('CANCEL', 'z9hG4bKc'), []), /CANCEL without/)
  transactions.stop()
})

t.test('a request too long for a datagram goes by TCP to who takes it, and by UDP when that fails', async (t) => {
  const long = { ...request('INVITE', 'z9hG4bK7'), body: 'x'.repeat(1300) }
  const taking: Hop = { ...first, tcpToo: true }
  const { clock, sent, transactions, counters } = world()
  const by = (one: { request: WireRequest }) => header(one.request, 'via')?.split(' ')[0]
  transactions.send(request('OPTIONS', 'z9hG4bK8'), [taking])
  transactions.send(long, [taking])
  transactions.send({ ...long, headers: request('INVITE', 'z9hG4bK9').headers }, [first])
  t.same(sent.map(by), ['SIP/2.0/UDP', 'SIP/2.0/TCP', 'SIP/2.0/UDP'])
  await clock.advance(600)
  t.equal(sent.filter((one) => by(one) === 'SIP/2.0/TCP').length, 1, 'and is not sent again there')
  await clock.advance(31_500)
  t.equal(counters.snapshot().failovers, 1)
  t.equal(by(sent.findLast((one) => header(one.request, 'call-id') === 'call-z9hG4bK7')!), 'SIP/2.0/UDP')
  transactions.stop()
})

t.test('what waits for an answer over a connection that breaks fails at once', async (t) => {
  const { told, transactions } = world()
  const connected: Hop = { ...first, transport: 'TCP', way: 7 }
  transactions.send(request('INVITE', 'z9hG4bKe'), [connected])
  transactions.send(request('OPTIONS', 'z9hG4bKf'), [connected])
  transactions.send(request('OPTIONS', 'z9hG4bKg'), [{ ...connected, way: 8 }])
  transactions.lost(7)
  t.same(
    told.map((one) => `${one.status} ${header(one, 'call-id')}`),
    ['503 call-z9hG4bKe', '503 call-z9hG4bKf'],
  )
  transactions.stop()
})
