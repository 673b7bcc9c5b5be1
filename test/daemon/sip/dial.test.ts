// The box calls an agent's phones.
import t from 'tap'
import { parseSdp, sdpAttributes } from '../../../daemon/sip/sdp/sdp.ts'
import { header, type WireRequest } from '../../../daemon/sip/wire/wire-message.ts'
import { plainSdp, type SipPeer } from '../../support/sip-peer.ts'
import { account, events, registerPhone, type Stage, sipStage } from '../../support/sip-stage.ts'

const secureSdp = (tag = 1, suite = 'AES_CM_128_HMAC_SHA1_80') =>
  plainSdp(4000, `a=crypto:${tag} ${suite} inline:${Buffer.alloc(30, 7).toString('base64')}\r\n`).replace(
    'RTP/AVP',
    'RTP/SAVP',
  )

async function ringing(stage: Stage, phone: SipPeer, options = {}) {
  const leg = stage.endpoint.dial({ userName: 'alice', ...options })
  const told = events(leg)
  await stage.clock.advance(20)
  return { leg, told, invite: phone.takeRequest('INVITE') }
}

t.test('the phone rings, is answered, and is hung up by the box', async (t) => {
  const stage = await sipStage(t, [account('alice')])
  const alice = await stage.registered('alice')
  const { leg, told, invite } = await ringing(stage, alice, {
    callerAddress: '+441632960001',
    callerName: 'Bob "B" Smith',
  })
  t.equal(leg.state, 'dialling')
  t.equal(invite.uri, 'sip:alice@10.0.0.7:5060', 'the phone is called by the contact it registered')
  t.match(header(invite, 'from'), /^"Bob \\"B\\" Smith" <sip:\+441632960001@box>;tag=/, 'the caller is shown')
  t.match(header(invite, 'contact'), '<sip:cordboard@10.0.0.1:5060>', 'the box says where it is')
  t.match(invite.body, /m=audio 16386 RTP\/AVP 0 8 101/)
  await alice.respond(invite, 180)
  await stage.clock.advance(20)
  t.equal(leg.state, 'alerting')
  await alice.respond(invite, 200, { body: plainSdp(4000) })
  await stage.clock.advance(20)
  alice.takeRequest('ACK')
  t.equal(leg.state, 'talking')
  const expected = { address: '10.0.0.7', port: 4000, codec: 'PCMU', payloadType: 0, eventPayloadType: 101 }
  t.match(stage.audio.remotes.get(leg.portId!), { ...expected, direction: 'sendrecv' })
  t.match(leg.describe(), /^sip alice ◀─ \+441632960001 talking port 1 ▶ 10\.0\.0\.7:4000 PCMU sendrecv$/)
  const over = leg.hangUp()
  await stage.clock.advance(20)
  t.equal(stage.audio.openPorts.size, 0, 'audio stops before the phone has confirmed')
  await alice.respond(alice.takeRequest('BYE'), 200)
  await stage.clock.advance(20)
  await over
  t.same(told, ['alerted', 'answered', 'ended hangUp by us'])
  t.match(leg.end, { by: 'us', blame: 'none', reason: 'hangUp' })
})

t.test('the phone hangs up', async (t) => {
  const stage = await sipStage(t, [account('alice')])
  const alice = await stage.registered('alice')
  const { told, invite } = await ringing(stage, alice)
  await alice.respond(invite, 200, { body: plainSdp() })
  await stage.clock.advance(20)
  await alice.send(alice.inTheirDialog('BYE', invite, 'alice-tag'))
  await stage.clock.advance(20)
  alice.takeResponse(200, 'BYE')
  t.same(told, ['answered', 'ended hangUp by farEnd'])
})

t.test('who withholds the number is shown as anonymous', async (t) => {
  const stage = await sipStage(t, [account('alice')])
  const alice = await stage.registered('alice')
  const { leg, invite } = await ringing(stage, alice)
  t.match(header(invite, 'from'), /^"Anonymous" <sip:anonymous@anonymous\.invalid>;tag=/)
  t.same(leg.local, { withheld: 'private' })
})

