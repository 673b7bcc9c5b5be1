import t from 'tap'
import { ContactRig, nothingLeft } from '../../support/contact-rig.ts'
import { settle } from '../../support/mock-clock.ts'

t.test('a caller goes through flow, queue and whispers to an agent, and both talk', async (t) => {
  const rig = new ContactRig(['anna'])
  const caller = await rig.call()
  t.same(rig.running, ['main'])
  t.equal(rig.record.Cordboard.state, 'inFlow')
  rig.flow('main').host.setRecording({ agent: true, customer: true })

  await rig.queue()
  t.same(rig.running, ['default-customer-queue'], 'the caller hears the queue flow')
  t.equal(rig.record.Queue?.Name, 'Support')
  t.equal(rig.record.AgentConnectionAttempts, 1)

  rig.ringing.pickUp()
  await settle()
  t.same(rig.running, ['default-customer-queue', 'default-agent-whisper'], 'and goes on hearing it during the whisper')
  t.equal(rig.flow('default-agent-whisper').host.contact.agent?.userName, 'anna')

  await rig.end('default-agent-whisper')
  t.same(rig.running, ['default-customer-whisper'])
  t.equal(rig.together(caller, rig.ringing), false, 'nobody talks before both whispers are over')

  await rig.end('default-customer-whisper')
  t.ok(rig.together(caller, rig.ringing))
  t.equal(rig.recordings.size, 1)
  t.equal(rig.record.Agent?.Username, 'anna')

  await rig.clock.advance(30_000)
  caller.leave()
  await settle()
  t.equal(rig.record.DisconnectReason, 'CUSTOMER_DISCONNECT')
  t.equal(rig.record.Agent?.AgentInteractionDuration, 30)
  t.same(rig.ledger(), nothingLeft)
  t.equal(rig.clock.liveTimers, 0)
})

t.test('what the carrier says of the caller’s number is an attribute, for flows and in the record', async (t) => {
  const rig = new ContactRig([])
  const headers = { verstat: 'TN-Validation-Failed', 'P-Asserted-Identity': '<tel:+441632960002>' }
  const caller = await rig.call('+15550100', { kind: 'carrier', carrier: 'telco', link: 'north' }, headers)
  const { contact } = rig.flow('main').host
  t.equal(contact.segmentAttributes?.['cordboard:Verstat'], 'TN-Validation-Failed')
  t.equal(contact.sipHeaders?.['P-Asserted-Identity'], '<tel:+441632960002>')
  t.match(rig.record.SegmentAttributes, { 'cordboard:Verstat': { ValueString: 'TN-Validation-Failed' } })
  caller.leave()
  await settle()
  t.same(rig.ledger(), nothingLeft)
})

t.test('the agent hangs up', async (t) => {
  const rig = new ContactRig(['anna'])
  const caller = await rig.call()
  await rig.queue()
  rig.ringing.pickUp()
  await settle()
  await rig.end('default-agent-whisper')
  await rig.end('default-customer-whisper')
  rig.ringing.leave()
  await settle()
  t.equal(rig.record.DisconnectReason, 'AGENT_DISCONNECT')
  t.equal(caller.state, 'ended')
  t.equal(rig.routing.agents()[0]?.activity, 'available')
  t.same(rig.ledger(), nothingLeft)
})

t.test('an agent who does not answer is missed; the next one is rung', async (t) => {
  const rig = new ContactRig(['anna', 'ben'])
  await rig.call()
  await rig.queue()
  const first = rig.ringing
  await rig.clock.advance(20_000)
  await settle()
  t.equal(first.state, 'ended')
  t.not(rig.ringing, first)
  t.equal(rig.record.AgentConnectionAttempts, 2)
  t.same(
    rig.routing
      .agents()
      .map((agent) => agent.activity)
      .sort(),
    ['missed', 'ringing'],
  )
})

t.test('an agent who leaves during a whisper costs the caller nothing', async (t) => {
  for (const whisper of ['default-agent-whisper', 'default-customer-whisper']) {
    const rig = new ContactRig(['anna', 'ben'])
    const caller = await rig.call()
    await rig.queue()
    const enqueuedAt = rig.record.Queue?.EnqueueTimestamp
    await rig.clock.advance(5000)
    rig.ringing.pickUp()
    await settle()
    if (whisper === 'default-customer-whisper') await rig.end('default-agent-whisper')
    const first = rig.ringing
    first.leave()
    await settle()
    t.equal(caller.state, 'talking', whisper)
    t.not(rig.ringing, first, `${whisper}: another agent is rung`)
    t.ok(rig.running.includes('default-customer-queue'), `${whisper}: the queue flow plays`)
    t.equal(rig.record.Queue?.EnqueueTimestamp, enqueuedAt, `${whisper}: the place is the old one`)
    caller.leave()
    await settle()
    t.same(rig.ledger(), nothingLeft, whisper)
  }
})

