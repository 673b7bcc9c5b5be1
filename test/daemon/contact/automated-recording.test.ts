// The recording of a caller and the box alone: from the flow's block to whoever talks with the caller.
import t from 'tap'
import { ContactRig, nothingLeft } from '../../support/contact-rig.ts'
import { settle } from '../../support/mock-clock.ts'

const recordedParts = (rig: ContactRig) =>
  rig.record.Recordings.map(({ ParticipantType, Location }) => [ParticipantType, /_ivr\.wav$/.test(Location)])

t.test(
  'what a caller and the box say is recorded until an agent joins; then the talk is, in a file of its own',
  async (t) => {
    const rig = new ContactRig(['anna'])
    const caller = await rig.call()
    await rig.clock.advance(3000)
    rig.flow('main').host.setRecording({ agent: true, customer: true, ivr: true })
    t.same(rig.channels, [{ left: caller.portId, sentTo: caller.portId }])
    await rig.queue()
    t.equal(rig.recordings.size, 1, 'the queue flow is still the box alone')
    const agent = await rig.answerAndJoin()
    t.same(rig.channels.at(-1), { left: caller.portId, right: agent.portId })
    t.same(recordedParts(rig), [
      ['IVR', true],
      ['All', false],
    ])
    await rig.clock.advance(5000)
    caller.leave()
    await settle()
    const [ivr, talk] = rig.record.Recordings
    t.equal(Date.parse(ivr!.StartTimestamp) - Date.parse(rig.record.InitiationTimestamp), 3000)
    t.equal(ivr!.StopTimestamp, talk!.StartTimestamp)
    t.same([ivr!.Status, talk!.Status], ['AVAILABLE', 'AVAILABLE'])
    t.same(rig.ledger(), nothingLeft)
  },
)

t.test('the flow switches it off again; who is recorded with the agent stays as it was set', async (t) => {
  const rig = new ContactRig(['anna'])
  const caller = await rig.call()
  const { host } = rig.flow('main')
  host.setRecording({ agent: false, customer: true })
  host.setRecording({ ivr: true })
  host.setRecording({ ivr: true })
  host.setRecording({ ivr: false })
  await settle()
  t.equal(rig.recordings.size, 0)
  t.ok(rig.record.Recordings[0]?.StopTimestamp)
  await rig.queue()
  await rig.answerAndJoin()
  t.same(rig.channels.at(-1), { left: caller.portId })
  t.same(recordedParts(rig), [
    ['IVR', true],
    ['All', false],
  ])
  caller.leave()
  await settle()
  t.same(rig.ledger(), nothingLeft)
})

t.test('an entry that is to be encrypted is in no recording', async (t) => {
  const rig = new ContactRig([])
  const caller = await rig.call()
  const { host } = rig.flow('main')
  host.setRecording({ ivr: true })
  const timing = { firstDigitTimeoutMs: 1, interDigitTimeoutMs: 1, maximumDigits: 4, terminator: '#', cancelKey: true }
  const entry = { prompt: [], ...timing }
  await host.participant?.collect(entry, new AbortController().signal)
  t.same(rig.hidings, [])
  await host.participant?.collect({ ...entry, secret: true }, new AbortController().signal)
  t.same(rig.hidings, [true, false])
  caller.leave()
  await settle()
  t.equal(rig.record.Recordings.length, 1)
  t.same(rig.ledger(), nothingLeft)
})

t.test('a caller who leaves in the flow: the recording ends with the contact', async (t) => {
  const rig = new ContactRig([])
  const caller = await rig.call()
  rig.flow('main').host.setRecording({ ivr: true })
  await rig.clock.advance(2000)
  caller.leave()
  await settle()
  t.equal(rig.record.Recordings[0]?.StopTimestamp, rig.record.DisconnectTimestamp)
  t.same(rig.ledger(), nothingLeft)
})

t.test('an agent who transfers hears the transfer flow: that is not recorded', async (t) => {
  const rig = new ContactRig(['anna', 'ben'])
  const caller = await rig.call()
  const { ContactId: contactId } = rig.record
  await rig.queue()
  await rig.answerAndJoin()
  rig.contacts.operations.transfer(contactId, { queue: 'Sales' })
  await settle()
  rig.flow('default-queue-transfer').host.setRecording({ ivr: true })
  t.equal(rig.recordings.size, 0)
  caller.leave()
  rig.agentLegs[0]?.leave()
  await settle()
  t.same(rig.ledger(), nothingLeft)
})
