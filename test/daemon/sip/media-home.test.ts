// Which of our addresses media has: one that the far end can send to, and ports open to all who are to reach them.
import t from 'tap'
import { MediaSession, RtpPort } from '../../../daemon/sip/call-media.ts'
import { MediaHome } from '../../../daemon/sip/media-home.ts'
import type { WireRequest } from '../../../daemon/sip/wire/wire-message.ts'
import { SipFakeAudio } from '../../support/sip-fake-audio.ts'
import { plainSdp, type SipPeer } from '../../support/sip-peer.ts'
import { account, password, type Stage, sipStage } from '../../support/sip-stage.ts'

const home = (address: string, told: string) => ({ address, locals: { for: (peer: string) => `${told} for ${peer}` } })
const plainHome = (address: string) => ({ address, locals: { for: () => address } })
const v4 = home('0.0.0.0', '192.0.2.1')
const v6 = home('::', '2001:db8::1')

t.test('a far end is told an address of its own family, where there is one', async (t) => {
  const both = new MediaHome([v4, v6])
  t.equal(both.addressFor('192.0.2.7'), '192.0.2.1 for 192.0.2.7')
  t.equal(both.addressFor('2001:db8::7'), '2001:db8::1 for 2001:db8::7')
  t.equal(new MediaHome([v4]).addressFor('2001:db8::7'), '192.0.2.1 for 0.0.0.0')
  t.same([both.families, new MediaHome([v4]).families], [[4, 6], [4]])
})

t.test('a port is opened for those who are to reach it', async (t) => {
  const both = new MediaHome([home('192.0.2.1', ''), home('2001:db8::1', '')])
  t.equal(both.bindFor(['192.0.2.7']), '192.0.2.1')
  t.equal(both.bindFor(['2001:db8::7', '2001:db8::8']), '2001:db8::1')
  t.equal(both.bindFor(['192.0.2.7', '2001:db8::7']), '::', 'phones of both families ring at once')
  t.equal(new MediaHome([v4]).bindFor(['192.0.2.7', '2001:db8::7']), '0.0.0.0')
})

t.test('a port that is open to both families has a candidate of each, the far end’s own first', async (t) => {
  const both = new MediaHome(['192.0.2.1', '2001:db8::1'].map(plainHome))
  const offered = async (farEnd: string, ringing: readonly string[]) => {
    const port = new RtpPort(new SipFakeAudio(), both, undefined)
    await port.open(ringing)
    const session = new MediaSession({ port, account: account('alice', { srtp: 'required', media: 'dtls' }), farEnd })
    const lines = session.offer().matchAll(/^a=candidate:(\d) 1 UDP (\d+) (\S+) /gm)
    await port.close()
    return [...lines].map(([, foundation, priority, address]) => `${foundation} ${priority} ${address}`)
  }
  const phones = ['192.0.2.7', '2001:db8::7']
  t.same(await offered('192.0.2.7', phones), ['1 2130706431 192.0.2.1', '2 2130706175 2001:db8::1'])
  t.same(await offered('2001:db8::7', phones), ['1 2130706431 2001:db8::1', '2 2130706175 192.0.2.1'])
  t.same(await offered('192.0.2.7', ['192.0.2.7']), ['1 2130706431 192.0.2.1'])
})

const overIpv6 = (text: string) => text.replaceAll('IN IP4 10.0.0.7', 'IN IP6 2001:db8::7')

async function invited(stage: Stage, body: string): Promise<{ alice: SipPeer; invite: WireRequest }> {
  const alice = await stage.registered('alice')
  const first = alice.make('INVITE', 'sip:100@box', { body })
  await alice.send(first)
  await stage.clock.advance(20)
  const challenge = alice.takeResponse(401)
  await alice.ack(first, challenge)
  const invite = alice.withCredentials(first, challenge, password)
  await alice.send(invite)
  await stage.clock.advance(20)
  return { alice, invite }
}

t.test('an offer of IPv6 is answered with an address of that family, whatever SIP travels by', async (t) => {
  const stage = await sipStage(t, [account('alice')], { listen: [{ transport: 'TCP', address: '::1', port: 0 }] })
  const { alice, invite } = await invited(stage, overIpv6(plainSdp()))
  const leg = stage.inbound[0]!
  const answered = leg.answer()
  await stage.clock.advance(20)
  const accepted = alice.takeResponse(200, 'INVITE')
  t.match(accepted.body, /^c=IN IP6 ::1\r$/m)
  t.same(stage.audio.boundTo, ['::1'])
  t.equal(stage.audio.remotes.get(leg.portId!)?.address, '2001:db8::7')
  await alice.ack(invite, accepted)
  await stage.clock.advance(20)
  t.equal(await answered, true)
})

t.test('a box without IPv6 refuses an offer of it', async (t) => {
  const stage = await sipStage(t, [account('alice')])
  const { alice, invite } = await invited(stage, overIpv6(plainSdp()))
  await alice.ack(invite, alice.takeResponse(488))
  await stage.clock.advance(20)
  t.same(stage.inbound, [])
})

t.test('a call that moves to a family that its port does not reach stays where it is', async (t) => {
  const stage = await sipStage(t, [account('alice')], { listen: [{ transport: 'TCP', address: '::1', port: 0 }] })
  const { alice, invite } = await invited(stage, plainSdp())
  const leg = stage.inbound[0]!
  void leg.answer()
  await stage.clock.advance(20)
  const accepted = alice.takeResponse(200, 'INVITE')
  await alice.ack(invite, accepted)
  await stage.clock.advance(20)
  const moved = alice.inDialog('INVITE', invite, accepted, { body: overIpv6(plainSdp()) })
  await alice.send(moved)
  await stage.clock.advance(20)
  await alice.ack(moved, alice.takeResponse(488))
  await stage.clock.advance(20)
  t.equal(leg.state, 'talking')
  t.equal(stage.audio.remotes.get(leg.portId!)?.address, '10.0.0.7')
})
