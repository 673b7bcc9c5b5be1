// The record of a contact, from the first ring to the last figure, as a report would read it.
import t from 'tap'
import type { ContactRecord } from '../../../daemon/contact/contact-record.ts'
import {
  attributesSet,
  connectedToAgent,
  connectedToSystem,
  dequeued,
  disconnected,
  enqueued,
  newRecord,
  offered,
  recordingStarted,
  recordingStopped,
  recordTimestamp,
  returnedToQueue,
} from '../../../daemon/contact/record-builder.ts'

const noon = Date.UTC(2026, 0, 5, 12, 0, 0)
const at = (seconds: number) => noon + seconds * 1000
const sales = { arn: 'arn:queue/sales', name: 'sales' }
const ann = { arn: 'arn:agent/ann', userName: 'ann', routingProfile: { arn: 'arn:profile/basic', name: 'basic' } }

const arrived = (): ContactRecord =>
  newRecord({
    contactId: 'c1',
    channel: 'VOICE',
    initiationMethod: 'INBOUND',
    instanceArn: 'arn:instance',
    customerEndpoint: { Address: '+441632960001', Type: 'TELEPHONE_NUMBER' },
    systemEndpoint: { Address: '+441632960100', Type: 'TELEPHONE_NUMBER' },
    atEpochMs: noon,
  })
const waiting = () => enqueued(connectedToSystem(arrived(), at(2)), sales, at(10))
const talking = () => connectedToAgent(dequeued(offered(waiting(), at(20)), at(31)), ann, at(34))
const hungUp = (record: ContactRecord, seconds: number) =>
  disconnected(record, { reason: 'CUSTOMER_DISCONNECT', endReason: 'hangUp', atEpochMs: at(seconds) })

t.test('stamps are ISO 8601 UTC to the second, the begun second counting', async (t) => {
  t.equal(recordTimestamp(noon + 999), '2026-01-05T12:00:00Z')
})

t.test('a contact that just arrived is the first of its chain and has nothing but its beginning', async (t) => {
  const record = arrived()
  t.equal(record.InitialContactId, 'c1')
  t.equal(record.InitiationTimestamp, '2026-01-05T12:00:00Z')
  t.equal(record.ConnectedToSystemTimestamp, null)
  t.match(record, { Queue: null, Agent: null, Recordings: [], Cordboard: { state: 'initiated', interrupted: false } })
})

t.test('an inbound contact is connected to the system from its arrival on', async (t) => {
  const record = connectedToSystem(arrived(), at(2))
  t.equal(record.ConnectedToSystemTimestamp, '2026-01-05T12:00:00Z')
  t.equal(record.LastUpdateTimestamp, '2026-01-05T12:00:02Z')
  t.equal(record.Cordboard.state, 'inFlow')
})

t.test('an outbound contact is connected to the system when the customer answers', async (t) => {
  const dialled = { ...arrived(), InitiationMethod: 'OUTBOUND' as const }
  t.equal(connectedToSystem(dialled, at(7)).ConnectedToSystemTimestamp, '2026-01-05T12:00:07Z')
})

t.test('a caller who gives up in the queue is abandoned: queue figures, no agent', async (t) => {
  const record = hungUp(waiting(), 55)
  t.match(record.Queue, { EnqueueTimestamp: '2026-01-05T12:00:10Z', DequeueTimestamp: '2026-01-05T12:00:55Z' })
  t.equal(record.Queue?.Duration, 45)
  t.equal(record.Agent, null)
  t.equal(record.Cordboard.preDisconnectState, 'queued')
})

t.test('time in the queue ends where the agent whisper ended, not at the answer nor at the talk', async (t) => {
  t.equal(talking().Queue?.Duration, 21)
})

t.test('a talk lasts from the connection to the disconnect', async (t) => {
  const record = hungUp(talking(), 94)
  t.equal(record.Agent?.ConnectedToAgentTimestamp, '2026-01-05T12:00:34Z')
  t.equal(record.Agent?.AgentInteractionDuration, 60)
  t.equal(record.DisconnectTimestamp, '2026-01-05T12:01:34Z')
  t.match(record.Cordboard, { state: 'completed', preDisconnectState: 'connected', endReason: 'hangUp' })
})

