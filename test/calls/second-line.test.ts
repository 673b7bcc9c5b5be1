// The transfer key of an agent's own telephone: the caller is on hold on the first line, somebody is consulted on the
// second, the key leaves the two to themselves (REFER with Replaces, RFC 3891). Real phones, everybody with a tone.
import t from 'tap'
import { holdHz } from '../support/instance.ts'
import { desk, TalkScene, toneOf } from '../support/talk-scene.ts'

t.setTimeout(120_000)
const scene = await TalkScene.open(t, { colleagues: ['ben'], desk: true })
const [ann, ben, reception] = [scene.phone('ann'), scene.phone('ben'), scene.phone('desk')]

t.test('an outside number is consulted, and left to the caller', async (t) => {
  await scene.talk()
  await ann.hold()
  await scene.from('caller').hears(holdHz, 1000)
  await ann.dial(desk)
  await reception.incoming()
  await reception.accept()
  await scene.together('ann', 'desk')
  await scene.hearsOnly('caller', holdHz, 'ann', 'desk')
  await ann.joinLines(desk)
  await ann.closed()
  await ann.closed()
  await scene.together('caller', 'desk')
  await scene.caller.hangsUp()
  await reception.closed()
  const [first, second] = await scene.records(2)
  t.match(first, {
    DisconnectReason: 'AGENT_DISCONNECT',
    NextContactId: second?.ContactId,
    TransferredToEndpoint: { Address: desk },
    Agent: { Username: 'ann', NumberOfHolds: 1 },
  })
  t.match(second, {
    InitiationMethod: 'EXTERNAL_OUTBOUND',
    DisconnectReason: 'CUSTOMER_DISCONNECT',
    CustomerEndpoint: { Address: desk },
    PreviousContactId: first?.ContactId,
    InitialContactId: first?.ContactId,
  })
  await scene.over()
})

t.test('a colleague is consulted by name, and takes the caller over', async (t) => {
  await scene.talk({ with: ['ben'] })
  await ann.hold()
  await ann.dial('ben')
  await ben.incoming()
  await ben.accept()
  await scene.together('ann', 'ben')
  await ann.joinLines('ben')
  await scene.together('caller', 'ben')
  await ben.hangUp()
  const [first, second] = await scene.records(2)
  t.match(first, { DisconnectReason: 'AGENT_DISCONNECT', NextContactId: second?.ContactId, Agent: { Username: 'ann' } })
  t.match(second, {
    InitiationMethod: 'TRANSFER',
    DisconnectReason: 'AGENT_DISCONNECT',
    PreviousContactId: first?.ContactId,
    Agent: { Username: 'ben' },
  })
  await scene.over('ben')
})

t.test('lines are swapped, the second is hung up, and Ann goes on with the caller', async (t) => {
  await scene.talk()
  await ann.hold()
  await ann.dial(desk)
  await reception.incoming()
  await reception.accept()
  await scene.together('ann', 'desk')
  await ann.hold()
  await ann.selectLine(1)
  await ann.resume()
  await scene.hearsOnly('caller', toneOf.ann, 'desk')
  await ann.selectLine(2)
  await ann.hangUp()
  await reception.closed()
  await scene.from('caller').hears(toneOf.ann)
  await scene.caller.hangsUp()
  const [first, second] = await scene.records(2)
  t.match(first, { DisconnectReason: 'CUSTOMER_DISCONNECT', Agent: { Username: 'ann' } })
  t.match(second, { InitiationMethod: 'EXTERNAL_OUTBOUND', PreviousContactId: first?.ContactId })
  await scene.over()
})
