// What is lost is sent again, at the times of RFC 3261 and no others; what comes twice is acted on once.
import t from 'tap'
import { formatWire, header, type WireRequest } from '../../../daemon/sip/wire/wire-message.ts'
import { plainSdp, type SipPeer } from '../../support/sip-peer.ts'
import { account, events, password, type Stage, sipStage } from '../../support/sip-stage.ts'

/** The box calls alice, who answers. */
async function talking(stage: Stage, alice: SipPeer) {
  const leg = stage.endpoint.dial({ userName: 'alice' })
  await stage.clock.advance(20)
  const invite = alice.takeRequest('INVITE')
  await alice.respond(invite, 200, { body: plainSdp() })
  await stage.clock.advance(20)
  alice.takeRequest('ACK')
  return { leg, invite }
}

/** Alice calls the box and is let in. */
async function calling(stage: Stage, alice: SipPeer) {
  const first = alice.make('INVITE', 'sip:100@box', { body: plainSdp() })
  await alice.send(first)
  await stage.clock.advance(20)
  const invite = alice.withCredentials(first, alice.takeResponse(401), password)
  await alice.send(invite)
  await stage.clock.advance(20)
  alice.takeResponse(180)
  return { invite, leg: stage.inbound.at(-1)! }
}

/** When, after the start, each copy came. */
async function arrivals(stage: Stage, count: () => number, forMs: number): Promise<number[]> {
  const startMs = stage.clock.monotonicMs()
  const times: number[] = []
  while (stage.clock.monotonicMs() - startMs < forMs) {
    const before = count()
    await stage.clock.advance(100)
    for (let copy = before; copy < count(); copy++) times.push(stage.clock.monotonicMs() - startMs - 100)
  }
  return times
}

t.test('an INVITE nobody answers is sent seven times, then the phone is unreachable', async (t) => {
  const stage = await sipStage(t, [account('alice')])
  const alice = await stage.registered('alice')
  const leg = stage.endpoint.dial({ userName: 'alice' })
  const told = events(leg)
  const times = await arrivals(stage, () => alice.requests('INVITE').length, 40_000)
  t.same(times, [0, 500, 1500, 3500, 7500, 15500, 31500], 'timer A doubles')
  t.same(told, ['ended unreachable by farEnd'])
  t.equal(leg.end?.sipStatus, 408)
  t.equal(alice.requests('ACK').length, 0, 'a failure of our own making is acknowledged to nobody')
  t.equal(alice.requests('CANCEL').length, 0, 'and nothing is left to be cancelled')
})

t.test('a BYE nobody answers is sent eleven times, but the leg does not wait that long', async (t) => {
  const stage = await sipStage(t, [account('alice')])
  const alice = await stage.registered('alice')
  const { leg } = await talking(stage, alice)
  const over = leg.hangUp()
  const started = stage.clock.monotonicMs()
  let endedMs = 0
  void over.then(() => {
    endedMs = stage.clock.monotonicMs() - started
  })
  const times = await arrivals(stage, () => alice.requests('BYE').length, 40_000)
  t.same(times, [0, 500, 1500, 3500, 7500, 11500, 15500, 19500, 23500, 27500, 31500], 'timer E doubles up to T2')
  t.ok(endedMs > 0 && endedMs <= 5000, `the leg ended after ${endedMs} ms`)
  t.equal(stage.endpoint.counters().requestTimeouts, 1)
})

t.test('a 1xx ends the resending of an INVITE', async (t) => {
  const stage = await sipStage(t, [account('alice')])
  const alice = await stage.registered('alice')
  const leg = stage.endpoint.dial({ userName: 'alice' })
  await stage.clock.advance(20)
  const invite = alice.takeRequest('INVITE')
  await alice.respond(invite, 100)
  await stage.clock.advance(60_000)
  t.equal(alice.requests('INVITE').length, 1)
  t.equal(leg.state, 'dialling', '100 is no ringing')
  await alice.respond(invite, 486)
  await stage.clock.advance(20)
  t.match(leg.end, { reason: 'busy', sipStatus: 486 })
})

t.test('copies of a failure are acknowledged each time and told once', async (t) => {
  const stage = await sipStage(t, [account('alice')])
  const alice = await stage.registered('alice')
  const leg = stage.endpoint.dial({ userName: 'alice' })
  const told = events(leg)
  await stage.clock.advance(20)
  const invite = alice.takeRequest('INVITE')
  const busy = alice.answer(invite, 486)
  for (const afterMs of [0, 500, 1500, 3500]) {
    await alice.send(busy)
    await stage.clock.advance(afterMs + 20)
  }
  t.equal(alice.requests('ACK').length, 4)
  const branches = new Set(alice.requests('ACK').map((ack) => header(ack, 'via')))
  t.same([...branches], [header(invite, 'via')], 'in the transaction of the INVITE')
  t.equal(header(alice.requests('ACK')[0]!, 'to'), header(busy, 'to'))
  t.same(told, ['ended busy by farEnd'])
  t.equal(stage.endpoint.counters().responsesAbsorbed, 3)
})

