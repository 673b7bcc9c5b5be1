// Hold and resume, by either side, and what happens when both begin at once.
import t, { type Test } from 'tap'
import { header, type WireRequest } from '../../../daemon/sip/wire/wire-message.ts'
import { plainSdp, type SipPeer } from '../../support/sip-peer.ts'
import { account, events, type Stage, sipStage } from '../../support/sip-stage.ts'

const tag = 'alice-tag'
const crypto = `a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:${Buffer.alloc(30, 7).toString('base64')}\r\n`
const secureSdp = (more = '') => plainSdp(4000, crypto + more).replace('/AVP', '/SAVP')

/** The box has called alice, and they talk. */
async function talk(t: Test, { sdp = plainSdp(), srtp = 'off' as 'off' | 'required' } = {}) {
  const stage = await sipStage(t, [account('alice', { srtp })])
  const alice = await stage.registered('alice')
  const leg = stage.endpoint.dial({ userName: 'alice' })
  const told = events(leg)
  await stage.clock.advance(20)
  const invite = alice.takeRequest('INVITE')
  await alice.respond(invite, 200, { body: sdp })
  await stage.clock.advance(20)
  alice.takeRequest('ACK')
  const remote = () => stage.audio.remotes.get(leg.portId!)!
  return { stage, alice, leg, told, invite, remote }
}

/** Alice offers by re-INVITE; the answer, once she has acknowledged it. */
async function offers(stage: Stage, alice: SipPeer, invite: WireRequest, body: string) {
  const request = alice.inTheirDialog('INVITE', invite, tag, { body })
  await alice.send(request)
  await stage.clock.advance(20)
  const response = alice.takeResponse(200, 'INVITE')
  const cseq = Number(header(request, 'cseq')!.split(' ')[0])
  await alice.send(alice.inTheirDialog('ACK', invite, tag, { cseq }))
  await stage.clock.advance(20)
  return response.body
}

const directionIn = (sdp: string) => /a=(sendrecv|sendonly|recvonly|inactive)\r\n/.exec(sdp)?.[1]
const versionIn = (sdp: string) => Number(/^o=\S+ \d+ (\d+) /m.exec(sdp)?.[1])
const keyIn = (sdp: string) => /a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:(\S+)/.exec(sdp)?.[1]

t.test('the far end holds and resumes: the leg tells, once each', async (t) => {
  const { stage, alice, invite, told } = await talk(t)
  await offers(stage, alice, invite, plainSdp(4000, 'a=sendonly\r\n'))
  await offers(stage, alice, invite, plainSdp(4000, 'a=inactive\r\n'))
  await offers(stage, alice, invite, plainSdp())
  await offers(stage, alice, invite, plainSdp().replace('c=IN IP4 10.0.0.7', 'c=IN IP4 0.0.0.0'))
  await offers(stage, alice, invite, plainSdp())
  t.same(told, ['answered', 'heldByFarEnd', 'resumedByFarEnd', 'heldByFarEnd', 'resumedByFarEnd'])
})

t.test('a phone that answers on hold is on hold from the start', async (t) => {
  const { told } = await talk(t, { sdp: plainSdp(4000, 'a=sendonly\r\n') })
  t.same(told, ['answered', 'heldByFarEnd'])
})

t.test('the box holds and resumes: it goes on sending, with the same key', async (t) => {
  const { stage, alice, leg, remote, invite, told } = await talk(t, { sdp: secureSdp(), srtp: 'required' })
  const before = remote()
  const held = leg.setHold!(true)
  await stage.clock.advance(20)
  const hold = alice.takeRequest('INVITE')
  t.equal(directionIn(hold.body), 'sendonly')
  t.equal(keyIn(hold.body), keyIn(invite.body), 'the key of ours')
  t.equal(versionIn(hold.body), versionIn(invite.body) + 1)
  t.match(header(hold, 'contact'), 'sip:cordboard@10.0.0.1:5060')
  t.equal(remote().direction, 'sendrecv', 'nothing changes before the answer')
  await alice.respond(hold, 200, { body: secureSdp('a=recvonly\r\n') })
  await stage.clock.advance(20)
  t.equal(alice.takeRequest('ACK').body, '')
  t.equal(await held, true)
  t.same({ ...remote(), direction: 'sendrecv' }, before, 'all but the direction is as it was')
  t.equal(remote().direction, 'sendonly', 'music goes on')
  const resumed = leg.setHold!(false)
  await stage.clock.advance(20)
  const resume = alice.takeRequest('INVITE')
  t.equal(directionIn(resume.body), 'sendrecv')
  await alice.respond(resume, 200, { body: secureSdp() })
  await stage.clock.advance(20)
  alice.takeRequest('ACK')
  t.equal(await resumed, true)
  t.equal(remote().direction, 'sendrecv')
  t.same(told, ['answered'], 'the far end held nobody')
})

