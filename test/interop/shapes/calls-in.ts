// Calls to the box: how they begin and end.
import assert from 'node:assert/strict'
import type { CallShape } from './shape.ts'
import { password } from './shape.ts'
import {
  caller,
  challenge,
  confirmed,
  has,
  maybe,
  noted,
  oneOf,
  pause,
  reply,
  replyToNoted,
  request,
  response,
  scenario,
  sdp,
} from './sipp-steps.ts'

const ringing = [maybe(100), response(180)]
const answered = [...ringing, response(200), caller.ack()]
const hungUp = [caller.bye(), response(200)]

export const callsIn: readonly CallShape[] = [
  {
    name: 'in: answered, hung up by the caller',
    scenario: scenario(caller.invite(), ...answered, pause(100), ...hungUp),
    async play({ incoming }) {
      const { leg, told, tells } = await incoming()
      assert.equal(await leg.answer(), true)
      await tells('ended hangUp by farEnd')
      assert.deepEqual(told, ['answered', 'ended hangUp by farEnd'])
    },
  },
  {
    name: 'in: answered, hung up by the box',
    scenario: scenario(caller.invite(), ...answered, request('BYE'), reply(200, 'OK')),
    async play({ incoming }) {
      const { leg, told } = await incoming()
      await leg.answer()
      await leg.hangUp()
      assert.deepEqual(told, ['answered', 'ended hangUp by us'])
    },
  },
  {
    name: 'in: given up while it rings',
    scenario: scenario(
      caller.invite(),
      ...ringing,
      caller.inTransaction('CANCEL'),
      response(200),
      response(487),
      caller.inTransaction('ACK'),
    ),
    async play({ incoming }) {
      const { tells } = await incoming()
      await tells('ended cancelled by farEnd')
    },
  },
  ...(
    [
      ['busy', 486],
      ['declined', 603],
      ['noRoute', 404],
      ['atCapacity', 503],
      ['hangUp', 480],
    ] as const
  ).map(
    ([reason, status]): CallShape => ({
      name: `in: turned away, ${reason}: ${status}`,
      scenario: scenario(caller.invite(), ...ringing, response(status), caller.inTransaction('ACK')),
      async play({ incoming }) {
        const { leg, told } = await incoming()
        await leg.hangUp(reason)
        assert.deepEqual(told, [`ended ${reason} by us`])
      },
    }),
  ),
  {
    name: 'in: CANCEL and 200 cross',
    // The CANCEL is sent as if the 200 had not come yet; the call that stands is then hung up.
    scenario: scenario(
      caller.invite(),
      ...ringing,
      response(200),
      caller.inTransaction('CANCEL'),
      confirmed(200),
      caller.ack(),
      ...hungUp,
    ),
    async play({ incoming }) {
      const { leg, told, tells } = await incoming()
      await leg.answer()
      await tells('ended hangUp by farEnd')
      assert.deepEqual(told, ['answered', 'ended hangUp by farEnd'])
    },
  },
  {
    name: 'in: a phone of an agent, with its password',
    as: 'agent',
    scenario: scenario(
      caller.invite(),
      challenge(401),
      caller.inTransaction('ACK'),
      caller.invite({ lines: [`[authentication username=sipp password=${password}]`], body: sdp() }, 2),
      ...ringing,
      response(200),
      caller.ack(2),
      caller.bye(3),
      response(200),
    ),
    async play({ incoming }) {
      const { leg, tells } = await incoming()
      assert.deepEqual(leg.origin, { kind: 'agent', userName: 'sipp' })
      await leg.answer()
      await tells('ended hangUp by farEnd')
    },
  },
  {
    name: 'in: without an offer, answered in the ACK',
    scenario: scenario(
      caller.invite({}),
      ...ringing,
      response(200, has('m=audio [0-9]* RTP/AVP 8 0')),
      caller.ack(1, { body: sdp({ formats: '0', port: 6010 }) }),
      pause(100),
      ...hungUp,
    ),
    async play({ incoming, audio }) {
      const { leg, tells } = await incoming()
      await leg.answer()
      const { codec, port } = audio.remotes.get(leg.portId!)!
      assert.deepEqual({ codec, port }, { codec: 'PCMU', port: 6010 })
      await tells('ended hangUp by farEnd')
    },
  },
  {
    name: 'in: 30 ms packets',
    scenario: scenario(caller.invite({ body: sdp({ lines: ['a=ptime:30'] }) }), ...answered, pause(100), ...hungUp),
    async play({ incoming, audio }) {
      const { leg, tells } = await incoming()
      await leg.answer()
      assert.equal(audio.remotes.get(leg.portId!)?.ptimeMs, 30)
      await tells('ended hangUp by farEnd')
    },
  },
  {
    name: 'in: short forms of headers, and one that is very long',
    scenario: scenario(
      caller
        .invite({ lines: [`X-Long: ${'long '.repeat(600)}`], body: sdp() })
        .replace('Via:', 'v:')
        .replace('From:', 'f:')
        .replace('To:', 't:')
        .replace('Call-ID:', 'i:')
        .replace('Contact:', 'm:')
        .replace('Content-Type:', 'c:')
        .replace('Content-Length:', 'l:'),
      ...answered,
      pause(100),
      ...hungUp,
    ),
    async play({ incoming }) {
      const { leg, tells } = await incoming()
      assert.equal(leg.local.address, '+442079460101')
      await leg.answer()
      await tells('ended hangUp by farEnd')
    },
  },
  {
    name: 'in: over TCP',
    transport: 'TCP',
    scenario: scenario(caller.invite(), ...answered, pause(100), ...hungUp),
    async play({ incoming }) {
      const { leg, tells } = await incoming()
      await leg.answer()
      await tells('ended hangUp by farEnd')
    },
  },
  {
    name: 'in: over IPv6',
    address: '::1',
    scenario: scenario(caller.invite(), ...answered, pause(100), ...hungUp),
    async play({ incoming }) {
      const { leg, tells } = await incoming()
      await leg.answer()
      await tells('ended hangUp by farEnd')
    },
  },
  {
    name: 'OPTIONS, outside of a call and inside',
    scenario: scenario(
      caller.request('OPTIONS', 1, {}, 'sip:[remote_ip]:[remote_port]'),
      response(200, has('Allow:')),
      caller.invite(undefined, 2),
      ...ringing,
      response(200),
      caller.ack(2),
      caller.request('OPTIONS', 3),
      response(200, has('Allow:')),
      caller.bye(4),
      response(200),
    ),
    async play({ incoming }) {
      const { leg, tells } = await incoming()
      await leg.answer()
      await tells('ended hangUp by farEnd')
    },
  },
  {
    name: 'in: both hang up at once',
    scenario: scenario(
      caller.invite(),
      ...answered,
      request('BYE', ...noted),
      caller.bye().replace(' retrans="500"', ''),
      oneOf(481, 200),
      replyToNoted(200, 'OK'),
    ),
    async play({ incoming }) {
      const { leg, told } = await incoming()
      await leg.answer()
      await leg.hangUp()
      assert.deepEqual(told, ['answered', 'ended hangUp by us'])
    },
  },
]