t.test('copies of a 2xx are acknowledged each time and told once', async (t) => {
  const stage = await sipStage(t, [account('alice')])
  const alice = await stage.registered('alice')
  const leg = stage.endpoint.dial({ userName: 'alice' })
  const told = events(leg)
  await stage.clock.advance(20)
  const invite = alice.takeRequest('INVITE')
  const answer = alice.answer(invite, 200, { body: plainSdp() })
  for (let copy = 0; copy < 3; copy++) {
    await alice.send(answer)
    await stage.clock.advance(600)
  }
  const acks = alice.requests('ACK')
  t.equal(acks.length, 3)
  t.not(header(acks[0]!, 'via'), header(invite, 'via'), 'the ACK of a 2xx is a transaction of its own')
  t.same(told, ['answered'])
})

t.test('a failure of ours is sent again until it is acknowledged', async (t) => {
  const stage = await sipStage(t, [account('alice')])
  const alice = await stage.registered('alice')
  const { invite, leg } = await calling(stage, alice)
  void leg.hangUp('busy')
  const times = await arrivals(stage, () => alice.responses(486).length, 8000)
  t.same(times, [0, 500, 1500, 3500, 7500], 'timer G doubles')
  await alice.ack(invite, alice.takeResponse(486))
  const before = alice.responses(486).length
  await stage.clock.advance(40_000)
  t.equal(alice.responses(486).length, before, 'then no more')
  t.equal(stage.endpoint.counters().acksMissing ?? 0, 0)
})

t.test('a failure of ours that is never acknowledged is given up after 32 s', async (t) => {
  const stage = await sipStage(t, [account('alice')])
  const alice = await stage.registered('alice')
  const { leg } = await calling(stage, alice)
  await leg.hangUp('declined')
  const times = await arrivals(stage, () => alice.responses(603).length, 40_000)
  t.same(times, [0, 500, 1500, 3500, 7500, 11500, 15500, 19500, 23500, 27500, 31500].slice(0, times.length))
  t.equal(stage.endpoint.counters().acksMissing, 1)
})

t.test('our 200 is sent again until the ACK comes; only then does audio flow', async (t) => {
  const stage = await sipStage(t, [account('alice')])
  const alice = await stage.registered('alice')
  const { invite, leg } = await calling(stage, alice)
  const answered = leg.answer()
  const times = await arrivals(stage, () => alice.responses(200).filter(isInvite).length, 4000)
  t.same(times, [0, 500, 1500, 3500])
  t.equal(leg.state, 'answering')
  await alice.ack(invite, alice.takeResponse(200, 'INVITE'))
  await stage.clock.advance(20)
  t.equal(await answered, true)
  t.equal(leg.state, 'talking')
  const copies = alice.responses(200).filter(isInvite).length
  await stage.clock.advance(10_000)
  t.equal(alice.responses(200).filter(isInvite).length, copies, 'no copy after the ACK')
})

t.test('a 200 that is never acknowledged ends the call with BYE', async (t) => {
  const stage = await sipStage(t, [account('alice')])
  const alice = await stage.registered('alice')
  const { leg } = await calling(stage, alice)
  const answered = leg.answer()
  await stage.clock.advance(31_900)
  t.equal(alice.requests('BYE').length, 0, 'no BYE before it is certain that no ACK comes')
  await stage.clock.advance(200)
  await alice.respond(alice.takeRequest('BYE'), 481)
  await stage.clock.advance(20)
  t.equal(await answered, false)
  t.match(leg.end, { by: 'farEnd', blame: 'farEnd', reason: 'noAck' })
})

t.test('hanging up before the ACK waits for it, and the leg no longer than 5 s', async (t) => {
  const stage = await sipStage(t, [account('alice')])
  const alice = await stage.registered('alice')
  const { invite, leg } = await calling(stage, alice)
  void leg.answer()
  await stage.clock.advance(20)
  void leg.hangUp()
  await stage.clock.advance(5000)
  t.equal(leg.state, 'ended')
  t.equal(alice.requests('BYE').length, 0)
  await alice.ack(invite, alice.takeResponse(200, 'INVITE'))
  await stage.clock.advance(20)
  await alice.respond(alice.takeRequest('BYE'), 200)
  await stage.clock.advance(20)
  t.equal(stage.endpoint.counters().dialogs, 0)
})

t.test('an INVITE that comes three times rings once and gets its latest response each time', async (t) => {
  const stage = await sipStage(t, [account('alice')])
  const alice = await stage.registered('alice')
  const { invite } = await calling(stage, alice)
  await alice.send(invite)
  await alice.send(invite)
  await stage.clock.advance(20)
  t.equal(alice.responses(180).length, 3)
  t.equal(stage.inbound.length, 1)
  t.equal(stage.endpoint.counters().requestsAbsorbed, 2)
})

