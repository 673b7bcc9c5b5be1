// What flows do with their contact: to a third party, from queue to queue, and the disconnect flow after its end.
import t from 'tap'
import { ContactRig, nothingLeft } from '../../support/contact-rig.ts'
import { settle } from '../../support/mock-clock.ts'

const call = { number: '+15550888', ringTimeoutMs: 30_000, continueFlow: true, callerId: {} }

t.test('to a third party and back: digits are keyed in, both talk, the flow goes on', async (t) => {
  const rig = new ContactRig([])
  const caller = await rig.call()
  const { host, signal } = rig.flow('main')
  const outcome = host.transferToThirdParty?.({ ...call, digits: '12,3' }, signal)
  t.match(rig.outsideCalls, [{ number: '+15550888', onBehalfOf: '+15550001', from: { kind: 'flow' } }])
  const desk = rig.outside
  desk.soundEarly()
  t.ok(rig.hears(desk, caller), 'the caller hears it ring')
  t.equal(rig.hears(caller, desk), false)
  desk.pickUp()
  await settle()
  t.same(rig.digitsSent, ['12'])
  t.equal(rig.together(caller, desk), false)
  await rig.clock.advance(750)
  t.same(rig.digitsSent, ['12', '3'])
  t.ok(rig.together(caller, desk))
  t.match(rig.record, { TransferredToEndpoint: { Address: '+15550888' } })
  desk.leave()
  t.equal(await outcome, 'answeredAndEnded')
  t.equal(caller.state, 'talking')
  t.same(rig.running, ['main'])
  await rig.end('main', { type: 'disconnect' })
  t.same(rig.ledger(), nothingLeft)
})

t.test('a third party who does not answer, is busy, or may not be called', async (t) => {
  const rig = new ContactRig([])
  rig.notAllowed = '+15550999'
  const caller = await rig.call()
  const { host, signal } = rig.flow('main')
  const inVain = host.transferToThirdParty?.(call, signal)
  await rig.clock.advance(30_000)
  t.equal(await inVain, 'timedOut')
  t.equal(rig.outside.state, 'ended')
  const busy = host.transferToThirdParty?.(call, signal)
  rig.outside.leave('busy', 'farEnd')
  t.equal(await busy, 'callFailed')
  t.equal(await host.transferToThirdParty?.({ ...call, number: '+15550999' }, signal), 'callFailed')
  t.equal(rig.counters.snapshot()['thirdPartyRefused.notAllowed'], 1)
  caller.leave()
  await settle()
  t.same(rig.ledger(), nothingLeft)
})

t.test('a caller who hangs up while the third party is rung or talks: that leg goes, too', async (t) => {
  for (const answered of [false, true]) {
    const rig = new ContactRig([])
    const caller = await rig.call()
    const { host, signal } = rig.flow('main')
    const outcome = host.transferToThirdParty?.(call, signal)
    if (answered) rig.outside.pickUp()
    await settle()
    caller.leave()
    await t.rejects(Promise.resolve(outcome))
    await settle()
    t.equal(rig.outside.state, 'ended')
    t.equal(rig.record.DisconnectReason, 'CUSTOMER_DISCONNECT')
    t.same(rig.ledger(), nothingLeft)
  }
})

t.test('handed over for good: the flow is over, the two stay together until one leaves', async (t) => {
  const rig = new ContactRig([])
  const caller = await rig.call()
  const { host, signal } = rig.flow('main')
  const outcome = host.transferToThirdParty?.({ ...call, continueFlow: false }, signal)
  rig.outside.pickUp()
  t.equal(await outcome, 'handedOver')
  await rig.end('main')
  t.ok(rig.together(caller, rig.outside))
  rig.outside.leave()
  await settle()
  t.equal(caller.state, 'ended')
  t.equal(rig.record.DisconnectReason, 'THIRD_PARTY_DISCONNECT')
  t.same(rig.ledger(), nothingLeft)
})

t.test('a queued caller handed over leaves the queue', async (t) => {
  const rig = new ContactRig([])
  const caller = await rig.call()
  await rig.queue()
  const { host, signal } = rig.flow('default-customer-queue')
  const outcome = host.transferToThirdParty?.({ ...call, continueFlow: false }, signal)
  rig.outside.pickUp()
  t.equal(await outcome, 'handedOver')
  t.equal(rig.ledger().waiting, 0)
  t.ok(rig.events.of(rig.record.ContactId).includes('DEQUEUED_BY_FLOW'))
  caller.leave()
  await settle()
  t.same(rig.ledger(), nothingLeft)
})