t.test('names of any alphabet, and names that are attacks, are carried as what they are', async (t) => {
  const stage = await sipStage(t, [account('alice')])
  const alice = await stage.registered('alice')
  const { invite } = await ringing(stage, alice, { callerAddress: '1', callerName: 'Žofie\r\nX-Evil: 1' })
  const name = Buffer.from(header(invite, 'from')!, 'latin1').toString('utf8')
  t.match(name, /^"Žofie {2}X-Evil: 1" </)
  t.equal(header(invite, 'x-evil'), undefined)
})

for (const [status, reason, blame] of [
  [486, 'busy', 'none'],
  [600, 'busy', 'none'],
  [603, 'declined', 'none'],
  [480, 'unreachable', 'farEnd'],
  [404, 'unreachable', 'farEnd'],
  [503, 'unreachable', 'farEnd'],
  [403, 'refused', 'config'],
  [401, 'refused', 'config'],
  [488, 'incompatibleMedia', 'config'],
  [302, 'redirected', 'farEnd'],
  [500, 'failed', 'farEnd'],
] as const)
  t.test(`${status} ends the leg as ${reason}`, async (t) => {
    const stage = await sipStage(t, [account('alice')])
    const alice = await stage.registered('alice')
    const { leg, invite } = await ringing(stage, alice)
    await alice.respond(invite, status)
    await stage.clock.advance(20)
    alice.takeRequest('ACK')
    t.same(leg.end, { by: 'farEnd', blame, reason, sipStatus: status })
  })

t.test('480 of a phone that rang is no answer', async (t) => {
  const stage = await sipStage(t, [account('alice')])
  const alice = await stage.registered('alice')
  const { leg, invite } = await ringing(stage, alice)
  await alice.respond(invite, 180)
  await alice.respond(invite, 480)
  await stage.clock.advance(20)
  t.match(leg.end, { reason: 'noAnswer', blame: 'none' })
})

t.test('an account without phone is unreachable, after whoever dialled could listen', async (t) => {
  const stage = await sipStage(t, [account('alice')])
  const leg = stage.endpoint.dial({ userName: 'alice' })
  const told = events(leg)
  const nobody = stage.endpoint.dial({ userName: 'nobody' })
  t.equal(leg.state, 'dialling')
  await stage.clock.advance(20)
  t.same(told, ['ended unreachable by farEnd'])
  t.match(nobody.end, { reason: 'unreachable' })
})

t.test('a box without free RTP port says so', async (t) => {
  const stage = await sipStage(t, [account('alice')])
  await stage.registered('alice')
  stage.audio.full = true
  const leg = stage.endpoint.dial({ userName: 'alice' })
  await stage.clock.advance(20)
  t.match(leg.end, { by: 'us', blame: 'us', reason: 'atCapacity' })
})

t.test('a phone with a fixed address is called there, registered or not', async (t) => {
  const stage = await sipStage(t, [account('desk', { address: '10.0.0.99:5070' })])
  t.ok(stage.endpoint.reachable('desk'))
  const called: string[] = []
  stage.network.drops = (_datagram, to) => called.push(`${to.address}:${to.port}`) > 0
  const leg = stage.endpoint.dial({ userName: 'desk' })
  await stage.clock.advance(20)
  t.same(called, ['10.0.0.99:5070'])
  void leg.hangUp()
})

