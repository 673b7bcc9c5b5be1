// Hold, consultation, transfer and conference through everything: a caller on a simulated line, agents at real SIP
// phones, a desk behind a carrier. What each of them hears tells who is let through; records tell it afterwards.
import t from 'tap'
import { holdHz } from '../support/instance.ts'
import { longestMs } from '../support/marks.ts'
import { desk, TalkScene, toneOf } from '../support/talk-scene.ts'
import { tonePresentMs } from '../support/tones.ts'
import { until } from '../support/wait.ts'
import { readWav } from '../support/wav.ts'

t.setTimeout(240_000)
const scene = await TalkScene.open(t, { colleagues: ['ben'], desk: true })
const [ann, ben, reception] = [scene.phone('ann'), scene.phone('ben'), scene.phone('desk')]

t.test('hold: the caller hears music and is not heard, nor recorded; the agent is recorded', async (t) => {
  await scene.talk()
  await scene.ask('ann', { do: 'hold', party: 'customer' })
  const toAnn = scene.from('ann')
  await scene.hearsOnly('caller', holdHz, 'ann')
  t.ok(toAnn.heardMs(toneOf.caller) < 300, 'Ann hears the caller no longer')
  await scene.ask('ann', { do: 'resume' })
  await scene.together('caller', 'ann')
  await scene.caller.hangsUp()
  await ann.closed()
  const [record] = await scene.records(1)
  t.match(record?.Agent, { NumberOfHolds: 1 })
  const heldMs = (record?.Agent?.CustomerHoldDuration ?? 0) * 1000
  t.ok(heldMs >= 900, `held for ${heldMs} ms`)
  const [left, right] = readWav(record!.Recordings[0]!.Location).samples as [Int16Array, Int16Array]
  const missingMs = tonePresentMs(right, toneOf.ann) - tonePresentMs(left, toneOf.caller)
  t.ok(missingMs >= 900, `the recording has ${missingMs} ms less of the caller than of Ann`)
  t.equal(longestMs(left, holdHz), 0, 'and no hold music')
  await scene.over()
})

t.test('cold, to a colleague: Ann is free at once, the caller waits with music for Ben', async (t) => {
  await scene.talk({ with: ['ben'] })
  await scene.ask('ann', { do: 'transfer', kind: 'cold', target: { quickConnect: 'Ben' } })
  await ann.closed()
  await ben.incoming()
  await ben.accept()
  await scene.together('caller', 'ben')
  await scene.caller.hangsUp()
  await ben.closed()
  const [first, second] = await scene.records(2)
  t.match(first, { NextContactId: second?.ContactId, DisconnectReason: 'AGENT_DISCONNECT', Agent: { Username: 'ann' } })
  t.match(second, {
    InitiationMethod: 'TRANSFER',
    PreviousContactId: first?.ContactId,
    InitialContactId: first?.ContactId,
    Agent: { Username: 'ben' },
  })
  await scene.over('ben')
})

t.test('warm, to a colleague: consult, join, leave; one record for each agent', async (t) => {
  await scene.talk({ with: ['ben'] })
  await scene.ask('ann', { do: 'transfer', kind: 'warm', target: { quickConnect: 'Ben' } })
  await ben.incoming()
  await scene.from('caller').hears(holdHz, 1000)
  await ben.accept()
  await scene.together('ann', 'ben')
  await scene.hearsOnly('caller', holdHz, 'ann', 'ben')
  await scene.ask('ann', { do: 'join' })
  await scene.together('caller', 'ann', 'ben')
  await scene.ask('ann', { do: 'leave' })
  await ann.closed()
  await scene.together('caller', 'ben')
  await scene.caller.hangsUp()
  await ben.closed()
  const [first, second] = await scene.records(2)
  t.match(first, { DisconnectReason: 'AGENT_DISCONNECT', NextContactId: second?.ContactId, Agent: { Username: 'ann' } })
  t.match(second, {
    InitiationMethod: 'TRANSFER',
    DisconnectReason: 'CUSTOMER_DISCONNECT',
    PreviousContactId: first?.ContactId,
    InitialContactId: first?.ContactId,
    Agent: { Username: 'ben' },
  })
  await scene.over('ben')
})

t.test('cold, to a queue: whoever is free takes the caller', async (t) => {
  await scene.talk({ with: ['ben'] })
  await scene.ask('ann', { do: 'transfer', kind: 'cold', target: { quickConnect: 'Support again' } })
  await ann.closed()
  await ben.incoming()
  await ben.accept()
  await scene.together('caller', 'ben')
  await ben.hangUp()
  const [first, second] = await scene.records(2)
  t.match(first, { NextContactId: second?.ContactId, Agent: { Username: 'ann' } })
  t.match(second, {
    InitiationMethod: 'TRANSFER',
    DisconnectReason: 'AGENT_DISCONNECT',
    Queue: { Name: 'Support' },
    Agent: { Username: 'ben' },
  })
  await scene.over('ben')
})

