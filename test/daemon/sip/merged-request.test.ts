// A request that came by two ways is taken once (RFC 3261 section 8.2.2.2), however many other calls there are.
import t from 'tap'
import { CoreServers } from '../../../daemon/sip/core-servers.ts'
import { plainSdp } from '../../support/sip-peer.ts'
import { account, password, sipStage } from '../../support/sip-stage.ts'

t.test('the copy of an INVITE with another branch is refused as a loop; another call is not', async (t) => {
  const stage = await sipStage(t, [account('alice')])
  const alice = await stage.registered('alice')
  const first = alice.make('INVITE', 'sip:100@box', { body: plainSdp() })
  await alice.send(first)
  await stage.clock.advance(20)
  const challenge = alice.takeResponse(401)
  await alice.ack(first, challenge)
  const signed = (count: string) => alice.withCredentials(first, challenge, password, { count })
  await alice.send(signed('00000001'))
  await stage.clock.advance(20)
  t.equal(stage.inbound.length, 1)
  await alice.send(signed('00000002'))
  await stage.clock.advance(20)
  alice.takeResponse(482)
  t.equal(stage.inbound.length, 1)
  const other = alice.make('INVITE', 'sip:100@box', { body: plainSdp() })
  await alice.send(alice.withCredentials(other, challenge, password, { count: '00000003' }))
  await stage.clock.advance(20)
  t.equal(stage.inbound.length, 2)
  t.equal(alice.responses(482).length, 1, 'the copy’s alone')
})

t.test('what sip.js has taken is found by call, and nothing stays of what it has let go', async (t) => {
  const server = (callId: string) => ({ message: { callId } })
  const servers = new CoreServers<ReturnType<typeof server>>()
  const [one, again, other] = [server('a'), server('a'), server('b')]
  servers.set('1', one).set('2', again).set('3', other)
  const of = (call: string) => {
    servers.call = call
    return [...servers.values()]
  }
  t.same([of('a'), of('b'), of('c')], [[one, again], [other], []])
  servers.delete('1')
  t.same([of('a'), servers.size, servers.calls], [[again], 2, 2])
  servers.delete('2')
  servers.delete('2')
  t.same([of('a'), servers.size, servers.calls], [[], 1, 1])
  servers.clear()
  t.same([of('b'), servers.size, servers.calls], [[], 0, 0])
})
