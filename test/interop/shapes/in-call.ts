// What happens in the middle of a call: hold, other codecs, refreshes, keys, transfers.
import assert from 'node:assert/strict'
import { createSocket } from 'node:dgram'
import { setTimeout } from 'node:timers/promises'
import { until } from '../../support/wait.ts'
import { type CallShape, password, type ShapeScene } from './shape.ts'
import {
  callee,
  caller,
  challenge,
  confirmed,
  has,
  maybe,
  pause,
  reply,
  replyToNoted,
  request,
  response,
  scenario,
  sdp,
} from './sipp-steps.ts'

/** sipp calls, and talks with the box. */
const calling = [caller.invite(), maybe(100), response(180), response(200), caller.ack()]
const hangsUp = (cseq: number) => [caller.bye(cseq), confirmed(200)]
const reinvites = (cseq: number, parts: Parameters<typeof caller.request>[2], ...checks: string[]) => [
  caller.request('INVITE', cseq, parts),
  maybe(100),
  response(200, ...checks),
]

/** The box calls sipp, and they talk. */
const called = [callee.invited(), callee.accept(), request('ACK')]
const isHungUp = [request('BYE'), reply(200, 'OK')]

async function answered({ incoming }: ShapeScene) {
  const heard = await incoming()
  assert.equal(await heard.leg.answer(), true)
  return heard
}

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

