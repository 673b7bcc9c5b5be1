// What happens in the middle of a call: hold, other codecs, refreshes, timers.
import assert from 'node:assert/strict'
import { until } from '../../support/wait.ts'
import type { CallShape } from './shape.ts'
import {
  callee,
  caller,
  confirmed,
  has,
  maybe,
  pause,
  replyToNoted,
  request,
  response,
  scenario,
  sdp,
} from './sipp-steps.ts'
import { answered, called, calling, hangsUp, isHungUp, reinvites } from './talking.ts'

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
    name: 'the far end wants a longer session timer: 422, and the box asks again in the same call',
    scenario: scenario(
      callee.invited(),
      callee.reply(422, 'Session Interval Too Small', { lines: ['Min-SE: 3600'] }),
      request('ACK'),
      callee.invited(has('Min-SE: *3600'), has('CSeq: 2 INVITE')),
      callee.accept(),
      request('ACK'),
      ...isHungUp,
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
]
