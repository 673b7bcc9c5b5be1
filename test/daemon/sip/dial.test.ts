// The box calls an agent's phone.
import t from 'tap'
import { header } from '../../../daemon/sip/wire-message.ts'
import { plainSdp } from '../../support/sip-peer.ts'
import { account, events, sipStage } from '../../support/sip-stage.ts'

t.test('the phone rings, is answered, and is hung up by the box', async (t) => {
  const { clock, endpoint, registered, audio } = await sipStage(t, [account('alice')])
  const alice = await registered('alice')
  const leg = endpoint.dial({ userName: 'alice', callerAddress: '+441632960001', callerName: 'Bob "B" Smith' })
  const told = events(leg)
  t.equal(leg.state, 'dialling', 'the leg dials at once')
  await clock.advance(20)
  const invite = alice.takeRequest('INVITE')
  t.equal(invite.uri, 'sip:alice@10.0.0.7:5060', 'the phone is called by the contact it registered')
  t.match(header(invite, 'from'), /^"Bob \\"B\\" Smith" <sip:\+441632960001@box>;tag=/, 'the caller is shown')
  t.match(header(invite, 'contact'), '<sip:cordboard@10.0.0.1:5060>', 'the box says where it is')
  t.match(invite.body, /m=audio 16386 RTP\/AVP 0 8 101/)
  await alice.respond(invite, 180)
  await clock.advance(20)
  t.equal(leg.state, 'alerting')
  await alice.respond(invite, 200, { body: plainSdp(4000) })
  await clock.advance(20)
  alice.takeRequest('ACK')
  t.equal(leg.state, 'talking')
  t.match(audio.remotes.get(leg.portId!), {
    address: '10.0.0.7',
    port: 4000,
    codec: 'PCMU',
    payloadType: 0,
    eventPayloadType: 101,
    direction: 'sendrecv',
  })
  const over = leg.hangUp()
  await clock.advance(20)
  await alice.respond(alice.takeRequest('BYE'), 200)
  await clock.advance(20)
  await over
  t.same(told, ['alerted', 'answered', 'ended hangUp by us'])
  t.match(leg.end, { by: 'us', blame: 'none', reason: 'hangUp' })
})
