// What a phone does during a call: hold and resume, refresh, digits by INFO, moving, and nonsense.
import t from 'tap'
import { header, type WireResponse } from '../../../daemon/sip/wire/wire-message.ts'
import { plainSdp, type SipPeer } from '../../support/sip-peer.ts'
import { account, events, password, type Stage, sipStage } from '../../support/sip-stage.ts'

const tag = 'alice-tag'

/** The box has called alice, and they talk. */
async function talk(stage: Stage, alice: SipPeer) {
  const leg = stage.endpoint.dial({ userName: 'alice' })
  await stage.clock.advance(20)
  const invite = alice.takeRequest('INVITE')
  await alice.respond(invite, 200, { body: plainSdp() })
  await stage.clock.advance(20)
  alice.takeRequest('ACK')
  const asks = async (method: string, status: number, body?: string, lines: string[] = []): Promise<WireResponse> => {
    const request = alice.inTheirDialog(method, invite, tag, { ...(body === undefined ? {} : { body }), lines })
    await alice.send(request)
    await stage.clock.advance(20)
    const response = alice.takeResponse(status, method)
    if (method === 'INVITE')
      await alice.send(
        alice.inTheirDialog('ACK', invite, tag, {
          cseq: Number(header(request, 'cseq')!.split(' ')[0]),
          ...(status < 300 ? {} : { branch: /branch=([^;]+)/.exec(header(request, 'via')!)![1]! }),
        }),
      )
    await stage.clock.advance(20)
    return response
  }
  const direction = () => stage.audio.remotes.get(leg.portId!)?.direction
  return { leg, invite, asks, direction }
}

t.test('hold and resume, each of the three ways', async (t) => {
  for (const [name, held, answered, audio] of [
    ['sendonly', plainSdp(4000, 'a=sendonly\r\n'), 'recvonly', 'recvonly'],
    ['inactive', plainSdp(4000, 'a=inactive\r\n'), 'inactive', 'inactive'],
    ['0.0.0.0', plainSdp(4000).replace('c=IN IP4 10.0.0.7', 'c=IN IP4 0.0.0.0'), 'recvonly', 'recvonly'],
  ] as const)
    await t.test(name, async (t) => {
      const stage = await sipStage(t, [account('alice')])
      const alice = await stage.registered('alice')
      const { leg, asks, direction } = await talk(stage, alice)
      const response = await asks('INVITE', 200, held)
      t.match(response.body, new RegExp(`a=${answered}\r\n`))
      t.match(header(response, 'contact'), 'sip:cordboard@10.0.0.1:5060')
      t.equal(direction(), audio)
      t.equal(stage.audio.remotes.get(leg.portId!)?.address, '10.0.0.7', 'the place to send to is not forgotten')
      const resumed = await asks('INVITE', 200, plainSdp(4006))
      t.match(resumed.body, /a=sendrecv/)
      t.equal(direction(), 'sendrecv')
      t.equal(stage.audio.remotes.get(leg.portId!)?.port, 4006)
      t.equal(leg.state, 'talking')
    })
})

t.test(
  'a phone that names its codecs in another order when it holds goes on with the one that is spoken',
  async (t) => {
    const stage = await sipStage(t, [account('alice')])
    const alice = await stage.registered('alice')
    const { leg, asks } = await talk(stage, alice)
    const codec = () => stage.audio.remotes.get(leg.portId!)?.codec
    t.equal(codec(), 'PCMU')
    const reordered = plainSdp(4000, 'a=sendonly\r\n').replace('0 8 101', '8 0 101')
    t.match((await asks('INVITE', 200, reordered)).body, /m=audio \d+ RTP\/AVP 0 101\r\n/)
    t.equal(codec(), 'PCMU')
    await asks('INVITE', 200, plainSdp().replace('0 8 101', '8 101'))
    t.equal(codec(), 'PCMA', 'another one where there is no choice')
  },
)