t.test('a far end that holds, and one that only rings, may be silent', async (t) => {
  const stage = await sipStage(t, [account('alice')], { endOnMediaLoss: true })
  const alice = await stage.registered('alice')
  const leg = stage.endpoint.dial({ userName: 'alice' })
  const goesSilent = async () => {
    stage.audio.say({ type: 'mediaStopped', portId: leg.portId!, silentMs: 10_000 })
    await stage.clock.advance(20)
  }
  await stage.clock.advance(20)
  const invite = alice.takeRequest('INVITE')
  await alice.respond(invite, 183, { body: plainSdp() })
  await stage.clock.advance(20)
  await goesSilent()
  t.equal(leg.state, 'alerting')
  await alice.respond(invite, 200, { body: plainSdp() })
  await stage.clock.advance(20)
  await offers(stage, alice, invite, plainSdp(4000, 'a=sendonly\r\n'))
  await goesSilent()
  t.equal(leg.state, 'talking')
  await offers(stage, alice, invite, plainSdp())
  await goesSilent()
  t.equal(leg.state, 'clearing')
})

t.test('both hold: neither hears the other until both have resumed', async (t) => {
  const { stage, alice, leg, remote, invite, told } = await talk(t)
  const held = leg.setHold!(true)
  await stage.clock.advance(20)
  await alice.respond(alice.takeRequest('INVITE'), 200, { body: plainSdp(4000, 'a=recvonly\r\n') })
  await stage.clock.advance(20)
  t.ok(await held)
  t.equal(directionIn(await offers(stage, alice, invite, plainSdp(4000, 'a=sendonly\r\n'))), 'inactive')
  t.equal(remote().direction, 'inactive')
  t.equal(directionIn(await offers(stage, alice, invite, plainSdp())), 'sendonly', 'we still hold')
  t.equal(remote().direction, 'sendonly')
  t.same(told, ['answered', 'heldByFarEnd', 'resumedByFarEnd'])
})

t.test('a far end that holds gets our wish in a full offer when it asks for one', async (t) => {
  const { stage, alice, invite } = await talk(t)
  await offers(stage, alice, invite, plainSdp(4000, 'a=sendonly\r\n'))
  const request = alice.inTheirDialog('INVITE', invite, tag)
  await alice.send(request)
  await stage.clock.advance(20)
  const offer = alice.takeResponse(200, 'INVITE').body
  t.equal(directionIn(offer), 'sendrecv')
  t.match(offer, /RTP\/AVP 0 8 101/)
  const cseq = Number(header(request, 'cseq')!.split(' ')[0])
  await alice.send(alice.inTheirDialog('ACK', invite, tag, { cseq, body: plainSdp(4000, 'a=sendonly\r\n') }))
  await stage.clock.advance(20)
  const again = await offers(stage, alice, invite, plainSdp())
  t.equal(versionIn(again), versionIn(offer) + 1)
})

t.test('a line that was refused keeps its place in offers of ours', async (t) => {
  const { stage, alice, leg, invite } = await talk(t)
  await offers(stage, alice, invite, plainSdp().replace('m=audio', 'm=video 5000 RTP/AVP 96\r\nm=audio'))
  void leg.setHold!(true)
  await stage.clock.advance(20)
  const { body } = alice.takeRequest('INVITE')
  t.same(body.match(/^m=\w+ \d+/gm), ['m=video 0', `m=audio ${/^m=audio (\d+)/m.exec(body)![1]}`])
})

t.test('a bundle keeps its name in offers of ours', async (t) => {
  const { stage, alice, leg, invite } = await talk(t)
  const bundled = plainSdp(4000, 'a=mid:sound\r\n').replace('t=0 0\r\n', 't=0 0\r\na=group:BUNDLE sound\r\n')
  await offers(stage, alice, invite, bundled)
  void leg.setHold!(true)
  await stage.clock.advance(20)
  const { body } = alice.takeRequest('INVITE')
  t.match(body, 'a=group:BUNDLE sound\r\nm=audio')
  t.match(body, 'a=mid:sound\r\n')
})

t.test('a hold that is refused changes nothing', async (t) => {
  const { stage, alice, leg, remote, invite } = await talk(t)
  const held = leg.setHold!(true)
  await stage.clock.advance(20)
  await alice.respond(alice.takeRequest('INVITE'), 488)
  await stage.clock.advance(20)
  alice.takeRequest('ACK')
  t.equal(await held, false)
  t.equal(remote().direction, 'sendrecv')
  t.equal(directionIn(await offers(stage, alice, invite, plainSdp())), 'sendrecv')
})

t.test('a far end that does not know the dialog any more is gone', async (t) => {
  const { stage, alice, leg } = await talk(t)
  const held = leg.setHold!(true)
  await stage.clock.advance(20)
  await alice.respond(alice.takeRequest('INVITE'), 481)
  await stage.clock.advance(20)
  await alice.respond(alice.takeRequest('BYE'), 481)
  await stage.clock.advance(20)
  t.equal(await held, false)
  t.match(leg.end, { reason: 'unreachable', by: 'farEnd' })
})

