// The states of a registration, and the answers to challenges.
import t from 'tap'
import { answerChallenge, parseChallenge, strongestChallenge } from '../../../../daemon/sip/carrier/digest-client.ts'
import {
  nextRegistration,
  type RegistrationEffect,
  type RegistrationInput,
  type RegistrationState,
  refreshAfterMs,
} from '../../../../daemon/sip/carrier/registration-machine.ts'

const idle: RegistrationState = { name: 'idle' }
const asking: RegistrationState = { name: 'registering', expiresS: 600, failures: 0 }
const registered: RegistrationState = { name: 'registered', expiresS: 600 }
const waiting: RegistrationState = { name: 'waiting', expiresS: 600, failures: 2 }
const refused: RegistrationState = { name: 'refused' }
const due: RegistrationInput = { type: 'due' }
const failed: RegistrationInput = { type: 'failed', reason: 'timeout' }

t.test('every state with every input', async (t) => {
  const cases: [RegistrationState, RegistrationInput, next: string | undefined, effects: RegistrationEffect['do'][]][] =
    [
      [idle, { type: 'start', expiresS: 600 }, 'registering', ['register']],
      [idle, due, undefined, []],
      [idle, failed, undefined, []],
      [asking, { type: 'accepted', grantedS: 600 }, 'registered', ['tell', 'wait']],
      [asking, { type: 'tooBrief', minExpiresS: 900 }, 'registering', ['register']],
      [asking, { type: 'tooBrief', minExpiresS: 600 }, 'waiting', ['tell', 'wait']],
      [asking, { type: 'tooBrief', minExpiresS: 1e9 }, 'waiting', ['tell', 'wait']],
      [asking, { type: 'refused', reason: '403' }, 'refused', ['tell']],
      [asking, failed, 'waiting', ['tell', 'wait']],
      [asking, due, undefined, []],
      [registered, due, 'registering', ['register']],
      [registered, failed, undefined, []],
      [waiting, due, 'registering', ['register']],
      [waiting, { type: 'accepted', grantedS: 60 }, undefined, []],
      [refused, due, undefined, []],
      [refused, failed, undefined, []],
    ]
  for (const [state, input, next, effects] of cases) {
    const step = nextRegistration(state, input, 0.5)
    t.equal(step?.next.name, next, `${state.name} ${input.type}`)
    t.same(step?.effects.map((effect) => effect.do) ?? [], effects)
  }
})

t.test('pauses grow to half an hour, each spread by chance', async (t) => {
  const pauseS = (failures: number, chance: number, retryAfterS?: number) => {
    const input: RegistrationInput = { ...failed, ...(retryAfterS !== undefined && { retryAfterS }) }
    const wait = nextRegistration({ ...asking, failures }, input, chance)?.effects.find(
      (effect) => effect.do === 'wait',
    )
    return (wait?.ms ?? 0) / 1000
  }
  t.same(
    [0, 1, 2, 3, 6, 50].map((failures) => pauseS(failures, 1)),
    [30, 60, 120, 240, 1800, 1800],
  )
  t.same(
    [0, 1, 2, 3, 6, 50].map((failures) => pauseS(failures, 0)),
    [15, 30, 60, 120, 900, 900],
  )
  t.equal(pauseS(0, 1, 300), 300)
  t.equal(pauseS(0, 1, 1e9), 1800)
})

t.test('renewed before it expires, never all the time', async (t) => {
  t.same(
    [3600, 600, 120, 60, 20, 1, 0].map((granted) => refreshAfterMs(granted) / 1000),
    [3240, 540, 90, 30, 10, 5, 5],
  )
})

t.test('the examples of RFC 2617 and RFC 7616', async (t) => {
  const request = { method: 'GET', uri: '/dir/index.html' }
  const old = parseChallenge(
    'Digest realm="testrealm@host.com", qop="auth,auth-int", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", opaque="5ccc069c403ebaf9f0171e9517f40e41"',
  )!
  const mufasa = { userName: 'Mufasa', password: 'Circle Of Life' }
  t.match(answerChallenge(old, mufasa, request, '0a4f113b'), 'response="6629fae49393a05397450978507c4ef1"')
  const nonce = '7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v'
  const challenges = ['SHA-256', 'MD5'].map(
    (algorithm) =>
      `Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm=${algorithm}, nonce="${nonce}"`,
  )
  const both = { userName: 'Mufasa', password: 'Circle of Life' }
  const cnonce = 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ'
  t.match(
    answerChallenge(strongestChallenge(challenges)!, both, request, cnonce),
    'response="753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"',
  )
  t.match(
    answerChallenge(strongestChallenge(challenges.slice(1))!, both, request, cnonce),
    'response="8ca523f5e9506fed4657c9700eebdbec"',
  )
})

t.test('challenges that can not be answered', async (t) => {
  for (const value of [
    'Basic realm="x"',
    'Digest realm="x"',
    'Digest realm="x", nonce="n", algorithm=SHA-1',
    'Digest realm="x", nonce="n", qop="auth-int"',
    'Digest realm="x", realm="y", nonce="n"',
    'Digest realm="x, nonce="n"',
    'Digest',
    '',
  ])
    t.equal(parseChallenge(value), undefined, value)
  t.match(parseChallenge('Digest realm="x", nonce="n", stale=TRUE'), { stale: true, qop: undefined, algorithm: 'MD5' })
})
