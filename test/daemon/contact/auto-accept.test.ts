// Agents who accept without being asked: their phones are asked to answer by themselves, tasks are theirs at once.
import t from 'tap'
import { ContactRig, nothingLeft } from '../../support/contact-rig.ts'
import { settle } from '../../support/mock-clock.ts'

async function offered(autoAccept: boolean): Promise<ContactRig> {
  const rig = new ContactRig(['anna'], { autoAccept })
  await rig.call()
  await rig.queue()
  return rig
}

t.test('the phone of an agent who accepts everything is asked to answer by itself', async (t) => {
  const rig = await offered(true)
  t.same(rig.askedToAnswer, ['anna'])
  await rig.answerAndJoin()
  t.equal(rig.record.Agent?.Username, 'anna')
})

t.test('the phone of any other agent rings', async (t) => {
  const rig = await offered(false)
  t.equal(rig.agentLegs.length, 1)
  t.same(rig.askedToAnswer, [])
})

t.test('a callback is never accepted for the agent: the phone rings', async (t) => {
  const rig = new ContactRig(['anna'], { autoAccept: true })
  await rig.call()
  const { host } = rig.flow('main')
  host.setTargetQueue('Support')
  const request = { initialDelaySeconds: 5, maximumAttempts: 1, retryDelaySeconds: 60 }
  t.match(host.requestCallback?.(request), { ok: true })
  await rig.clock.advance(5000)
  await settle()
  t.equal(rig.agentLegs.length, 1)
  t.same(rig.askedToAnswer, [])
})

t.test('a task is the agent’s at once', async (t) => {
  const rig = new ContactRig(['anna'], { autoAccept: true })
  const made = rig.contacts.createTask(undefined, { name: 'Call', flowId: 'survey', attributes: {}, references: {} })
  if (!made.ok) throw new Error(made.detail)
  await rig.clock.advance(0)
  await settle()
  const { host } = rig.flow('survey')
  host.setTargetQueue('Support')
  host.enqueue()
  await rig.end('survey', { type: 'queued' })
  await settle()
  t.equal(rig.recordOf(made.contactId).Agent?.Username, 'anna')
  t.ok(rig.contacts.operations.tasks.complete(made.contactId).ok)
  await settle()
  t.same(rig.ledger(), nothingLeft)
})
