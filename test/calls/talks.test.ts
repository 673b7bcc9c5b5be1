// Talks that are not begun by a caller alone, and those that somebody joins or leaves behind: calls of agents, supervisors,
// what follows an agent's hang-up, and queues that pass callers on. Real phones; tones tell who hears whom.
import t from 'tap'
import { holdHz, numbers, prompts } from '../support/instance.ts'
import { heardWhole } from '../support/marks.ts'
import { desk, TalkScene, toneOf } from '../support/talk-scene.ts'
import { until } from '../support/wait.ts'

t.setTimeout(240_000)
const scene = await TalkScene.open(t, {
  colleagues: ['sue'],
  desk: true,
  lines: Object.keys(numbers).length,
  instance: { moreQueues: ['Second'] },
})
const [ann, sue, reception] = [scene.phone('ann'), scene.phone('sue'), scene.phone('desk')]
const [thanksLine, movesOnLine] = [7, 8]

t.test('Ann calls a customer: her phone rings first; the customer hears the outbound whisper, then her', async (t) => {
  await scene.begin()
  await scene.ask('ann', { do: 'call', target: { number: desk } })
  await ann.incoming()
  t.equal(reception.events.filter(({ type }) => type === 'CALL_INCOMING').length, 0, 'nobody is called before Ann')
  await ann.accept()
  await reception.incoming()
  await reception.accept()
  await until('the customer to hear the whisper whole', () =>
    heardWhole(reception.heard(), prompts['customer-whisper']),
  )
  await scene.together('ann', 'desk')
  await reception.hangUp()
  await ann.closed()
  const [record] = await scene.records(1)
  t.match(record, {
    InitiationMethod: 'OUTBOUND',
    DisconnectReason: 'CUSTOMER_DISCONNECT',
    CustomerEndpoint: { Address: desk },
    SystemEndpoint: { Address: Object.keys(numbers)[0] },
    Agent: { Username: 'ann' },
  })
  await scene.box.isAsBefore()
})

t.test('a key that Ann presses on her phone reaches the caller’s line as tones', async () => {
  await scene.talk()
  const toCaller = scene.from('caller')
  await ann.sendDigits('5')
  await Promise.all([toCaller.hears(770, 80), toCaller.hears(1336, 80)])
  await scene.together('caller', 'ann')
  await scene.caller.hangsUp()
  await ann.closed()
  await scene.over()
})

t.test('a supervisor listens unheard, whispers to Ann alone, barges in, and leaves the two behind', async (t) => {
  await scene.talk()
  const contactId = await scene.contactId()
  await scene.ask('sue', { do: 'monitor', contactId, as: 'listen' })
  await sue.incoming()
  await sue.accept()
  const toSue = scene.from('sue')
  await Promise.all([toSue.hears(toneOf.caller), toSue.hears(toneOf.ann)])
  await scene.hearsOnly('caller', toneOf.ann, 'sue')
  await scene.hearsOnly('ann', toneOf.caller, 'sue')
  await scene.ask('sue', { do: 'monitor', contactId, as: 'whisper' })
  await scene.from('ann').hears(toneOf.sue)
  await scene.hearsOnly('caller', toneOf.ann, 'sue')
  await scene.ask('sue', { do: 'monitor', contactId, as: 'barge' })
  await scene.together('caller', 'ann', 'sue')
  await sue.hangUp()
  await scene.together('caller', 'ann')
  await scene.caller.hangsUp()
  await ann.closed()
  const [first, visit] = await scene.records(2)
  t.match(first, { DisconnectReason: 'CUSTOMER_DISCONNECT', Agent: { Username: 'ann' } })
  t.match(visit, { InitiationMethod: 'MONITOR', Agent: { Username: 'sue' } })
  await scene.over()
})

t.test('Ann hangs up: the disconnect flow speaks to the caller, then the box hangs up', async (t) => {
  await scene.talk({ line: thanksLine })
  await ann.hangUp()
  await until('the caller to hear the goodbye whole', () => heardWhole(scene.caller.heard(), prompts.menu))
  await scene.caller.released()
  const [first, second] = await scene.records(2)
  t.match(first, { DisconnectReason: 'AGENT_DISCONNECT', NextContactId: second?.ContactId, Agent: { Username: 'ann' } })
  t.match(second, { InitiationMethod: 'DISCONNECT', PreviousContactId: first?.ContactId, Agent: null })
  await scene.over()
})

t.test('a caller whom nobody takes goes on to the next queue, where Ann does', async (t) => {
  await scene.ask('ann', { do: 'setStatus', status: 'Offline' })
  await scene.ring(movesOnLine)
  await until('the caller to wait in Second', async () =>
    (await scene.box.daemon.records()).some(
      ({ Queue, Cordboard }) => Queue?.Name === 'Second' && Cordboard.state !== 'completed',
    ),
  )
  await scene.ask('ann', { do: 'setStatus', status: 'Available' })
  await ann.incoming()
  await ann.accept()
  await scene.caller.says(toneOf.caller, 60_000)
  await scene.together('caller', 'ann')
  await scene.caller.hangsUp()
  const [first, second] = await scene.records(2)
  t.match(first, { NextContactId: second?.ContactId, Queue: { Name: 'Support' }, Agent: null })
  t.match(second, {
    InitiationMethod: 'QUEUE_TRANSFER',
    PreviousContactId: first?.ContactId,
    Queue: { Name: 'Second' },
    Agent: { Username: 'ann' },
  })
  await scene.over()
})

t.test('the keys of Ann’s own phone: hold plays music to the caller, transfer leaves them to the desk', async (t) => {
  await scene.talk()
  await ann.hold()
  await scene.hearsOnly('caller', holdHz, 'ann')
  await ann.resume()
  // Her phone writes down no more of what it hears, once it was on hold.
  await scene.from('caller').hears(toneOf.ann)
  t.match((await scene.box.daemon.legs()).join(), /PCMU sendrecv: line:Line 4/)
  await ann.transferTo(desk)
  await ann.closed()
  await reception.incoming()
  await reception.accept()
  await scene.together('caller', 'desk')
  await scene.caller.hangsUp()
  await reception.closed()
  const [first, second] = await scene.records(2)
  t.match(first, { Agent: { Username: 'ann' }, TransferredToEndpoint: { Address: desk } })
  t.ok((first?.Agent?.CustomerHoldDuration ?? 0) >= 1, 'the hold by the phone is counted')
  t.match(second, { InitiationMethod: 'EXTERNAL_OUTBOUND', CustomerEndpoint: { Address: desk } })
  await scene.over()
})

t.test('Ann dials her colleague on her phone: both hear each other, and one record is left', async (t) => {
  await scene.begin()
  await scene.ask('sue', { do: 'setStatus', status: 'Available' })
  await ann.dial('sue')
  await sue.incoming()
  await sue.accept()
  await scene.together('ann', 'sue')
  await sue.hangUp()
  await ann.closed()
  const [record] = await scene.records(1)
  t.match(record, { InitiationMethod: 'OUTBOUND', CustomerEndpoint: { Address: 'sue' }, Agent: { Username: 'ann' } })
  await scene.ask('sue', { do: 'setStatus', status: 'Offline' })
  await scene.box.isAsBefore()
})