t.test('a late copy of a rejected INVITE is no ghost call', async (t) => {
  const stage = await sipStage(t, [account('alice')])
  const alice = await stage.registered('alice')
  const { invite, leg } = await calling(stage, alice)
  void leg.hangUp('busy')
  await stage.clock.advance(20)
  await alice.ack(invite, alice.takeResponse(486))
  await stage.clock.advance(20)
  for (const afterMs of [100, 1000, 3000, 20_000]) {
    await alice.send(invite)
    await stage.clock.advance(afterMs)
  }
  t.equal(stage.inbound.length, 1, 'nothing rings again')
})

t.test('a BYE that comes twice is answered twice, with the same words', async (t) => {
  const stage = await sipStage(t, [account('alice')])
  const alice = await stage.registered('alice')
  const { invite, leg } = await calling(stage, alice)
  void leg.answer()
  await stage.clock.advance(20)
  const accepted = alice.takeResponse(200, 'INVITE')
  await alice.ack(invite, accepted)
  const bye = alice.inDialog('BYE', invite, accepted)
  await stage.clock.advance(20)
  await alice.send(bye)
  await stage.clock.advance(20)
  await alice.send(bye)
  await stage.clock.advance(20)
  const answers = alice.responses(200).filter((one) => header(one, 'cseq')!.endsWith('BYE'))
  t.equal(answers.length, 2)
  t.same(formatWire(answers[0]!), formatWire(answers[1]!))
  t.match(leg.end, { by: 'farEnd', reason: 'hangUp' })
})

t.test('an ACK in the INVITE’s own transaction is taken for what it means', async (t) => {
  const stage = await sipStage(t, [account('alice')])
  const alice = await stage.registered('alice')
  const { invite, leg } = await calling(stage, alice)
  const answered = leg.answer()
  await stage.clock.advance(20)
  const accepted = alice.takeResponse(200, 'INVITE')
  const ack: WireRequest = alice.inDialog('ACK', invite, accepted, {
    cseq: Number(header(invite, 'cseq')!.split(' ')[0]),
  })
  const lines = ack.headers.map((one) => (one.key === 'via' ? { ...one, value: header(invite, 'via')! } : one))
  await alice.send({ ...ack, headers: lines })
  await stage.clock.advance(20)
  t.equal(await answered, true)
})

t.test(
  'a CANCEL goes where its INVITE went, in the same transaction, and not before the phone has spoken',
  async (t) => {
    const stage = await sipStage(t, [account('alice')])
    const alice = await stage.registered('alice')
    const leg = stage.endpoint.dial({ userName: 'alice' })
    await stage.clock.advance(20)
    const invite = alice.takeRequest('INVITE')
    void leg.hangUp()
    await stage.clock.advance(400)
    t.equal(alice.requests('CANCEL').length, 0)
    await alice.respond(invite, 180)
    await stage.clock.advance(20)
    const cancel = alice.takeRequest('CANCEL')
    t.equal(header(cancel, 'via'), header(invite, 'via'))
    t.equal(header(cancel, 'cseq'), header(invite, 'cseq')!.replace('INVITE', 'CANCEL'))
    await alice.respond(cancel, 200)
    await alice.respond(invite, 487)
    await stage.clock.advance(20)
    alice.takeRequest('ACK')
    t.match(leg.end, { by: 'us', reason: 'hangUp' })
  },
)

t.test('the box answers to the port a request came from, and says so', async (t) => {
  const stage = await sipStage(t, [account('alice')])
  const alice = await stage.phone('alice')
  const options = alice.make('OPTIONS', 'sip:box')
  const via = header(options, 'via')!.replace(/10\.0\.0\.7:5060/, '192.168.1.7:5099')
  await alice.send({
    ...options,
    headers: options.headers.map((one) => (one.key === 'via' ? { ...one, value: via } : one)),
  })
  await stage.clock.advance(20)
  const answer = alice.takeResponse(200)
  t.match(header(answer, 'via'), /192\.168\.1\.7:5099.*;rport=5060.*;received=10\.0\.0\.7/)
})

t.test('only answers to what was sent, from where it was sent to, are believed', async (t) => {
  const stage = await sipStage(t, [account('alice')])
  const alice = await stage.registered('alice')
  const mallory = await stage.phone('mallory')
  const leg = stage.endpoint.dial({ userName: 'alice' })
  await stage.clock.advance(20)
  const invite = alice.takeRequest('INVITE')
  await mallory.send(alice.answer(invite, 200, { body: plainSdp() }))
  const guessed = alice.answer(invite, 486)
  await alice.send({
    ...guessed,
    headers: guessed.headers.map((one) =>
      one.key === 'via' ? { ...one, value: one.value.replace(/branch=[^;]+/, 'branch=z9hG4bK1') } : one,
    ),
  })
  await stage.clock.advance(20)
  t.equal(leg.state, 'dialling')
  t.match(stage.endpoint.counters(), { droppedForeignResponse: 1, droppedUnknownResponse: 1 })
  await alice.respond(invite, 404)
  await stage.clock.advance(20)
  t.match(leg.end, { reason: 'unreachable', sipStatus: 404 })
})

function isInvite(message: Parameters<typeof header>[0]): boolean {
  return header(message, 'cseq')!.endsWith('INVITE')
}