t.test('all phones of an account ring; the first answer wins and the others are told', async (t) => {
  const stage = await sipStage(t, [account('alice')])
  const desk = await stage.registered('alice')
  const mobile = await stage.registered('alice')
  const { leg, told, invite } = await ringing(stage, desk)
  const other = mobile.takeRequest('INVITE')
  t.not(header(other, 'call-id'), header(invite, 'call-id'))
  await mobile.respond(other, 180)
  await desk.respond(invite, 180)
  await stage.clock.advance(20)
  await mobile.respond(other, 200, { body: plainSdp(5000) })
  await stage.clock.advance(20)
  t.equal(leg.state, 'talking')
  t.equal(stage.audio.remotes.get(leg.portId!)?.port, 5000)
  const cancel = desk.takeRequest('CANCEL')
  t.match(header(cancel, 'reason'), /SIP;cause=200/)
  await desk.respond(cancel, 200)
  await desk.respond(invite, 487)
  await stage.clock.advance(20)
  desk.takeRequest('ACK')
  t.same(told, ['alerted', 'answered'])
})

t.test('two phones answer at once: one talks, the other is hung up', async (t) => {
  const stage = await sipStage(t, [account('alice')])
  const desk = await stage.registered('alice')
  const mobile = await stage.registered('alice')
  const { leg, invite } = await ringing(stage, desk)
  const other = mobile.takeRequest('INVITE')
  await desk.respond(invite, 200, { body: plainSdp(4000) })
  await mobile.respond(other, 200, { body: plainSdp(5000) })
  await stage.clock.advance(20)
  const loser = desk.requests('BYE').length > 0 ? desk : mobile
  t.equal(desk.requests('BYE').length + mobile.requests('BYE').length, 1, 'exactly one is hung up')
  t.equal(desk.requests('ACK').length + mobile.requests('ACK').length, 2, 'both are acknowledged')
  await loser.respond(loser.takeRequest('BYE'), 200)
  await stage.clock.advance(20)
  t.equal(leg.state, 'talking')
  t.equal(stage.audio.remotes.get(leg.portId!)?.port, loser === desk ? 5000 : 4000)
})

t.test('one phone busy, the other rings on; both refuse, and busy is what counts', async (t) => {
  const stage = await sipStage(t, [account('alice')])
  const desk = await stage.registered('alice')
  const mobile = await stage.registered('alice')
  const { leg, invite } = await ringing(stage, desk)
  await desk.respond(invite, 486)
  await stage.clock.advance(20)
  t.equal(leg.state, 'dialling')
  await mobile.respond(mobile.takeRequest('INVITE'), 404)
  await stage.clock.advance(20)
  t.match(leg.end, { reason: 'busy' })
})

t.test('declining on one phone stops the others', async (t) => {
  const stage = await sipStage(t, [account('alice')])
  const desk = await stage.registered('alice')
  const mobile = await stage.registered('alice')
  const { leg, invite } = await ringing(stage, desk)
  const other = mobile.takeRequest('INVITE')
  await mobile.respond(other, 180)
  await desk.respond(invite, 603)
  await stage.clock.advance(20)
  await mobile.respond(mobile.takeRequest('CANCEL'), 200)
  await mobile.respond(other, 487)
  await stage.clock.advance(20)
  t.match(leg.end, { reason: 'declined', sipStatus: 603 })
})

t.test('an answer that crosses our CANCEL is acknowledged and hung up', async (t) => {
  const stage = await sipStage(t, [account('alice')])
  const alice = await stage.registered('alice')
  const { leg, told, invite } = await ringing(stage, alice)
  await alice.respond(invite, 180)
  await stage.clock.advance(20)
  void leg.hangUp('withdrawn')
  await alice.respond(invite, 200, { body: plainSdp() })
  await stage.clock.advance(20)
  alice.takeRequest('CANCEL')
  alice.takeRequest('ACK')
  await alice.respond(alice.takeRequest('BYE'), 200)
  await stage.clock.advance(20)
  t.same(told, ['alerted', 'ended withdrawn by us'], 'the leg never talks')
  t.equal(stage.endpoint.counters().dialogs, 0)
})

