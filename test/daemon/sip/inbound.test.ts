// An agent's phone calls the box.
import t from 'tap'
import { header } from '../../../daemon/sip/wire/wire-message.ts'
import { plainSdp, type RequestParts, type SipPeer } from '../../support/sip-peer.ts'
import { account, events, password, type Stage, sipStage } from '../../support/sip-stage.ts'

/** The INVITE that got past the challenge. */
async function invites(stage: Stage, phone: SipPeer, uri: string, parts: RequestParts = { body: plainSdp() }) {
  const first = phone.make('INVITE', uri, parts)
  await phone.send(first)
  await stage.clock.advance(20)
  const challenge = phone.takeResponse(401)
  await phone.ack(first, challenge)
  const invite = phone.withCredentials(first, challenge, password)
  await phone.send(invite)
  await stage.clock.advance(20)
  return invite
}

async function talks(stage: Stage, phone: SipPeer, parts?: RequestParts) {
  const invite = await invites(stage, phone, 'sip:100@box', parts)
  const leg = stage.inbound.at(-1)!
  const answered = leg.answer()
  await stage.clock.advance(20)
  const accepted = phone.takeResponse(200, 'INVITE')
  return { invite, leg, answered, accepted }
}

t.test('the phone proves who it is, is announced, answered and hangs up', async (t) => {
  const stage = await sipStage(t, [account('alice')])
  const alice = await stage.registered('alice')
  const invite = await invites(stage, alice, 'sip:%2B441632%3960001@box;user=phone')
  alice.takeResponse(100)
  alice.takeResponse(180)
  t.equal(stage.inbound.length, 1)
  const leg = stage.inbound[0]!
  const told = events(leg)
  t.match(leg, { direction: 'inbound', kind: 'sip', state: 'ringing', portId: undefined })
  t.same(leg.remote, { address: 'alice' }, 'the caller is the account, whatever From says')
  t.same(leg.local, { address: '+441632960001' }, 'who was dialled stands in the Request-URI')
  const answered = leg.answer()
  await stage.clock.advance(20)
  const accepted = alice.takeResponse(200, 'INVITE')
  t.match(accepted.body, /m=audio 16386 RTP\/AVP 0 101\r\n/, 'the answer takes one codec and the digits')
  t.match(header(accepted, 'allow'), 'INVITE, ACK, CANCEL, BYE, OPTIONS, REGISTER, PRACK, UPDATE, INFO, REFER')
  t.same(told, [], 'not before the ACK')
  await alice.ack(invite, accepted)
  await stage.clock.advance(20)
  t.equal(await answered, true)
  t.equal(leg.state, 'talking')
  stage.audio.say({ type: 'digitReceived', portId: leg.portId!, digit: '5', source: 'event', durationMs: 80 })
  await alice.send(alice.inDialog('BYE', invite, accepted))
  await stage.clock.advance(20)
  alice.takeResponse(200, 'BYE')
  t.same(told, ['answered', 'digit 5', 'ended hangUp by farEnd'])
  t.equal(await leg.answer(), true, 'answering again changes nothing')
})

for (const [reason, status] of [
  ['busy', 486],
  ['noRoute', 404],
  ['declined', 603],
  ['atCapacity', 503],
  ['whatever', 480],
] as const)
  t.test(`not answered because of ${reason}: ${status}`, async (t) => {
    const stage = await sipStage(t, [account('alice')])
    const alice = await stage.registered('alice')
    const invite = await invites(stage, alice, 'sip:100@box')
    const leg = stage.inbound[0]!
    const over = leg.hangUp(reason)
    await stage.clock.advance(20)
    await over
    const rejected = alice.takeResponse(status)
    t.equal(header(rejected, 'retry-after'), status === 503 ? '30' : undefined)
    await alice.ack(invite, rejected)
    await stage.clock.advance(20)
    t.same(leg.end, { by: 'us', blame: 'none', reason })
    t.equal(await leg.answer(), false)
  })

t.test('the caller gives up while it rings', async (t) => {
  const stage = await sipStage(t, [account('alice')])
  const alice = await stage.registered('alice')
  const invite = await invites(stage, alice, 'sip:100@box')
  const told = events(stage.inbound[0]!)
  await alice.cancel(invite)
  await stage.clock.advance(20)
  alice.takeResponse(200, 'CANCEL')
  await alice.ack(invite, alice.takeResponse(487, 'INVITE'))
  await stage.clock.advance(20)
  t.same(told, ['ended cancelled by farEnd'])
  t.equal(await stage.inbound[0]!.answer(), false)
})

t.test('the caller gives up while it is being answered', async (t) => {
  const stage = await sipStage(t, [account('alice')])
  const alice = await stage.registered('alice')
  const invite = await invites(stage, alice, 'sip:100@box')
  const leg = stage.inbound[0]!
  const open = stage.audio.openRtp.bind(stage.audio)
  const gate = Promise.withResolvers<void>()
  stage.audio.openRtp = (options) => gate.promise.then(() => open(options))
  const answered = leg.answer()
  await alice.cancel(invite)
  await stage.clock.advance(20)
  alice.takeResponse(487, 'INVITE')
  gate.resolve()
  t.equal(await answered, false)
  t.match(leg.end, { reason: 'cancelled' })
})

