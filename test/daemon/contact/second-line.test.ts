// An agent consults on the second line of the phone: who hears whom as lines are held, taken up, hung up and joined.
import t, { type Test } from 'tap'
import { AgentService } from '../../../daemon/agent/agent-service.ts'
import type { TransferTo } from '../../../daemon/contact/contact-operations.ts'
import { ContactRig, nothingLeft } from '../../support/contact-rig.ts'
import { FakeLeg } from '../../support/fake-leg.ts'
import { settle } from '../../support/mock-clock.ts'

/** Anna has put the caller on hold by her phone, and dials on its second line. */
async function dials(to: TransferTo) {
  const rig = new ContactRig(['anna', 'ben'])
  const { caller, agent: anna, contactId } = await rig.talk()
  const { operations } = rig.contacts
  anna.tell({ type: 'heldByFarEnd' })
  const second = new FakeLeg({ id: 'second' })
  const outcome = operations.transfer(contactId, to, second)
  await settle()
  return { rig, caller, anna, second, contactId, operations, outcome }
}

/** And the desk has picked up. */
async function consults() {
  const scene = await dials({ quickConnect: 'Reception' })
  const desk = scene.rig.outside
  desk.pickUp()
  await settle()
  return { ...scene, desk }
}

function isOver(t: Test, rig: ContactRig): void {
  t.same(rig.ledger(), nothingLeft)
  t.equal(rig.clock.liveTimers, 0)
}

t.test('transfer pressed: caller and desk are joined, and both lines of the agent are let go', async (t) => {
  const { rig, caller, anna, second, desk, contactId, operations } = await consults()
  t.ok(rig.together(second, desk))
  t.equal(rig.hears(caller, desk), false)
  t.equal(rig.hears(desk, anna), false, 'the first line is silent')
  t.same(rig.running, ['default-customer-hold'])
  operations.leave(contactId)
  await settle()
  t.same([anna.state, second.state], ['ended', 'ended'])
  t.ok(rig.together(caller, desk))
  t.match(rig.recordOf(contactId), { DisconnectReason: 'AGENT_DISCONNECT', TransferredToEndpoint: {} })
  caller.leave()
  await settle()
  isOver(t, rig)
})

t.test('a phone that hangs up its second line as it transfers does not take the desk with it', async (t) => {
  const { rig, caller, anna, second, desk, contactId, operations } = await consults()
  anna.hangUp = async () => second.leave()
  operations.leave(contactId)
  anna.leave()
  await settle()
  t.ok(rig.together(caller, desk))
  desk.leave()
  await settle()
  isOver(t, rig)
})

t.test('lines are swapped, and the one that is held waits; with neither held all talk', async (t) => {
  const { rig, caller, anna, second, desk } = await consults()
  second.tell({ type: 'heldByFarEnd' })
  anna.tell({ type: 'resumedByFarEnd' })
  t.ok(rig.together(caller, anna))
  t.equal(rig.hears(desk, anna) || rig.hears(desk, second) || rig.hears(desk, caller), false)
  anna.tell({ type: 'heldByFarEnd' })
  second.tell({ type: 'resumedByFarEnd' })
  t.ok(rig.together(desk, second))
  t.equal(rig.hears(caller, second) || rig.hears(caller, desk), false)
  anna.tell({ type: 'resumedByFarEnd' })
  t.ok(rig.together(caller, anna, desk), 'a conference')
  caller.leave()
  anna.leave()
  await settle()
  isOver(t, rig)
})

t.test('the second line hung up: the desk is let go, and the caller waits until the first is taken up', async (t) => {
  const { rig, caller, anna, second, desk } = await consults()
  second.leave()
  await settle()
  t.equal(desk.state, 'ended')
  t.same(rig.running, ['default-customer-hold'])
  anna.tell({ type: 'resumedByFarEnd' })
  t.ok(rig.together(caller, anna))
  caller.leave()
  await settle()
  isOver(t, rig)
})

t.test('the desk hangs up, or is never reached: the second line is cleared', async (t) => {
  const { rig, caller, anna, second, desk } = await consults()
  desk.leave()
  await settle()
  t.equal(second.state, 'ended')
  anna.tell({ type: 'resumedByFarEnd' })
  t.ok(rig.together(caller, anna))
  caller.leave()
  await settle()
  isOver(t, rig)
})