t.test('a phone that answers long after the leg is gone is hung up all the same', async (t) => {
  const stage = await sipStage(t, [account('alice')])
  const alice = await stage.registered('alice')
  const { leg, invite } = await ringing(stage, alice)
  await alice.respond(invite, 180)
  await stage.clock.advance(20)
  void leg.hangUp()
  await stage.clock.advance(6000)
  t.equal(leg.state, 'ended')
  await alice.respond(invite, 200, { body: plainSdp() })
  await stage.clock.advance(20)
  alice.takeRequest('ACK')
  await alice.respond(alice.takeRequest('BYE'), 200)
  await stage.clock.advance(20)
  t.match(stage.endpoint.counters(), { dialogs: 0, routes: 0, legs: 0 })
})

t.test('nobody rings for longer than three minutes', async (t) => {
  const stage = await sipStage(t, [account('alice')])
  const alice = await stage.registered('alice')
  const { leg, invite } = await ringing(stage, alice)
  await alice.respond(invite, 180)
  await stage.clock.advance(181_000)
  t.match(leg.end ?? leg.state, 'clearing')
  await alice.respond(alice.takeRequest('CANCEL'), 200)
  await alice.respond(invite, 487)
  await stage.clock.advance(20)
  t.match(leg.end, { reason: 'noAnswer' })
})

t.test('an answer without session description is hung up', async (t) => {
  const stage = await sipStage(t, [account('alice')])
  const alice = await stage.registered('alice')
  const { leg, told, invite } = await ringing(stage, alice)
  await alice.respond(invite, 200)
  await stage.clock.advance(20)
  alice.takeRequest('ACK')
  await alice.respond(alice.takeRequest('BYE'), 200)
  await stage.clock.advance(20)
  t.same(told, ['ended incompatibleMedia by us'])
  t.equal(leg.end?.blame, 'config')
})

t.test('a phone that forgets Contact in its responses is called, answered and hung up like any other', async (t) => {
  const stage = await sipStage(t, [account('alice')])
  const alice = await stage.registered('alice')
  const { leg, told, invite } = await ringing(stage, alice)
  const bare = (status: number, body?: string) => {
    const answer = alice.answer(invite, status, body === undefined ? {} : { body })
    return { ...answer, headers: answer.headers.filter((one) => one.key !== 'contact') }
  }
  await alice.send(bare(180))
  await stage.clock.advance(20)
  await alice.send(bare(200, plainSdp()))
  await stage.clock.advance(20)
  t.same(told, ['alerted', 'answered'])
  void leg.hangUp()
  await stage.clock.advance(20)
  await alice.respond(alice.takeRequest('BYE'), 200)
})