t.test('from queue to queue: a segment of its own, eleven times at most', async (t) => {
  const rig = new ContactRig([])
  const caller = await rig.call()
  const first = rig.record.ContactId
  await rig.queue()
  await rig.clock.advance(30_000)
  const host = () => rig.flow('default-customer-queue').host
  t.equal(host().dequeueAndTransfer?.({ queueId: 'Sales' }), 'transferred')
  await settle()
  t.match(rig.recordOf(first), { DisconnectReason: 'OTHER', Queue: { Duration: 30 } })
  t.match(rig.record, {
    InitiationMethod: 'QUEUE_TRANSFER',
    PreviousContactId: first,
    InitialContactId: first,
    Queue: { Name: 'Sales' },
  })
  t.same(rig.running, ['default-customer-queue'], 'that of the new segment')
  t.equal(caller.state, 'talking')
  for (let move = 2; move <= 11; move++) {
    t.equal(host().dequeueAndTransfer?.({ queueId: move % 2 ? 'Sales' : 'Support' }), 'transferred', `move ${move}`)
    await settle()
  }
  t.equal(host().dequeueAndTransfer?.({ queueId: 'Support' }), 'refused')
  t.equal(rig.saved.size, 12)
  caller.leave()
  await settle()
  t.same(rig.ledger(), nothingLeft)
})

t.test('a caller who is being offered to an agent is not moved', async (t) => {
  const rig = new ContactRig(['anna'])
  const caller = await rig.call()
  await rig.queue()
  const { host } = rig.flow('default-customer-queue')
  t.equal(host.dequeueAndTransfer?.({ queueId: 'Sales' }), 'refused')
  t.equal(host.dequeueAndTransfer?.({ queueId: 'Nowhere' }), 'refused')
  caller.leave()
  await settle()
  t.same(rig.ledger(), nothingLeft)
})

t.test('the agent hangs up first: the disconnect flow speaks to the caller, as a contact of its own', async (t) => {
  const rig = new ContactRig(['anna'])
  const caller = await rig.call()
  const first = rig.record.ContactId
  rig.flow('main').host.setEventHook('CustomerRemaining', 'survey')
  rig.flow('main').host.setAttributes({ order: '407' })
  await rig.queue()
  const agent = await rig.answerAndJoin()
  agent.leave()
  await settle()
  t.equal(caller.state, 'talking')
  t.same(rig.running, ['survey'])
  const { host } = rig.flow('survey')
  t.ok(host.participant)
  t.equal(host.contact.attributes.order, '407')
  t.equal(host.contact.initiationMethod, 'DISCONNECT')
  t.match(rig.recordOf(first), { DisconnectReason: 'AGENT_DISCONNECT', NextContactId: host.contact.contactId })
  await rig.end('survey')
  t.equal(caller.state, 'ended')
  t.same(rig.ledger(), nothingLeft)
})

t.test('the caller hangs up: the disconnect flow has nobody to speak to, and runs all the same', async (t) => {
  for (const ends of ['customer', 'flow'] as const) {
    const rig = new ContactRig([])
    const caller = await rig.call()
    rig.flow('main').host.setEventHook('CustomerRemaining', 'survey')
    if (ends === 'customer') caller.leave()
    else await rig.end('main', { type: 'disconnect' })
    await settle()
    t.equal(caller.state, 'ended', ends)
    t.same(rig.running, ['survey'], ends)
    t.equal(rig.flow('survey').host.participant, undefined, ends)
    t.equal(rig.flow('survey').host.enqueue(), 'noQueue', ends)
    await rig.end('survey')
    t.equal(rig.saved.size, 2, 'a disconnect flow has no disconnect flow')
    t.same(rig.ledger(), nothingLeft, ends)
  }
})

t.test('a caller left over goes from the disconnect flow into a queue again', async (t) => {
  const rig = new ContactRig(['anna'])
  const caller = await rig.call()
  rig.flow('main').host.setEventHook('CustomerRemaining', 'survey')
  await rig.queue()
  const agent = await rig.answerAndJoin()
  agent.leave()
  await settle()
  rig.flow('survey').host.setTargetQueue('Sales')
  t.equal(rig.flow('survey').host.enqueue(), 'queued')
  await rig.end('survey', { type: 'queued' })
  const again = await rig.answerAndJoin()
  t.ok(rig.together(caller, again))
  caller.leave()
  await settle()
  t.same(rig.ledger(), nothingLeft)
})

t.test('flows for the agent’s screen run without anybody hearing them', async (t) => {
  const rig = new ContactRig(['anna'])
  const caller = await rig.call()
  rig.flow('main').host.setEventHook('DefaultAgentUI', 'survey')
  await rig.queue()
  await rig.answerAndJoin()
  t.same(rig.running, ['survey'])
  t.equal(rig.flow('survey').host.participant, undefined)
  caller.leave()
  await settle()
  t.same(rig.running, [], 'and end with the contact')
  t.same(rig.ledger(), nothingLeft)
})