export const inCall: readonly CallShape[] = [
  {
    name: 'held and taken up again by the far end',
    scenario: scenario(
      ...calling,
      ...reinvites(2, { body: sdp({ lines: ['a=sendonly'] }) }, has('a=recvonly')),
      caller.ack(2),
      ...reinvites(3, { body: sdp({ lines: ['a=sendrecv'] }) }, has('a=sendrecv')),
      caller.ack(3),
      pause(50),
      ...hangsUp(4),
    ),
    async play(scene) {
      const { told, tells } = await answered(scene)
      await tells('ended hangUp by farEnd')
      assert.deepEqual(told, ['answered', 'heldByFarEnd', 'resumedByFarEnd', 'ended hangUp by farEnd'])
    },
  },
  {
    name: 'held and taken up again by the box',
    scenario: scenario(
      ...called,
      callee.invited(has('a=sendonly')),
      callee.accept({ body: sdp({ lines: ['a=recvonly'] }) }, ''),
      request('ACK'),
      callee.invited(has('a=sendrecv')),
      callee.accept({ body: sdp() }, ''),
      request('ACK'),
      ...isHungUp,
    ),
    async play({ call }) {
      const { leg, tells } = call()
      await tells('answered')
      assert.equal(await leg.setHold?.(true), true)
      assert.equal(await leg.setHold?.(false), true)
      await leg.hangUp()
    },
  },
  {
    name: 'the far end asks for an offer (re-INVITE without SDP)',
    scenario: scenario(
      ...calling,
      ...reinvites(2, {}, has('m=audio [0-9]* RTP/AVP 8 0')),
      caller.ack(2, { body: sdp({ formats: '0', port: 6012 }) }),
      pause(100),
      ...hangsUp(3),
    ),
    async play(scene) {
      const { leg, tells } = await answered(scene)
      await until('the other codec', () => scene.audio.remotes.get(leg.portId!)?.codec === 'PCMU')
      assert.equal(scene.audio.remotes.get(leg.portId!)?.port, 6012)
      await tells('ended hangUp by farEnd')
    },
  },
  {
    name: 'the far end changes codec and address',
    scenario: scenario(
      ...calling,
      ...reinvites(2, { body: sdp({ formats: '0', port: 6014 }) }, has('RTP/AVP 0')),
      caller.ack(2),
      pause(100),
      ...hangsUp(3),
    ),
    async play(scene) {
      const { leg, tells } = await answered(scene)
      assert.equal(scene.audio.history[0]?.codec, 'PCMA')
      await until('the other codec', () => scene.audio.remotes.get(leg.portId!)?.codec === 'PCMU')
      await tells('ended hangUp by farEnd')
    },
  },
  {
    name: 'a re-INVITE that can’t be answered leaves the call as it was',
    scenario: scenario(
      ...calling,
      caller.request('INVITE', 2, { body: sdp({ formats: '18' }) }),
      maybe(100),
      confirmed(488),
      caller.request('ACK', 2).replace(/^Via:.*$/m, '[last_Via:]'),
      pause(50),
      ...hangsUp(3),
    ),
    async play(scene) {
      const { told, tells } = await answered(scene)
      await tells('ended hangUp by farEnd')
      assert.deepEqual(told, ['answered', 'ended hangUp by farEnd'])
    },
  },
  {
    name: 'both change something at once (491), and the box tries again',
    scenario: scenario(
      ...called,
      callee.invited(has('a=sendonly')),
      callee.reply(491, 'Request Pending', {}, ''),
      request('ACK'),
      callee.invited(has('a=sendonly')),
      callee.accept({ body: sdp({ lines: ['a=recvonly'] }) }, ''),
      request('ACK'),
      ...isHungUp,
    ),
    async play({ call }) {
      const { leg, tells } = call()
      await tells('answered')
      assert.equal(await leg.setHold?.(true), true)
      await leg.hangUp()
    },
  },
  {
    name: 'an INVITE of the far end while the box’s own waits: 491',
    scenario: scenario(
      ...called,
      callee.invited(has('a=sendonly')),
      callee.request('INVITE', 1, { body: sdp() }),
      confirmed(491),
      callee.request('ACK', 1).replace(/^Via:.*$/m, '[last_Via:]'),
      replyToNoted(200, 'OK', { body: sdp({ lines: ['a=recvonly'] }) }),
      request('ACK'),
      ...isHungUp,
    ),
    async play({ call }) {
      const { leg, tells } = call()
      await tells('answered')
      assert.equal(await leg.setHold?.(true), true)
      await leg.hangUp()
    },
  },
  {
    name: 'UPDATE: a refresh, and one with another address',
    scenario: scenario(
      ...calling,
      caller.request('UPDATE', 2),
      response(200),
      caller.request('UPDATE', 3, { body: sdp({ port: 6016 }) }),
      response(200, has('m=audio')),
      pause(50),
      ...hangsUp(4),
    ),
    async play(scene) {
      const { leg, tells } = await answered(scene)
      await until('the other address', () => scene.audio.remotes.get(leg.portId!)?.port === 6016)
      await tells('ended hangUp by farEnd')
    },
  },
  {
    name: 'a session timer that the caller refreshes',
    scenario: scenario(
      caller.invite({ lines: ['Supported: timer', 'Session-Expires: 90;refresher=uac'], body: sdp() }),
      maybe(100),
      response(180),
      response(200, has('Session-Expires: *90;refresher=uac'), has('Require:.*timer')),
      caller.ack(),
      caller.request('UPDATE', 2, { lines: ['Supported: timer', 'Session-Expires: 90;refresher=uac'] }),
      response(200, has('Session-Expires: *90;refresher=uac')),
      ...hangsUp(3),
    ),
    async play(scene) {
      const { tells } = await answered(scene)
      await tells('ended hangUp by farEnd')
    },
  },
  {
    name: 'a session timer that the box refreshes for the caller',
    scenario: scenario(
      caller.invite({ lines: ['Supported: timer', 'Session-Expires: 90;refresher=uas'], body: sdp() }),
      maybe(100),
      response(180),
      response(200, has('Session-Expires: *90;refresher=uas')),
      caller.ack(),
      ...hangsUp(2),
    ),
    async play(scene) {
      const { tells } = await answered(scene)
      await tells('ended hangUp by farEnd')
    },
  },
  {
    name: 'a session timer that is too short: 422',
    scenario: scenario(
      caller.invite({ lines: ['Supported: timer', 'Session-Expires: 30'], body: sdp() }),
      maybe(100),
      confirmed(422).replace('/>', `><action>${has('Min-SE: *90')}</action></recv>`),
      caller.inTransaction('ACK'),
    ),
    async play({ endpoint }) {
      await until('the call to be turned away', () => (endpoint.counters().responsesSent ?? 0) >= 1)
    },
  },
  {
    name: 'the far end wants a longer session timer: 422, and the box calls again',
    calls: 2,
    scenario: scenario(
      callee.invited('<ereg regexp="Min-SE: *3600" search_in="msg" assign_to="flag"/>'),
      '<nop next="2" test="flag"/>',
      callee.reply(422, 'Session Interval Too Small', { lines: ['Min-SE: 3600'] }),
      request('ACK'),
      '<nop next="3"/>',
      '<label id="2"/>',
      callee.accept(),
      request('ACK'),
      ...isHungUp,
      '<label id="3"/>',
    ),
    async play({ call }) {
      const { leg, tells } = call()
      await tells('answered')
      await leg.hangUp()
    },
  },
  {
    name: 'ringing that the caller wants to confirm (100rel, PRACK)',
    scenario: scenario(
      caller.invite({ lines: ['Require: 100rel'], body: sdp() }),
      maybe(100),
      '<recv response="180" rrs="true"><action><ereg regexp="[0-9]+" search_in="hdr" header="RSeq:" assign_to="number"/></action></recv>',
      caller.request('PRACK', 2, { lines: ['RAck: [$number] 1 INVITE'] }),
      confirmed(200),
      response(200),
      caller.ack(),
      ...hangsUp(3),
    ),
    async play(scene) {
      const heard = await scene.incoming()
      await until('the PRACK', () => (scene.endpoint.counters().requestsReceived ?? 0) >= 2)
      assert.equal(await heard.leg.answer(), true)
      await heard.tells('ended hangUp by farEnd')
    },
  },
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
