// Callers who wait on a line that outlives the daemon: written down while they wait, and back at their place afterwards.
import t from 'tap'
import { ContactRig, heldLine, nothingLeft } from '../../support/contact-rig.ts'
import { FakeLeg } from '../../support/fake-leg.ts'
import { settle } from '../../support/mock-clock.ts'

const onLine = { kind: 'line', line: heldLine } as const

/** A caller on the line waits; nobody is there for them. */
async function waiting(agents: string[] = []) {
  const rig = new ContactRig(agents)
  const caller = await rig.call('+15550100', onLine)
  await rig.queue()
  return { rig, caller, contactId: rig.record.ContactId }
}

/** The daemon starts again on what the last one left. */
function startAgain(last: ContactRig, agents: string[] = []): ContactRig {
  const rig = new ContactRig(agents, {}, {}, { pending: last.pending, saved: last.saved, clock: last.clock })
  rig.contacts.restore()
  return rig
}

/** The line tells of the call it has held. */
async function heldCall(rig: ContactRig): Promise<FakeLeg> {
  const caller = new FakeLeg({ id: 'caller', remote: { withheld: 'unavailable' }, origin: onLine })
  rig.contacts.resume(caller, heldLine)
  await settle()
  return caller
}

t.test('the place is written down while the caller waits, and no longer', async (t) => {
  const { rig, caller, contactId } = await waiting()
  t.match(rig.pending.all(), [{ contactId, kind: 'caller', line: heldLine }])
  caller.leave()
  await settle()
  t.same(rig.pending.all(), [])
  t.same(rig.ledger(), nothingLeft)
})

t.test('a caller on a line that holds nothing is not written down', async (t) => {
  const rig = new ContactRig([])
  await rig.call('+15550100', { kind: 'line', line: 'Line 2' })
  await rig.queue()
  t.same(rig.pending.all(), [])
})

t.test('a stop leaves the caller on the line, and names it', async (t) => {
  const { rig, caller } = await waiting()
  t.same(await rig.contacts.drain(60_000), new Set([heldLine]))
  t.equal(caller.state, 'talking')
  t.equal(rig.pending.all().length, 1)
})

t.test('after the start the caller is in the queue again, as old as before, and reaches the agent', async (t) => {
  const { rig: last, contactId } = await waiting()
  await last.clock.advance(30_000)
  await last.contacts.drain(0)
  const rig = startAgain(last, ['anna'])
  t.equal(rig.contacts.takesOver(heldLine, true), true)
  const caller = await heldCall(rig)
  t.equal(rig.recordOf(contactId).Cordboard.state, 'connecting', 'the agent is rung')
  t.equal(rig.recordOf(contactId).CustomerEndpoint?.Address, '+15550001', 'who called is known from before')
  t.equal(rig.recordOf(contactId).Queue?.EnqueueTimestamp, last.recordOf(contactId).Queue?.EnqueueTimestamp)
  rig.ringing.pickUp()
  await settle()
  await rig.end('default-agent-whisper')
  await rig.end('default-customer-whisper')
  t.ok(rig.together(caller, rig.agentLegs[0]!))
  t.same(rig.pending.all(), [], 'in the talk there is no place to keep')
  caller.leave()
  await settle()
  t.equal(rig.recordOf(contactId).DisconnectReason, 'CUSTOMER_DISCONNECT')
})

t.test('a line that is there without its call has lost it: the record is to be closed', async (t) => {
  const { rig: last, contactId } = await waiting()
  await last.contacts.drain(0)
  const rig = startAgain(last)
  t.equal(rig.contacts.takesOver(heldLine, false), false)
  t.same(rig.lost, [contactId])
  t.same(rig.pending.all(), [])
})

t.test('a line that never comes back: after half a minute the caller is lost', async (t) => {
  const { rig: last, contactId } = await waiting()
  await last.contacts.drain(0)
  const rig = startAgain(last)
  await rig.clock.advance(29_000)
  t.same(rig.lost, [])
  await rig.clock.advance(1000)
  t.same(rig.lost, [contactId])
})

t.test('a held call that nobody waits for is let go', async (t) => {
  const rig = new ContactRig([])
  const caller = await heldCall(rig)
  t.equal(caller.state, 'ended')
})