t.test('warm, to a queue: Ann talks to whoever takes it, and comes back to the caller', async (t) => {
  await scene.talk({ with: ['ben'] })
  await scene.ask('ann', { do: 'transfer', kind: 'warm', target: { quickConnect: 'Support again' } })
  await ben.incoming()
  await ben.accept()
  await scene.together('ann', 'ben')
  await scene.ask('ann', { do: 'drop' })
  await ben.closed()
  await scene.ask('ann', { do: 'resume' })
  await scene.together('caller', 'ann')
  await scene.caller.hangsUp()
  const [first, second] = await scene.records(2)
  t.match(first, { DisconnectReason: 'CUSTOMER_DISCONNECT', Agent: { Username: 'ann' } })
  t.match(second, { PreviousContactId: first?.ContactId, Queue: { Name: 'Support' }, Agent: { Username: 'ben' } })
  await scene.over('ben')
})

t.test('cold, to an outside number: caller and desk are left to themselves', async (t) => {
  await scene.talk()
  await scene.ask('ann', { do: 'transfer', kind: 'cold', target: { quickConnect: 'Desk' } })
  await ann.closed()
  await reception.incoming()
  await reception.accept()
  await scene.together('caller', 'desk')
  await scene.caller.hangsUp()
  await reception.closed()
  const [first, second] = await scene.records(2)
  t.match(first, { TransferredToEndpoint: { Address: desk }, Agent: { Username: 'ann' } })
  t.match(second, { InitiationMethod: 'EXTERNAL_OUTBOUND', CustomerEndpoint: { Address: desk } })
  await scene.over()
})

t.test('warm, to an outside number: consult, swap, join, leave caller and desk together', async (t) => {
  await scene.talk()
  await scene.ask('ann', { do: 'transfer', kind: 'warm', target: { quickConnect: 'Desk' } })
  await reception.incoming()
  await reception.accept()
  await scene.together('ann', 'desk')
  await scene.hearsOnly('caller', holdHz, 'ann', 'desk')
  await scene.ask('ann', { do: 'join' })
  await scene.together('caller', 'ann', 'desk')
  await scene.ask('ann', { do: 'leave' })
  await ann.closed()
  await scene.together('caller', 'desk')
  await reception.hangUp()
  const [first, second] = await scene.records(2)
  t.match(first, { TransferredToEndpoint: { Address: desk }, Agent: { Username: 'ann' } })
  t.match(second, {
    InitiationMethod: 'EXTERNAL_OUTBOUND',
    DisconnectReason: 'THIRD_PARTY_DISCONNECT',
    CustomerEndpoint: { Address: desk },
    PreviousContactId: first?.ContactId,
  })
  await scene.over()
})

t.test('conference of four: all hear each other; all but one are held; who came last is let go', async (t) => {
  await scene.talk({ with: ['ben'] })
  await scene.ask('ann', { do: 'transfer', kind: 'warm', target: { quickConnect: 'Ben' } })
  await ben.incoming()
  await ben.accept()
  await scene.together('ann', 'ben')
  await scene.ask('ann', { do: 'join' })
  await scene.ask('ann', { do: 'transfer', kind: 'warm', target: { quickConnect: 'Desk' } })
  await reception.incoming()
  await reception.accept()
  await scene.together('ann', 'desk')
  await scene.ask('ann', { do: 'join' })
  await scene.together('caller', 'ann', 'ben', 'desk')
  await scene.ask('ann', { do: 'hold', party: 'others' })
  const toAnn = scene.from('ann')
  await scene.hearsOnly('caller', holdHz, 'ann', 'ben', 'desk')
  t.ok(toAnn.heardMs(toneOf.ben) < 300, 'nobody is heard by Ann')
  await scene.ask('ann', { do: 'resume' })
  await scene.ask('ann', { do: 'join' })
  await scene.together('caller', 'ann', 'ben')
  for (const who of ['caller', 'ann', 'ben'] as const) await scene.from(who).hears(toneOf.desk)
  // A baresip that was told of a hold plays on without the filter that its tests listen by: a key tells that it hears.
  await ben.sendDigits('4')
  await until('the desk to hear a key of Ben', () => reception.digitsHeard.includes('4'))
  await scene.ask('ann', { do: 'drop' })
  await reception.closed()
  await scene.together('caller', 'ann', 'ben')
  await scene.caller.hangsUp()
  await scene.together('ann', 'ben')
  await ann.hangUp()
  await ben.closed()
  const [first, ...others] = await scene.records(3)
  t.same(
    others.map(({ InitialContactId }) => InitialContactId),
    [first?.ContactId, first?.ContactId],
  )
  await scene.over('ben')
})