t.test('a re-INVITE without offer gets a full one', async (t) => {
  const stage = await sipStage(t, [account('alice')])
  const alice = await stage.registered('alice')
  const { leg, invite } = await talk(stage, alice)
  const again = alice.inTheirDialog('INVITE', invite, tag)
  await alice.send(again)
  await stage.clock.advance(20)
  const offer = alice.takeResponse(200, 'INVITE')
  t.match(offer.body, /m=audio \d+ RTP\/AVP 0 8 101[\s\S]*a=sendrecv/)
  await alice.send(
    alice.inTheirDialog('ACK', invite, tag, {
      cseq: Number(header(again, 'cseq')!.split(' ')[0]),
      body: plainSdp(4010).replace('0 8 101', '8 101'),
    }),
  )
  await stage.clock.advance(20)
  t.match(stage.audio.remotes.get(leg.portId!), { port: 4010, codec: 'PCMA' })
})

t.test('a refresh that changes nothing gets the same description, version and all', async (t) => {
  const stage = await sipStage(t, [account('alice')])
  const alice = await stage.registered('alice')
  const { asks } = await talk(stage, alice)
  const version = (response: WireResponse) => /^o=\S+ \d+ (\d+) /m.exec(response.body)![1]
  const first = await asks('INVITE', 200, plainSdp())
  const second = await asks('UPDATE', 200, plainSdp())
  t.equal(second.body, first.body)
  const held = await asks('UPDATE', 200, plainSdp(4000, 'a=sendonly\r\n'))
  t.equal(Number(version(held)), Number(version(first)) + 1, 'one more for what is new')
})

t.test('UPDATE without offer is a refresh', async (t) => {
  const stage = await sipStage(t, [account('alice')])
  const alice = await stage.registered('alice')
  const { asks } = await talk(stage, alice)
  const response = await asks('UPDATE', 200)
  t.equal(response.body, '')
  t.ok(header(response, 'contact'))
})

t.test('media that can’t be had leaves the call as it was', async (t) => {
  const stage = await sipStage(t, [account('alice')])
  const alice = await stage.registered('alice')
  const { leg, asks } = await talk(stage, alice)
  const before = stage.audio.history.length
  await asks('INVITE', 488, plainSdp().replaceAll('0 8 101', '18').replaceAll('a=rtpmap', 'a=nothing'))
  await asks('UPDATE', 488, plainSdp(0))
  await asks('INVITE', 400, 'v=1\r\n')
  t.equal(stage.audio.history.length, before)
  t.equal(leg.state, 'talking')
})

t.test('an offer while ours is open is glare: 491', async (t) => {
  const stage = await sipStage(t, [account('alice')])
  const alice = await stage.registered('alice')
  const { invite } = await talk(stage, alice)
  await alice.send(alice.inTheirDialog('INVITE', invite, tag))
  await stage.clock.advance(20)
  await alice.send(alice.inTheirDialog('UPDATE', invite, tag, { body: plainSdp() }))
  await stage.clock.advance(20)
  alice.takeResponse(491, 'UPDATE')
  await alice.send(alice.inTheirDialog('INVITE', invite, tag, { body: plainSdp() }))
  await stage.clock.advance(20)
  t.ok(header(alice.takeResponse(500, 'INVITE'), 'retry-after'), 'a second INVITE meanwhile must wait')
})

t.test('a re-INVITE whose 200 is never acknowledged ends the call', async (t) => {
  const stage = await sipStage(t, [account('alice')])
  const alice = await stage.registered('alice')
  const { leg, invite } = await talk(stage, alice)
  await alice.send(alice.inTheirDialog('INVITE', invite, tag, { body: plainSdp() }))
  await stage.clock.advance(33_000)
  await alice.respond(alice.takeRequest('BYE'), 200)
  await stage.clock.advance(20)
  t.match(leg.end, { reason: 'noAck', blame: 'farEnd' })
})

t.test('the key of ours stays the same through a call', async (t) => {
  const stage = await sipStage(t, [account('alice', { srtp: 'required' })])
  const alice = await stage.registered('alice')
  const leg = stage.endpoint.dial({ userName: 'alice' })
  await stage.clock.advance(20)
  const invite = alice.takeRequest('INVITE')
  const crypto = `a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:${Buffer.alloc(30, 7).toString('base64')}\r\n`
  const secure = plainSdp(4000, crypto).replace('/AVP', '/SAVP')
  await alice.respond(invite, 200, { body: secure })
  await stage.clock.advance(20)
  const before = stage.audio.remotes.get(leg.portId!)!
  const again = alice.inTheirDialog('INVITE', invite, tag, { body: `${secure}a=sendonly\r\n` })
  await alice.send(again)
  await stage.clock.advance(20)
  const after = stage.audio.remotes.get(leg.portId!)!
  t.same(after.sendKey, before.sendKey)
  t.same(after.receiveKey, before.receiveKey)
  t.equal(after.direction, 'recvonly')
})