t.test('SRTP', async (t) => {
  const cryptoOf = (invite: WireRequest) => sdpAttributes(parseSdp(invite.body)!.media[0]!, 'crypto')

  t.test('required and answered with keys: both keys reach the audio service', async (t) => {
    const stage = await sipStage(t, [account('alice', { srtp: 'required' })])
    const alice = await stage.registered('alice')
    const { leg, invite } = await ringing(stage, alice)
    t.match(invite.body, /m=audio \d+ RTP\/SAVP 0 8 101/)
    const [first, second] = cryptoOf(invite)
    t.match(first, /^1 AES_CM_128_HMAC_SHA1_80 inline:[A-Za-z0-9+/]{40}$/)
    t.match(second, /^2 AES_CM_128_HMAC_SHA1_32 inline:[A-Za-z0-9+/]{40}$/)
    await alice.respond(invite, 200, { body: secureSdp(2, 'AES_CM_128_HMAC_SHA1_32') })
    await stage.clock.advance(20)
    const remote = stage.audio.remotes.get(leg.portId!)!
    t.equal(remote.sendKey?.suite, 'AES_CM_128_HMAC_SHA1_32', 'the phone chose by the tag')
    t.equal(Buffer.from(remote.sendKey!.keyAndSalt).toString('base64'), second!.split('inline:')[1])
    t.same(Buffer.from(remote.receiveKey!.keyAndSalt), Buffer.alloc(30, 7))
  })

  t.test('required and answered in the clear: hung up', async (t) => {
    const stage = await sipStage(t, [account('alice', { srtp: 'required' })])
    const alice = await stage.registered('alice')
    const { leg, invite } = await ringing(stage, alice)
    await alice.respond(invite, 200, { body: plainSdp() })
    await stage.clock.advance(20)
    alice.takeRequest('ACK')
    await alice.respond(alice.takeRequest('BYE'), 200)
    await stage.clock.advance(20)
    t.same(leg.end, { by: 'us', blame: 'config', reason: 'srtpRequired', sipStatus: 488 })
    t.equal(stage.audio.history.length, 0, 'no word went out unencrypted')
  })

  t.test('required and a profile without keys: hung up', async (t) => {
    const stage = await sipStage(t, [account('alice', { srtp: 'required' })])
    const alice = await stage.registered('alice')
    const { leg, invite } = await ringing(stage, alice)
    await alice.respond(invite, 200, { body: plainSdp().replace('RTP/AVP', 'RTP/SAVP') })
    await stage.clock.advance(20)
    await alice.respond(alice.takeRequest('BYE'), 200)
    await stage.clock.advance(20)
    t.match(leg.end, { reason: 'srtpRequired' })
  })

  t.test('required and refused by the phone', async (t) => {
    const stage = await sipStage(t, [account('alice', { srtp: 'required' })])
    const alice = await stage.registered('alice')
    const { leg, invite } = await ringing(stage, alice)
    await alice.respond(invite, 488)
    await stage.clock.advance(20)
    t.match(leg.end, { reason: 'srtpRequired', blame: 'config' })
  })

  t.test('offered and refused by the phone: rung once more without', async (t) => {
    const stage = await sipStage(t, [account('alice', { srtp: 'offered' })])
    const alice = await stage.registered('alice')
    const { leg, told, invite } = await ringing(stage, alice)
    t.match(invite.body, /RTP\/SAVP/)
    await alice.respond(invite, 488)
    await stage.clock.advance(20)
    const again = alice.takeRequest('INVITE')
    t.match(again.body, /RTP\/AVP/)
    t.notMatch(again.body, /crypto/)
    await alice.respond(again, 200, { body: plainSdp() })
    await stage.clock.advance(20)
    t.same(told, ['answered'])
    t.equal(stage.audio.remotes.get(leg.portId!)?.sendKey, undefined)
  })

  t.test('a tag that was not offered is no answer', async (t) => {
    const stage = await sipStage(t, [account('alice', { srtp: 'required' })])
    const alice = await stage.registered('alice')
    const { leg, invite } = await ringing(stage, alice)
    await alice.respond(invite, 200, { body: secureSdp(9) })
    await stage.clock.advance(20)
    await alice.respond(alice.takeRequest('BYE'), 200)
    await stage.clock.advance(20)
    t.match(leg.end, { reason: 'incompatibleMedia' })
  })
})

t.test('stopping the box ends its calls in order', async (t) => {
  const stage = await sipStage(t, [account('alice'), account('carol')])
  const alice = await stage.registered('alice')
  const carol = await stage.phone('carol')
  await registerPhone(stage.clock, carol)
  const talking = await ringing(stage, alice)
  await alice.respond(talking.invite, 200, { body: plainSdp() })
  const dialled = stage.endpoint.dial({ userName: 'carol' })
  await stage.clock.advance(20)
  await carol.respond(carol.takeRequest('INVITE'), 180)
  await stage.clock.advance(20)
  const stopped = stage.endpoint.stop()
  await stage.clock.advance(20)
  alice.takeRequest('BYE')
  carol.takeRequest('CANCEL')
  await stage.clock.advance(3000)
  await stopped
  t.equal(talking.leg.state, 'ended')
  t.equal(dialled.state, 'ended')
})
