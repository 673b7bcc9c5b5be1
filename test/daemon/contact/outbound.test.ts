// Calls that agents dial.
import t from 'tap'
import { ContactRig, nothingLeft } from '../../support/contact-rig.ts'
import { FakeLeg } from '../../support/fake-leg.ts'
import { settle } from '../../support/mock-clock.ts'

async function dialled(of: { leg?: FakeLeg } = {}) {
  const rig = new ContactRig(['anna'])
  const outcome = rig.contacts.operations.outbound({ agent: 'anna', number: '+15550444', ...of })
  if (!outcome.ok) throw new Error(outcome.reason)
  await settle()
  return { rig, contactId: outcome.contactId }
}

t.test('the agent’s phone is rung, the whisper dials, its text is heard by the customer, both talk', async (t) => {
  const { rig, contactId } = await dialled()
  const anna = rig.ringing
  t.equal(rig.outsideLegs.length, 0)
  anna.pickUp()
  await settle()
  t.same(rig.running, ['default-outbound'])
  t.equal(rig.flow('default-outbound').host.contact.agent?.userName, 'anna')
  t.equal(rig.flow('default-outbound').host.contact.customerEndpoint?.address, '+15550444')
  const { host, signal } = rig.flow('default-outbound')
  const answered = host.completeOutboundCall?.({ callerIdNumber: '+15550199' }, signal)
  t.match(rig.outsideCalls, [
    { number: '+15550444', callerId: { number: '+15550199', name: 'Test' }, from: { kind: 'agent', userName: 'anna' } },
  ])
  rig.outside.soundEarly()
  t.ok(rig.hears(rig.outside, anna), 'the agent hears it ring')
  rig.outside.pickUp()
  t.equal(await answered, true)
  await host.participant?.play([{ kind: 'text', text: 'Hello.', ssml: false }], signal)
  t.equal(rig.spoken.length, 1)
  t.equal(await host.outboundCallStatus?.(signal), undefined, 'nothing listens for machines')
  await rig.end('default-outbound')
  t.ok(rig.together(anna, rig.outside))
  await rig.clock.advance(7000)
  anna.leave()
  await settle()
  t.match(rig.recordOf(contactId), {
    InitiationMethod: 'OUTBOUND',
    DisconnectReason: 'AGENT_DISCONNECT',
    CustomerEndpoint: { Address: '+15550444' },
    Agent: { Username: 'anna', AgentInteractionDuration: 7 },
    Queue: null,
  })
  t.equal(rig.outside.state, 'ended')
  t.same(rig.ledger(), nothingLeft)
  t.equal(rig.clock.liveTimers, 0)
})

t.test('an agent who calls the box to dial is not rung', async (t) => {
  const leg = new FakeLeg({ id: 'anna’s phone' })
  const { rig } = await dialled({ leg })
  t.equal(rig.agentLegs.length, 0)
  t.equal(leg.state, 'talking')
  t.same(rig.running, ['default-outbound'])
  leg.leave()
  await settle()
  t.same(rig.ledger(), nothingLeft)
})

t.test('nobody answers, busy, no such number: the record says which', async (t) => {
  for (const [end, reason] of [
    [undefined, 'TELECOM_TIMEOUT'],
    ['busy', 'TELECOM_BUSY'],
    ['invalidNumber', 'TELECOM_NUMBER_INVALID'],
    ['trunkDown', 'TELECOM_PROBLEM'],
  ] as const) {
    const { rig, contactId } = await dialled()
    rig.ringing.pickUp()
    await settle()
    await rig.end('default-outbound')
    if (end) rig.outside.leave(end, 'farEnd')
    else await rig.clock.advance(60_000)
    await settle()
    t.equal(rig.recordOf(contactId).DisconnectReason, reason)
    t.equal(rig.ringing.state, 'ended', 'the agent is let go')
    t.same(rig.ledger(), nothingLeft)
  }
})

t.test('the customer goes during the whisper; the agent goes while it rings', async (t) => {
  const { rig, contactId } = await dialled()
  rig.ringing.pickUp()
  await settle()
  const { host, signal } = rig.flow('default-outbound')
  void host.completeOutboundCall?.({}, signal)
  rig.outside.pickUp()
  await settle()
  rig.outside.leave()
  await settle()
  t.equal(rig.recordOf(contactId).DisconnectReason, 'CUSTOMER_DISCONNECT')
  t.same(rig.ledger(), nothingLeft)

  const other = await dialled()
  other.rig.ringing.pickUp()
  await settle()
  await other.rig.end('default-outbound')
  other.rig.ringing.leave()
  await settle()
  t.equal(other.rig.outside.state, 'ended')
  t.equal(other.rig.recordOf(other.contactId).DisconnectReason, 'AGENT_DISCONNECT')
  t.same(other.rig.ledger(), nothingLeft)
})

t.test('refused: an unknown agent, an unknown queue, an agent who is busy', async (t) => {
  const { rig } = await dialled()
  const { operations } = rig.contacts
  t.match(operations.outbound({ agent: 'nobody', number: '+15550444' }), { reason: 'noSuchAgent' })
  t.match(operations.outbound({ agent: 'anna', number: '+15550444', queue: 'Nowhere' }), { reason: 'noSuchQueue' })
  t.match(operations.outbound({ agent: 'anna', number: '+15550444' }), { reason: 'agentBusy' })
  rig.ringing.leave('declined', 'farEnd')
  await settle()
  t.same(rig.ledger(), nothingLeft)
})

t.test('a queue’s own whisper is heard instead of the default; a hook of the contact goes before both', async (t) => {
  const rig = new ContactRig(['anna'])
  const { queues } = rig.world.instance
  queues.set('Support', { ...queues.get('Support')!, outboundWhisperFlow: 'outbound' })
  rig.contacts.operations.outbound({ agent: 'anna', number: '+15550444' })
  rig.ringing.pickUp()
  await settle()
  t.same(rig.running, ['outbound'])
  rig.ringing.leave()
  await settle()
  t.same(rig.ledger(), nothingLeft)
})