t.test('a caller who hangs up while an agent is rung is abandoned, and the phone stops', async (t) => {
  const rig = new ContactRig(['anna'])
  const caller = await rig.call()
  await rig.queue()
  caller.leave()
  await settle()
  t.equal(rig.ringing.state, 'ended')
  t.equal(rig.record.DisconnectReason, 'CUSTOMER_DISCONNECT')
  t.equal(rig.record.Agent, null)
  t.same(rig.ledger(), nothingLeft)
  t.equal(rig.routing.agents()[0]?.activity, 'available')
})

t.test('a phone picked up in the moment the caller left finds nobody, and is hung up', async (t) => {
  const rig = new ContactRig(['anna'])
  const caller = await rig.call()
  await rig.queue()
  rig.routing.leave(rig.record.ContactId)
  rig.ringing.pickUp()
  caller.leave()
  await settle()
  t.equal(rig.ringing.state, 'ended')
  t.same(rig.ledger(), nothingLeft)
})

t.test('a flow that ends, fails or disconnects releases the line', async (t) => {
  for (const [end, reason, endReason] of [
    [{ type: 'ended' }, 'OTHER', 'flowEnded'],
    [{ type: 'disconnect' }, 'CONTACT_FLOW_DISCONNECT', 'flowDisconnect'],
    [{ type: 'failed', identifier: 'menu', reason: 'no branch' }, 'OTHER', 'flowFailed'],
  ] as const) {
    const rig = new ContactRig([])
    const caller = await rig.call()
    await rig.end('main', end)
    t.equal(caller.state, 'ended', endReason)
    t.equal(rig.record.DisconnectReason, reason)
    t.equal(rig.record.Cordboard.endReason, endReason)
    t.same(rig.ledger(), nothingLeft, endReason)
  }
})

t.test('calls to unknown numbers, and more calls than allowed, are refused and counted', async (t) => {
  const rig = new ContactRig([], { concurrentCalls: 1 })
  const lost = await rig.call('+15559999')
  t.equal(lost.end?.reason, 'noRoute')
  const first = await rig.call()
  const second = await rig.call()
  t.equal(first.state, 'talking')
  t.equal(second.end?.reason, 'atCapacity')
  t.match(rig.counters.snapshot(), { 'refused.noRoute': 1, 'refused.atCapacity': 1, contacts: 1 })
})

t.test('a call that lasts too long is ended', async (t) => {
  const rig = new ContactRig([], { callDurationS: 60 })
  const caller = await rig.call()
  await rig.clock.advance(60_000)
  t.equal(caller.state, 'ended')
  t.equal(rig.record.Cordboard.endReason, 'callDurationLimit')
})

t.test('a stop waits for calls, refuses new ones, and ends what is left at the deadline', async (t) => {
  const rig = new ContactRig([])
  const caller = await rig.call()
  const drained = rig.contacts.drain(10_000)
  const late = await rig.call()
  t.equal(late.end?.reason, 'busy')
  await rig.clock.advance(9000)
  t.equal(caller.state, 'talking')
  await rig.clock.advance(1000)
  await drained
  t.equal(caller.state, 'ended')
  t.equal(rig.record.Cordboard.endReason, 'daemonStopped')
  t.same(rig.ledger(), nothingLeft)
})

t.test('a store that cannot be written is counted; the call goes on', async (t) => {
  const rig = new ContactRig(['anna'])
  await rig.call()
  rig.breakStore(new Error('disk full'))
  await rig.queue()
  rig.ringing.pickUp()
  await settle()
  t.ok(rig.running.includes('default-agent-whisper'))
  t.ok((rig.counters.snapshot().recordNotSaved ?? 0) > 0)
})

t.test('what fails at the end of a contact is told, and does not keep it alive', async (t) => {
  const rig = new ContactRig(['anna'])
  const { caller } = await rig.talk()
  const other = await rig.call()
  const { contactEnded } = rig.routing
  rig.routing.contactEnded = () => {
    throw new Error('in this test')
  }
  caller.leave()
  await settle()
  rig.routing.contactEnded = contactEnded.bind(rig.routing)
  t.equal(rig.contacts.alive, 1, 'only the other one is left')
  t.equal(other.state, 'talking')
  t.ok((rig.counters.snapshot().contactFault ?? 0) > 0)
  other.leave()
  await settle()
  t.equal(rig.contacts.alive, 0)
})