t.test('a hold that is answered with nothing usable ends the call', async (t) => {
  const { stage, alice, leg } = await talk(t)
  const held = leg.setHold!(true)
  await stage.clock.advance(20)
  await alice.respond(alice.takeRequest('INVITE'), 200, { body: plainSdp().replace('RTP/AVP 0 8 101', 'RTP/AVP 18') })
  await stage.clock.advance(20)
  alice.takeRequest('ACK')
  await alice.respond(alice.takeRequest('BYE'), 200)
  await stage.clock.advance(20)
  t.equal(await held, false)
  t.match(leg.end, { reason: 'incompatibleMedia' })
})

t.test('held and resumed at once: one after the other', async (t) => {
  const { stage, alice, leg } = await talk(t)
  const held = leg.setHold!(true)
  const resumed = leg.setHold!(false)
  await stage.clock.advance(20)
  const first = alice.takeRequest('INVITE')
  t.equal(alice.requests('INVITE').length, 2, 'the call, and one more')
  await alice.respond(first, 200, { body: plainSdp(4000, 'a=recvonly\r\n') })
  await stage.clock.advance(20)
  t.equal(await held, true)
  const second = alice.takeRequest('INVITE')
  t.equal(directionIn(second.body), 'sendrecv')
  await alice.respond(second, 200, { body: plainSdp() })
  await stage.clock.advance(20)
  t.equal(await resumed, true)
})

t.test('only who talks can be held', async (t) => {
  const stage = await sipStage(t, [account('alice')])
  const alice = await stage.registered('alice')
  const leg = stage.endpoint.dial({ userName: 'alice' })
  await stage.clock.advance(20)
  t.equal(await leg.setHold?.(true), false)
  await alice.respond(alice.takeRequest('INVITE'), 486)
})

t.test('glare: the owner of the Call-ID tries again after 2.1 to 4 s', async (t) => {
  const { stage, alice, leg } = await talk(t)
  const held = leg.setHold!(true)
  await stage.clock.advance(20)
  await alice.respond(alice.takeRequest('INVITE'), 491)
  await stage.clock.advance(2060)
  alice.takeRequest('ACK')
  t.equal(alice.requests('INVITE').length, 2, 'not before 2.1 s')
  await stage.clock.advance(1980)
  await alice.respond(alice.takeRequest('INVITE'), 200, { body: plainSdp(4000, 'a=recvonly\r\n') })
  await stage.clock.advance(20)
  t.equal(await held, true)
})

t.test('glare: the far end’s offer is refused while ours is open, and taken while ours rests', async (t) => {
  const { stage, alice, leg, invite } = await talk(t)
  const held = leg.setHold!(true)
  await stage.clock.advance(20)
  const ours = alice.takeRequest('INVITE')
  await alice.send(alice.inTheirDialog('INVITE', invite, tag, { body: plainSdp(4000, 'a=sendonly\r\n') }))
  await alice.send(alice.inTheirDialog('UPDATE', invite, tag, { body: plainSdp(4000, 'a=sendonly\r\n') }))
  await stage.clock.advance(20)
  alice.takeResponse(491, 'INVITE')
  alice.takeResponse(491, 'UPDATE')
  await alice.respond(ours, 491)
  await stage.clock.advance(20)
  t.equal(directionIn(await offers(stage, alice, invite, plainSdp(4000, 'a=sendonly\r\n'))), 'inactive')
  await stage.clock.advance(4000)
  await alice.respond(alice.takeRequest('INVITE'), 200, { body: plainSdp(4000, 'a=inactive\r\n') })
  await stage.clock.advance(20)
  t.equal(await held, true)
})

t.test('a far end that is busy says when to come again; one that never has time is given up', async (t) => {
  const { stage, alice, leg } = await talk(t)
  const held = leg.setHold!(true)
  await stage.clock.advance(20)
  await alice.respond(alice.takeRequest('INVITE'), 500, { lines: ['Retry-After: 3'] })
  await stage.clock.advance(2900)
  t.equal(alice.requests('INVITE').length, 2)
  alice.onMessage = (message) => {
    if (message.kind === 'request' && message.method === 'INVITE') void alice.respond(message, 491)
  }
  await stage.clock.advance(25_000)
  t.equal(alice.requests('INVITE').length, 7, 'six times, besides the call')
  t.equal(await held, false)
  t.equal(leg.state, 'talking')
})

t.test('a far end that lets a re-INVITE ring is not waited for for ever', async (t) => {
  const { stage, alice, leg } = await talk(t)
  const held = leg.setHold!(true)
  await stage.clock.advance(20)
  const hold = alice.takeRequest('INVITE')
  await alice.respond(hold, 180)
  await stage.clock.advance(40_100)
  await alice.respond(alice.takeRequest('CANCEL'), 200)
  await alice.respond(hold, 487)
  await stage.clock.advance(20)
  t.equal(await held, false)
  t.equal(leg.state, 'talking')
})

t.test('a hang-up settles what is being asked', async (t) => {
  const { stage, alice, leg, invite } = await talk(t)
  const held = leg.setHold!(true)
  await stage.clock.advance(20)
  await alice.send(alice.inTheirDialog('BYE', invite, tag))
  await stage.clock.advance(20)
  t.equal(await held, false)
  t.equal(leg.state, 'ended')
})