t.test('a CANCEL that comes after our 200 changes nothing', async (t) => {
  const stage = await sipStage(t, [account('alice')])
  const alice = await stage.registered('alice')
  const { invite, leg, answered, accepted } = await talks(stage, alice)
  await alice.cancel(invite)
  await stage.clock.advance(20)
  alice.takeResponse(200, 'CANCEL')
  t.equal(leg.state, 'answering')
  await alice.ack(invite, accepted)
  await stage.clock.advance(20)
  t.equal(await answered, true)
})

t.test('a CANCEL of nothing, or of another’s INVITE, is 481', async (t) => {
  const stage = await sipStage(t, [account('alice')])
  const alice = await stage.registered('alice')
  const mallory = await stage.phone('mallory')
  const invite = await invites(stage, alice, 'sip:100@box')
  await alice.cancel(alice.make('INVITE', 'sip:100@box'))
  await mallory.cancel(invite)
  await stage.clock.advance(20)
  alice.takeResponse(481)
  t.equal(stage.inbound[0]!.state, 'ringing')
  t.equal(mallory.responses(200).length, 0)
})

t.test('an INVITE without offer gets ours, and its ACK the answer', async (t) => {
  const stage = await sipStage(t, [account('alice', { codecs: ['PCMA'] })])
  const alice = await stage.registered('alice')
  const { invite, leg, answered, accepted } = await talks(stage, alice, {})
  t.match(accepted.body, /m=audio \d+ RTP\/AVP 8 101/)
  await alice.ack(invite, accepted, plainSdp(4002).replace('0 8 101', '8'))
  await stage.clock.advance(20)
  t.equal(await answered, true)
  t.match(stage.audio.remotes.get(leg.portId!), { port: 4002, codec: 'PCMA', payloadType: 8 })
  t.equal(stage.audio.remotes.get(leg.portId!)?.eventPayloadType, undefined, 'no digits were agreed')
})

t.test('an ACK that owes its answer ends the call', async (t) => {
  const stage = await sipStage(t, [account('alice')])
  const alice = await stage.registered('alice')
  const { invite, leg, answered, accepted } = await talks(stage, alice, {})
  await alice.ack(invite, accepted)
  await stage.clock.advance(20)
  await alice.respond(alice.takeRequest('BYE'), 200)
  await stage.clock.advance(20)
  t.equal(await answered, false)
  t.match(leg.end, { reason: 'incompatibleMedia' })
})

t.test('the box hangs up a talking phone', async (t) => {
  const stage = await sipStage(t, [account('alice')])
  const alice = await stage.registered('alice')
  const { invite, leg, accepted } = await talks(stage, alice)
  await alice.ack(invite, accepted)
  await stage.clock.advance(20)
  const first = leg.hangUp()
  const second = leg.hangUp('again')
  await stage.clock.advance(20)
  await alice.respond(alice.takeRequest('BYE'), 200)
  await stage.clock.advance(20)
  await Promise.all([first, second])
  t.equal(leg.end?.reason, 'hangUp', 'the first reason counts')
  t.equal(alice.requests('BYE').length, 1)
})

t.test('both hang up at once', async (t) => {
  const stage = await sipStage(t, [account('alice')])
  const alice = await stage.registered('alice')
  const { invite, leg, accepted } = await talks(stage, alice)
  await alice.ack(invite, accepted)
  await stage.clock.advance(20)
  const told = events(leg)
  void leg.hangUp()
  await alice.send(alice.inDialog('BYE', invite, accepted))
  await stage.clock.advance(20)
  await alice.respond(alice.takeRequest('BYE'), 481)
  await stage.clock.advance(20)
  t.same(told, ['ended hangUp by us'], 'told once')
})