t.test('holds are not interaction', async (t) => {
  const record = talking()
  const held = { ...record, Agent: record.Agent && { ...record.Agent, CustomerHoldDuration: 15, NumberOfHolds: 1 } }
  t.equal(hungUp(held, 94).Agent?.AgentInteractionDuration, 45)
})

t.test('a talk without a queue before it has no queue figures', async (t) => {
  const record = hungUp(connectedToAgent(connectedToSystem(arrived(), at(1)), ann, at(5)), 9)
  t.equal(record.Queue, null)
  t.equal(record.Agent?.AgentInteractionDuration, 4)
})

t.test('every offer counts as an attempt, answered or not', async (t) => {
  const missed = returnedToQueue(offered(waiting(), at(12)), at(32))
  t.equal(missed.Cordboard.state, 'queued')
  t.equal(offered(missed, at(33)).AgentConnectionAttempts, 2)
})

t.test('a contact back from the customer whisper waits since its first enqueuing', async (t) => {
  const back = returnedToQueue(dequeued(offered(waiting(), at(20)), at(25)), at(28))
  t.same(back.Queue, { ARN: sales.arn, Name: 'sales', EnqueueTimestamp: '2026-01-05T12:00:10Z' })
  t.equal(hungUp(back, 40).Queue?.Duration, 30)
})

t.test('a contact that never was in a queue cannot return to one', async (t) => {
  t.throws(() => returnedToQueue(arrived(), at(1)), { code: 'RECORD-MOVE' })
})

t.test('a recording that runs at the hang-up stops with it', async (t) => {
  const record = hungUp(recordingStarted(talking(), '/r/c1.wav', at(34)), 94)
  t.match(record.Recordings[0], {
    Location: '/r/c1.wav',
    Status: 'AVAILABLE',
    StartTimestamp: '2026-01-05T12:00:34Z',
    StopTimestamp: '2026-01-05T12:01:34Z',
  })
})

t.test('a recording that could not be written is not offered to anybody', async (t) => {
  const record = recordingStopped(recordingStarted(talking(), '/r/c1.wav', at(34)), '/r/c1.wav', at(50), 'failed')
  t.equal(record.Recordings[0]?.Status, 'NULL')
})

t.test('the file may be completed after the disconnect; the stop stays where it was', async (t) => {
  const ended = hungUp(recordingStarted(talking(), '/r/c1.wav', at(34)), 94)
  const completed = recordingStopped(ended, '/r/c1.wav', at(95))
  t.equal(completed.Recordings[0]?.StopTimestamp, '2026-01-05T12:01:34Z')
  t.equal(completed.LastUpdateTimestamp, '2026-01-05T12:01:35Z')
})

t.test('attributes are copied: changing the map afterwards leaves the record alone', async (t) => {
  const attributes: Record<string, string> = { language: 'en' }
  const record = attributesSet(arrived(), attributes, at(3))
  attributes.language = 'de'
  t.same(record.Attributes, { language: 'en' })
})

t.test('a second end changes nothing', async (t) => {
  const record = hungUp(talking(), 94)
  t.equal(hungUp(record, 300), record)
})

t.test('a completed record cannot go back to life', async (t) => {
  t.throws(() => offered(hungUp(waiting(), 20), at(21)), { code: 'RECORD-MOVE' })
})

t.test('no step changes the record it was given', async (t) => {
  const record = Object.freeze({ ...waiting(), Cordboard: Object.freeze({ ...waiting().Cordboard }) })
  const before = JSON.stringify(record)
  hungUp(recordingStarted(connectedToAgent(offered(record, at(20)), ann, at(30)), '/r/c1.wav', at(30)), 40)
  t.equal(JSON.stringify(record), before)
})

t.test('a clock that is set back during the contact makes no negative figure', async (t) => {
  const record = hungUp(recordingStarted(talking(), '/r/c1.wav', at(34)), -3600)
  t.equal(record.DisconnectTimestamp, '2026-01-05T12:00:00Z')
  t.equal(record.Agent?.AgentInteractionDuration, 0)
  t.equal(record.Recordings[0]?.StopTimestamp, record.Recordings[0]?.StartTimestamp)
  t.equal(hungUp(waiting(), -3600).Queue?.Duration, 0)
})
