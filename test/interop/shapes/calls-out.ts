// Calls of the box: how they begin and end.
import assert from 'node:assert/strict'
import { until } from '../../support/wait.ts'
import type { CallShape, ShapeScene } from './shape.ts'
import { callee, confirmed, has, pause, reply, request, scenario, sdp } from './sipp-steps.ts'

const failed = (status: number, reason: string, lines: readonly string[] = []) => [
  callee.reply(status, reason, { lines }),
  request('ACK'),
]
const ringing = callee.reply(180, 'Ringing')
const hungUp = [request('BYE'), reply(200, 'OK')]
const proxyChallenge = 'Proxy-Authenticate: Digest realm="telco", nonce="4f2a", qop="auth", algorithm=MD5'

const elsewhere = '<sip:+441632960002@[local_ip]:[local_port]>;q=0.5, <sip:x@192.0.2.1>;q=1'

async function talksAndEnds({ call }: ShapeScene): Promise<string[]> {
  const { leg, told, tells } = call()
  await tells('answered')
  await leg.hangUp()
  return told
}

export const callsOut: readonly CallShape[] = [
  {
    name: 'out: answered, hung up by the box',
    scenario: scenario(callee.invited(), ringing, callee.accept(), request('ACK'), ...hungUp),
    async play(scene) {
      assert.deepEqual(await talksAndEnds(scene), ['alerted', 'answered', 'ended hangUp by us'])
    },
  },
  {
    name: 'out: answered, hung up by the far end',
    scenario: scenario(
      callee.invited(),
      ringing,
      callee.accept(),
      request('ACK'),
      callee.request('BYE', 1),
      confirmed(200),
    ),
    async play({ call }) {
      const { tells } = call()
      await tells('ended hangUp by farEnd')
    },
  },
  {
    name: 'out: given up before it rings',
    scenario: scenario(callee.invited(), pause(200), callee.reply(100, 'Trying', {}, ''), callee.cancelled()),
    async play({ call, endpoint }) {
      const { leg, told } = call()
      await until('the INVITE to be sent', () => endpoint.counters().requestsSent === 1)
      await leg.hangUp()
      assert.deepEqual(told, ['ended hangUp by us'])
    },
  },
  {
    name: 'out: given up while it rings',
    scenario: scenario(callee.invited(), ringing, callee.cancelled()),
    async play({ call }) {
      const { leg, tells } = call()
      await tells('alerted')
      await leg.hangUp()
    },
  },
  {
    name: 'out: CANCEL and 200 cross',
    scenario: scenario(
      callee.invited(),
      ringing,
      request('CANCEL'),
      // Answered just before: the CANCEL finds nothing to cancel.
      callee.acceptNoted(),
      request('ACK'),
      ...hungUp,
    ),
    async play({ call }) {
      const { leg, told, tells } = call()
      await tells('alerted')
      await leg.hangUp()
      assert.ok(!told.includes('answered'))
    },
  },
  ...(
    [
      [486, 'Busy Here', 'busy', 'none'],
      [603, 'Decline', 'declined', 'none'],
      [404, 'Not Found', 'numberUnassigned', 'none'],
      [480, 'Temporarily Unavailable', 'noAnswer', 'none'],
      [503, 'Service Unavailable', 'congestion', 'trunk'],
      [500, 'Server Internal Error', 'serverFailure', 'trunk'],
      [403, 'Forbidden', 'refused', 'trunk'],
    ] as const
  ).map(
    ([status, words, reason, blame]): CallShape => ({
      name: `out: ${status}, ${reason}`,
      scenario: scenario(callee.invited(), ...failed(status, words)),
      async play({ call }) {
        const { leg, tells } = call()
        await tells(`ended ${reason} by farEnd`)
        assert.deepEqual(leg.end, { by: 'farEnd', blame, reason, sipStatus: status })
      },
    }),
  ),
  {
    name: 'out: rings, and nobody answers',
    scenario: scenario(callee.invited(), ringing, ...failed(480, 'Temporarily Unavailable')),
    async play({ call }) {
      const { told, tells } = call()
      await tells('ended noAnswer by farEnd')
      assert.deepEqual(told, ['alerted', 'ended noAnswer by farEnd'])
    },
  },
  {
    name: 'out: challenged by the carrier, with the right password',
    credentials: { userName: 'trunk', password: 'given-by-the-carrier' },
    scenario: scenario(
      callee.invited(),
      ...failed(407, 'Proxy Authentication Required', [proxyChallenge]),
      callee.invited(has('Proxy-Authorization: Digest username=.trunk.')),
      callee.accept(),
      request('ACK'),
      ...hungUp,
    ),
    async play(scene) {
      assert.deepEqual(await talksAndEnds(scene), ['answered', 'ended hangUp by us'])
    },
  },
  {
    calls: 2,
    name: 'out: 302 to the same number by another name, then answered',
    scenario: scenario(
      callee.invited('<ereg regexp="INVITE sip:.441632960002@" search_in="msg" assign_to="flag"/>'),
      '<nop next="2" test="flag"/>',
      callee.reply(302, 'Moved Temporarily').replace(/^Contact:.*$/m, `Contact: ${elsewhere}`),
      request('ACK'),
      '<nop next="3"/>',
      '<label id="2"/>',
      callee.accept(),
      request('ACK'),
      ...hungUp,
      '<label id="3"/>',
    ),
    async play(scene) {
      assert.deepEqual(await talksAndEnds(scene), ['answered', 'ended hangUp by us'])
      const { redirectsFollowed, redirectsRefused } = scene.endpoint.counters()
      assert.deepEqual({ redirectsFollowed, redirectsRefused }, { redirectsFollowed: 1, redirectsRefused: 1 })
    },
  },
  {
    name: 'out: early media, then answered',
    scenario: scenario(
      callee.invited(),
      callee.reply(183, 'Session Progress', { body: sdp({ port: 6020 }) }),
      pause(200),
      callee.accept({ body: sdp({ port: 6020 }) }),
      request('ACK'),
      ...hungUp,
    ),
    async play({ call, audio }) {
      const { leg, told, tells } = call()
      await tells('earlyMediaStarted')
      assert.equal(audio.remotes.get(leg.portId!)?.port, 6020)
      await tells('answered')
      await leg.hangUp()
      assert.deepEqual(told.slice(-3), ['earlyMediaStarted', 'answered', 'ended hangUp by us'])
    },
  },
  {
    name: 'out: forked on the way, two ring, the second answers',
    lateDialogs: 1,
    scenario: scenario(
      callee.invited(),
      callee.reply(180, 'Ringing', {}, ';tag=first'),
      callee.reply(183, 'Session Progress', { body: sdp({ port: 6020 }) }, ';tag=second'),
      pause(100),
      callee.accept({ body: sdp({ port: 6022 }) }, ';tag=second'),
      request('ACK'),
      ...hungUp,
    ),
    async play({ call, audio }) {
      const { leg, tells } = call()
      await tells('answered')
      assert.equal(audio.remotes.get(leg.portId!)?.port, 6022)
      await leg.hangUp()
    },
  },
  {
    name: 'out: forked on the way, two answer, and the second is let go',
    scenario: scenario(
      callee.invited(),
      callee.accept({ body: sdp({ port: 6020 }) }, ';tag=first').replace(' retrans="500"', ''),
      request('ACK'),
      callee.acceptNoted({ body: sdp({ port: 6022 }) }, ';tag=second').replace(' retrans="500"', ''),
      request('ACK'),
      ...hungUp,
      ...hungUp,
    ),
    async play({ call, audio, endpoint }) {
      const { leg, tells } = call()
      await tells('answered')
      assert.equal(audio.remotes.get(leg.portId!)?.port, 6020)
      // Acknowledged, and hung up by the endpoint: then the first one goes.
      await until('the second to be let go', () => (endpoint.counters().dialogs ?? 0) === 1)
      await leg.hangUp()
    },
  },
  {
    name: 'out: progress that wants to be confirmed (100rel, PRACK)',
    scenario: scenario(
      callee.invited(has('Supported:.*100rel')),
      callee.reply(183, 'Session Progress', {
        lines: ['Require: 100rel', 'RSeq: 7'],
        body: sdp({ port: 6020 }),
      }),
      request('PRACK', has('RAck: 7 [0-9]+ INVITE')),
      reply(200, 'OK'),
      callee.acceptNoted({ body: sdp({ port: 6020 }) }),
      request('ACK'),
      ...hungUp,
    ),
    async play(scene) {
      const told = await talksAndEnds(scene)
      assert.equal(told.at(-2), 'answered')
    },
  },
]