t.test('media that can’t be had is refused before anybody hears of the call', async (t) => {
  for (const [srtp, body, status] of [
    ['required', plainSdp(), 488],
    ['off', plainSdp().replace('RTP/AVP', 'RTP/SAVP'), 488],
    ['off', plainSdp().replaceAll('0 8 101', '9').replaceAll('PCMU', 'G722'), 488],
    ['off', plainSdp().replace('m=audio', 'm=video'), 488],
    ['off', 'v=0\r\nnonsense\r\n', 400],
  ] as const) {
    await t.test(`${srtp}: ${status}`, async (t) => {
      const stage = await sipStage(t, [account('alice', { srtp })])
      const alice = await stage.registered('alice')
      const invite = await invites(stage, alice, 'sip:100@box', { body })
      const refused = alice.takeResponse(status)
      t.match(header(refused, 'warning'), /^399 cordboard "/)
      await alice.ack(invite, refused)
      await stage.clock.advance(20)
      t.equal(stage.inbound.length, 0)
    })
  }
})

t.test('SRTP is answered with the caller’s tag and a key of ours', async (t) => {
  const stage = await sipStage(t, [account('alice', { srtp: 'required' })])
  const alice = await stage.registered('alice')
  const theirs = Buffer.alloc(30, 9).toString('base64')
  const body = plainSdp(4000, `a=crypto:7 AES_CM_128_HMAC_SHA1_32 inline:${theirs}|2^31\r\n`).replace('/AVP', '/SAVP')
  const { leg, accepted } = await talks(stage, alice, { body })
  const ours = /a=crypto:7 AES_CM_128_HMAC_SHA1_32 inline:(\S{40})\r\n/.exec(accepted.body)?.[1]
  t.ok(ours)
  const remote = stage.audio.remotes.get(leg.portId!)!
  t.equal(Buffer.from(remote.sendKey!.keyAndSalt).toString('base64'), ours)
  t.equal(Buffer.from(remote.receiveKey!.keyAndSalt).toString('base64'), theirs)
  t.not(ours, theirs)
})

t.test('nobody listens for calls: 503, and no leg', async (t) => {
  const stage = await sipStage(t, [account('alice')], { maxLegs: 0 })
  const alice = await stage.registered('alice')
  const invite = await invites(stage, alice, 'sip:100@box')
  await alice.ack(invite, alice.takeResponse(503))
  t.equal(stage.inbound.length, 0)
  t.equal(stage.endpoint.counters().invitesRefused, 1)
})

t.test('a listener that throws harms neither the call nor the box', async (t) => {
  const stage = await sipStage(t, [account('alice')])
  const alice = await stage.registered('alice')
  const before = stage.endpoint.counters().faults ?? 0
  const stop = stage.endpoint.onInbound(() => {
    throw new Error('a fault of a listener')
  })
  await invites(stage, alice, 'sip:100@box')
  stop()
  alice.takeResponse(180)
  t.equal((stage.endpoint.counters().faults ?? 0) - before, 1)
  t.match(stage.log.at(-1), { level: 'error', message: 'sip fault contained' })
  stage.expectFaults(1)
})

t.test('no free RTP port: 503', async (t) => {
  const stage = await sipStage(t, [account('alice')])
  const alice = await stage.registered('alice')
  const invite = await invites(stage, alice, 'sip:100@box')
  stage.audio.full = true
  const answered = stage.inbound[0]!.answer()
  await stage.clock.advance(20)
  t.equal(await answered, false)
  await alice.ack(invite, alice.takeResponse(503))
  t.match(stage.inbound[0]!.end, { by: 'us', blame: 'us', reason: 'atCapacity' })
})

t.test('media that stops is counted, and ends the call only where that is wished', async (t) => {
  for (const endOnMediaLoss of [false, true])
    await t.test(`wished: ${endOnMediaLoss}`, async (t) => {
      const stage = await sipStage(t, [account('alice')], { endOnMediaLoss })
      const alice = await stage.registered('alice')
      const { invite, leg, accepted } = await talks(stage, alice)
      await alice.ack(invite, accepted)
      await stage.clock.advance(20)
      stage.audio.say({ type: 'mediaStopped', portId: leg.portId!, silentMs: 10_000 })
      await stage.clock.advance(20)
      t.equal(stage.endpoint.counters().mediaStops, 1)
      t.equal(leg.state, endOnMediaLoss ? 'clearing' : 'talking')
      if (endOnMediaLoss) await alice.respond(alice.takeRequest('BYE'), 200)
      await stage.clock.advance(20)
      if (endOnMediaLoss) t.match(leg.end, { reason: 'mediaLost', blame: 'farEnd' })
    })
})

t.test(
  'how a call sounded is told when it is over, with what RTCP said of it; a call without sound tells nothing',
  async (t) => {
    const counters = {
      packetsReceived: 1500,
      lostPackets: 3,
      jitterMs: 2.5,
      worstJitterMs: 11,
      concealedFrames: 4,
      roundTripMs: 18.2,
      worstRoundTripMs: 40,
      theirLossPercent: 0.4,
      theirJitterMs: 1.5,
    }
    const told = {
      codec: 'PCMU',
      packetsReceived: 1500,
      packetsLost: 3,
      jitterMs: 2.5,
      worstJitterMs: 11,
      concealedFrames: 4,
      roundTripMs: 18.2,
      worstRoundTripMs: 40,
      farEndLossPercent: 0.4,
      farEndJitterMs: 1.5,
    }
    for (const [finalCounters, wanted] of [
      [counters, told],
      [{ packetsReceived: 0 }, undefined],
    ] as const) {
      const stage = await sipStage(t, [account('alice')])
      stage.audio.finalCounters = finalCounters
      const alice = await stage.registered('alice')
      const { invite, leg, accepted } = await talks(stage, alice)
      await alice.ack(invite, accepted)
      await alice.send(alice.inDialog('BYE', invite, accepted))
      await stage.clock.advance(20)
      t.strictSame(leg.mediaQuality, wanted)
    }
  },
)
