// Keys and transfers in the middle of a call.
import assert from 'node:assert/strict'
import { createSocket } from 'node:dgram'
import { setTimeout } from 'node:timers/promises'
import { until } from '../../support/wait.ts'
import { type CallShape, password } from './shape.ts'
import { caller, challenge, confirmed, has, maybe, reply, request, response, scenario, sdp } from './sipp-steps.ts'
import { answered, called, calling, hangsUp, isHungUp } from './talking.ts'

const agentLines = [`[authentication username=sipp password=${password}]`]
/** The same for a phone of an agent; requests go on with CSeq 3. */
const callingAsAgent = [
  caller.invite(),
  challenge(401),
  caller.inTransaction('ACK'),
  caller.invite({ lines: agentLines, body: sdp() }, 2),
  maybe(100),
  response(180),
  response(200),
  caller.ack(2),
]

/** One key of 100 ms as RTP events, its end three times. */
async function sendKey(port: number, key: number): Promise<void> {
  const socket = createSocket('udp4')
  try {
    for (let at = 1; at <= 7; at++) {
      const packet = Buffer.alloc(16)
      packet[0] = 0x80
      packet[1] = (at === 1 ? 0x80 : 0) | 101
      packet.writeUInt16BE(at, 2)
      packet.writeUInt32BE(16_000, 4)
      packet.writeUInt32BE(0x1234, 8)
      packet[12] = key
      packet[13] = (at > 4 ? 0x80 : 0) | 10
      packet.writeUInt16BE(Math.min(at, 5) * 160, 14)
      await new Promise((sent) => socket.send(packet, port, '127.0.0.1', sent))
      await setTimeout(20)
    }
  } finally {
    socket.close()
  }
}

export const keysAndTransfers: readonly CallShape[] = [
  {
    name: 'keys by INFO to the box, both forms',
    scenario: scenario(
      ...calling,
      caller.request('INFO', 2, { type: 'application/dtmf-relay', body: 'Signal=5\nDuration=160' }),
      confirmed(200),
      caller.request('INFO', 3, { type: 'application/dtmf', body: '*' }),
      confirmed(200),
      caller.request('INFO', 4, { type: 'application/x-unknown', body: '5' }),
      confirmed(415),
      ...hangsUp(5),
    ),
    async play(scene) {
      const { told, tells } = await answered(scene)
      await tells('ended hangUp by farEnd')
      assert.deepEqual(told, ['answered', 'digit 5', 'digit *', 'ended hangUp by farEnd'])
    },
  },
  {
    name: 'keys in RTP (RFC 4733)',
    hasAudio: true,
    scenario: scenario(...calling, request('BYE'), reply(200, 'OK')),
    async play(scene) {
      const { leg, told, tells } = await answered(scene)
      const port = Number(/rtp:(\d+)/.exec(await scene.describeAudio(leg))?.[1])
      await sendKey(port, 9)
      await tells('digit 9')
      await leg.hangUp()
      assert.deepEqual(told, ['answered', 'digit 9', 'ended hangUp by us'])
    },
  },
  {
    name: 'keys by INFO to a carrier that wants them so',
    keysBy: 'info',
    scenario: scenario(
      ...called,
      request('INFO', has('Signal=7')),
      reply(200, 'OK'),
      request('INFO', has('Signal=#')),
      reply(200, 'OK'),
      ...isHungUp,
    ),
    async play({ call }) {
      const { leg, tells } = call()
      await tells('answered')
      await leg.sendDigits?.('7#')
      await leg.hangUp()
    },
  },
  {
    name: 'a phone sends its call elsewhere (REFER), and hears how it goes',
    as: 'agent',
    scenario: scenario(
      ...callingAsAgent,
      caller.request('REFER', 3, { lines: ['Refer-To: <sip:12@[remote_ip]>', 'Referred-By: <sip:sipp@box>'] }),
      confirmed(202),
      request('NOTIFY', has('SIP/2.0 100 Trying'), has('Subscription-State: *active')),
      reply(200, 'OK'),
      request('NOTIFY', has('SIP/2.0 200 OK'), has('Subscription-State: *terminated')),
      reply(200, 'OK'),
      ...isHungUp,
    ),
    async play(scene) {
      const { leg } = await scene.incoming()
      const asked: string[] = []
      leg.on((event) => {
        if (event.type !== 'transferRequested') return
        asked.push(event.request.target)
        event.request.tell('trying')
        void leg.hangUp()
        event.request.tell('done')
      })
      await leg.answer()
      await until('the leg to end', () => leg.state === 'ended', { withinMs: 10_000 })
      assert.deepEqual(asked, ['12'])
      assert.equal(leg.end?.reason, 'hangUp')
    },
  },
  {
    name: 'a carrier asks for a transfer (REFER): 403',
    scenario: scenario(
      ...calling,
      caller.request('REFER', 2, { lines: ['Refer-To: <sip:+882999@[remote_ip]>'] }),
      confirmed(403),
      ...hangsUp(3),
    ),
    async play(scene) {
      const { told, tells } = await answered(scene)
      await tells('ended hangUp by farEnd')
      assert.deepEqual(told, ['answered', 'ended hangUp by farEnd'])
    },
  },
  {
    name: 'a phone sends its call to one that is not there (REFER with Replaces)',
    as: 'agent',
    scenario: scenario(
      ...callingAsAgent,
      caller.request('REFER', 3, {
        lines: ['Refer-To: <sip:12@[remote_ip]?Replaces=none%40here%3Bto-tag%3Da%3Bfrom-tag%3Db>'],
      }),
      confirmed(202),
      request('NOTIFY', has('SIP/2.0 100 Trying')),
      reply(200, 'OK'),
      request('NOTIFY', has('SIP/2.0 481 ')),
      reply(200, 'OK'),
      ...hangsUp(4),
    ),
    async play(scene) {
      const { told, tells } = await answered(scene)
      await tells('ended hangUp by farEnd')
      assert.deepEqual(told, ['answered', 'ended hangUp by farEnd'])
    },
  },
  {
    name: 'a phone wants to take over a call that is not there (INVITE with Replaces): 481',
    as: 'agent',
    scenario: scenario(
      caller.invite(),
      challenge(401),
      caller.inTransaction('ACK'),
      caller.invite(
        { lines: [...agentLines, 'Replaces: none@here;to-tag=a;from-tag=b', 'Require: replaces'], body: sdp() },
        2,
      ),
      maybe(100),
      confirmed(481),
      caller.inTransaction('ACK', 2),
    ),
    async play({ endpoint }) {
      await until('the call to be turned away', () => endpoint.counters().takeOversRefused === 1)
    },
  },
]