t.test('the second line hung up while it rings there: the call is given up', async (t) => {
  const { rig, caller, second } = await dials({ quickConnect: 'Reception' })
  second.leave()
  await settle()
  t.equal(rig.outside.state, 'ended')
  caller.leave()
  await settle()
  isOver(t, rig)
})

t.test('transfer pressed before a colleague has answered: the caller hears the rest of the flow', async (t) => {
  const { rig, caller, anna, second, contactId, operations } = await dials({ queue: 'Sales' })
  t.ok(rig.running.includes('default-queue-transfer'))
  operations.leave(contactId)
  await settle()
  t.same([anna.state, second.state, caller.state], ['ended', 'ended', 'talking'])
  t.same(rig.running, ['default-queue-transfer'])
  caller.leave()
  await settle()
  isOver(t, rig)
})

t.test('a number that may not be called: the second line is cleared, and nobody is dialled', async (t) => {
  const rig = new ContactRig(['anna'])
  const { caller, contactId } = await rig.talk()
  rig.notAllowed = '+15550777'
  const second = new FakeLeg({ id: 'second' })
  rig.contacts.operations.transfer(contactId, { quickConnect: 'Reception' }, second)
  await settle()
  t.equal(second.state, 'ended')
  t.same(rig.outsideLegs, [])
  t.ok(rig.together(caller, rig.ringing), 'a phone that held nothing is back with the caller')
  caller.leave()
  await settle()
  isOver(t, rig)
})

t.test('there are two lines, not three', async (t) => {
  const { rig, caller, contactId, operations } = await consults()
  t.match(operations.transfer(contactId, { queue: 'Sales' }, new FakeLeg({ id: 'third' })), { reason: 'notNow' })
  caller.leave()
  await settle()
  rig.ringing.leave()
  await settle()
  isOver(t, rig)
})

/** What Anna dials on the second line, by way of the agents' service. */
async function wishes(target: { agent: string } | { number: string } | { quickConnect: string }) {
  const rig = new ContactRig(['anna', 'ben'])
  const { operations } = rig.contacts
  const { routing, counters, world } = rig
  const service = new AgentService({ operations, routing, counters, instance: () => world.instance })
  const { caller } = await rig.talk()
  const second = new FakeLeg({ id: 'second' })
  const outcome = service.perform('anna', { do: 'call', target }, second)
  await settle()
  return { rig, caller, second, outcome }
}

t.test('a number dialled on the second line is called by the rules of an agent’s calls', async (t) => {
  const { rig, caller, second, outcome } = await wishes({ number: '+15550999' })
  t.same(outcome, { ok: true })
  t.match(rig.outsideCalls, [{ number: '+15550999', from: { kind: 'agent', userName: 'anna' } }])
  rig.outside.pickUp()
  await settle()
  t.ok(rig.together(second, rig.outside))
  caller.leave()
  rig.ringing.leave()
  await settle()
  isOver(t, rig)
})

t.test('a colleague dialled on the second line is rung by the flow of transfers to agents', async (t) => {
  const { rig, caller, second, outcome } = await wishes({ agent: 'ben' })
  t.same(outcome, { ok: true })
  rig.flow('default-agent-transfer').host.transferToAgent?.()
  await rig.end('default-agent-transfer')
  t.equal(rig.ringing.id, 'ben')
  const ben = await rig.answerAndJoin()
  t.ok(rig.together(second, ben))
  t.equal(rig.hears(caller, ben), false)
  rig.agentLegs[0]?.leave()
  await settle()
  t.ok(rig.together(caller, ben))
  caller.leave()
  await settle()
  isOver(t, rig)
})

t.test('a quick connect that is not the agent’s is not reached by a second line either', async (t) => {
  const { rig, caller, second, outcome } = await wishes({ quickConnect: 'To Sales' })
  t.match(outcome, { ok: false, reason: 'noSuchQuickConnect' })
  t.equal(second.state, 'ringing')
  caller.leave()
  await settle()
  isOver(t, rig)
})