t.test('digits by INFO', async (t) => {
  const stage = await sipStage(t, [account('alice')])
  const alice = await stage.registered('alice')
  const { leg, asks } = await talk(stage, alice)
  const told = events(leg)
  const relay = 'Content-Type: application/dtmf-relay'
  await asks('INFO', 200, 'Signal=5\r\nDuration=160\r\n', [relay])
  await asks('INFO', 200, 'Signal= *\r\nDuration=160', [relay])
  await asks('INFO', 400, 'Signal=99\r\n', [relay])
  const other = await asks('INFO', 415, '<picture_fast_update/>', ['Content-Type: application/media_control+xml'])
  t.equal(header(other, 'accept'), 'application/dtmf-relay, application/dtmf')
  t.same(told, ['digit 5', 'digit *'])
})

t.test('OPTIONS in the call is 200, in no call 481', async (t) => {
  const stage = await sipStage(t, [account('alice')])
  const alice = await stage.registered('alice')
  const { asks, invite } = await talk(stage, alice)
  t.match(header(await asks('OPTIONS', 200), 'accept'), /application\/sdp/)
  await alice.send(alice.inTheirDialog('OPTIONS', invite, 'another-tag'))
  await stage.clock.advance(20)
  alice.takeResponse(481)
})

t.test('requests out of order are 500, of no call 481', async (t) => {
  const stage = await sipStage(t, [account('alice')])
  const alice = await stage.registered('alice')
  const { asks, invite, leg } = await talk(stage, alice)
  await asks('UPDATE', 200)
  for (const method of ['UPDATE', 'INVITE'])
    await alice.send(alice.inTheirDialog(method, invite, tag, { cseq: 1, body: plainSdp() }))
  for (const method of ['UPDATE', 'INVITE', 'BYE', 'INFO'])
    await alice.send(alice.inTheirDialog(method, invite, 'another-tag'))
  for (const method of ['BYE', 'UPDATE', 'INFO']) await alice.send(alice.make(method, 'sip:cordboard@box'))
  await stage.clock.advance(20)
  t.equal(alice.responses(500).length, 2)
  t.equal(alice.responses(481).length, 7)
  t.equal(leg.state, 'talking')
})

t.test('a phone that moved proves who it is, and the call follows it', async (t) => {
  const stage = await sipStage(t, [account('alice'), account('mallory')])
  const alice = await stage.registered('alice')
  const { leg, invite } = await talk(stage, alice)
  const moved = await stage.phone('alice', '10.0.9.9')
  const offer = moved.inTheirDialog('INVITE', invite, tag, { cseq: 50, body: plainSdp(4444) })
  await moved.send(offer)
  await stage.clock.advance(20)
  const challenge = moved.takeResponse(401)
  t.equal(stage.audio.remotes.get(leg.portId!)?.port, 4000, 'a stranger’s word changes nothing')
  const proven = moved.withCredentials(offer, challenge, password)
  await moved.send(proven)
  await stage.clock.advance(20)
  moved.takeResponse(200, 'INVITE')
  t.equal(stage.audio.remotes.get(leg.portId!)?.port, 4444)
  await moved.send(moved.inTheirDialog('ACK', invite, tag, { cseq: Number(header(proven, 'cseq')!.split(' ')[0]) }))
  await stage.clock.advance(20)
  void leg.hangUp()
  await stage.clock.advance(20)
  await moved.respond(moved.takeRequest('BYE'), 200)
})

t.test('another agent’s phone has no say in the call', async (t) => {
  const stage = await sipStage(t, [account('alice'), account('mallory')])
  const alice = await stage.registered('alice')
  const mallory = await stage.registered('mallory')
  const { leg, invite } = await talk(stage, alice)
  const bye = mallory.inTheirDialog('BYE', invite, tag, { cseq: 60 })
  await mallory.send(bye)
  await stage.clock.advance(20)
  await mallory.send(mallory.withCredentials(bye, mallory.takeResponse(401), password))
  await stage.clock.advance(20)
  mallory.takeResponse(403)
  t.equal(leg.state, 'talking')
})
