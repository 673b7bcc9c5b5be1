// A flow asks an HTTP endpoint that is well, slow, overloaded, talkative, lying or gone.
import t from 'tap'
import { HttpEndpoint } from '../../support/http-endpoint.ts'
import { until } from '../../support/wait.ts'
import { functionRig, http, nothingLeft } from './function-rig.ts'

t.test('the endpoint gets the event and its secret header, the flow the answer', async (t) => {
  const endpoint = await HttpEndpoint.open(() => ({ body: '{"name":"Ada","open":3}' }))
  const rig = functionRig(t.testdir(), [
    http('lookup', `${endpoint.url}/crm?x=1`, { headers: { Authorization: 'Bearer k3y' } }),
  ])
  t.same(await rig.ask('lookup', { event: { Name: 'ContactFlowEvent', Details: { Parameters: { id: '7' } } } }), {
    ok: true,
    result: { name: 'Ada', open: 3 },
  })
  const [asked] = endpoint.asked
  t.equal(asked?.method, 'POST')
  t.equal(asked?.path, '/crm?x=1')
  t.equal(asked?.headers.authorization, 'Bearer k3y')
  t.equal(asked?.headers['content-type'], 'application/json')
  t.match(asked?.headers['x-cordboard-request-id'], /^[0-9a-f-]{36}$/)
  t.same(JSON.parse(asked?.body ?? ''), { Name: 'ContactFlowEvent', Details: { Parameters: { id: '7' } } })
  t.same(await rig.close(), nothingLeft)
  await endpoint.close()
})

t.test('an overloaded endpoint is asked again, up to three times', async (t) => {
  const statuses = [503, 429, 500, 200]
  const endpoint = await HttpEndpoint.open((_asked, turn) => ({
    status: statuses[turn - 1] ?? 200,
    body: '{"ok":"1"}',
  }))
  const rig = functionRig(t.testdir(), [http('lookup', endpoint.url)])
  t.same(await rig.ask('lookup'), { ok: true, result: { ok: '1' } })
  t.equal(endpoint.asked.length, 4)
  t.equal(rig.functions.counters().retried, 3)
  t.same(await rig.close(), nothingLeft)
  await endpoint.close()
})

t.test('an endpoint that stays broken is asked four times in all', async (t) => {
  const endpoint = await HttpEndpoint.open(() => ({ status: 502 }))
  const rig = functionRig(t.testdir(), [http('lookup', endpoint.url)])
  t.same(await rig.ask('lookup'), { ok: false, reason: 'failed', detail: 'the endpoint answered 502 Bad Gateway' })
  t.equal(endpoint.asked.length, 4)
  t.same(await rig.close(), nothingLeft)
  await endpoint.close()
})

t.test('retries end with the time limit', async (t) => {
  const endpoint = await HttpEndpoint.open(() => ({ status: 503 }))
  const rig = functionRig(t.testdir(), [http('lookup', endpoint.url)])
  t.match(await rig.ask('lookup', { timeoutMs: 150 }), {
    ok: false,
    reason: 'timeout',
    detail: 'no answer within 0.15 s',
  })
  t.ok(endpoint.asked.length < 4, `asked ${endpoint.asked.length} times`)
  t.same(await rig.close(), nothingLeft)
  await endpoint.close()
})

const refusals: [what: string, reply: Parameters<typeof HttpEndpoint.open>[0], outcome: object][] = [
  ['a status of the 400s is final', () => ({ status: 404 }), { reason: 'failed', detail: /answered 404 Not Found/ }],
  [
    'a redirect is not followed',
    () => ({ status: 302, headers: { location: '/elsewhere' } }),
    { reason: 'failed', detail: /redirects \(302\)/ },
  ],
  ['an answer that is no JSON', () => ({ body: 'hello' }), { reason: 'badResponse', detail: /no JSON/ }],
  ['an empty answer', () => ({ body: '' }), { reason: 'badResponse', detail: 'the answer is empty' }],
  ['a list', () => ({ body: '[1]' }), { reason: 'badResponse', detail: 'the answer is a list, not an object' }],
  ['null', () => ({ body: 'null' }), { reason: 'badResponse', detail: 'the answer is null, not an object' }],
  [
    'an answer that says it is too large',
    () => ({ body: JSON.stringify({ a: 'x'.repeat(33_000) }) }),
    { reason: 'tooLarge', detail: 'the answer is larger than 32768 bytes' },
  ],
  [
    'an answer that is too large without having said so',
    () => ({ body: JSON.stringify({ a: 'x'.repeat(1_000_000) }), headers: { 'transfer-encoding': 'chunked' } }),
    { reason: 'tooLarge' },
  ],
  [
    'an answer nested beyond use',
    () => ({ body: `${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}` }),
    { reason: 'badResponse', detail: /nested deeper/ },
  ],
  [
    'a function behind the interface of Lambda that threw',
    () => ({ headers: { 'x-amz-function-error': 'Unhandled' }, body: '{"errorMessage":"no such key"}' }),
    { reason: 'failed', detail: /failed \(Unhandled\): .*no such key/ },
  ],
]
for (const [what, reply, outcome] of refusals)
  t.test(what, async (t) => {
    const endpoint = await HttpEndpoint.open(reply)
    const rig = functionRig(t.testdir(), [http('lookup', endpoint.url)])
    t.match(await rig.ask('lookup'), { ok: false, ...outcome })
    t.equal(endpoint.asked.length, 1, 'asked once')
    t.match(rig.logged, [{ message: 'a function failed', fields: { function: 'lookup' } }])
    t.same(await rig.close(), nothingLeft)
    await endpoint.close()
  })

t.test('an endpoint that hangs is left at the time limit of the flow, or of the function', async (t) => {
  const endpoint = await HttpEndpoint.open(() => ({ hang: true }))
  const rig = functionRig(t.testdir(), [http('slow', endpoint.url), http('strict', endpoint.url, { timeoutS: 0.1 })])
  t.match(await rig.ask('slow', { timeoutMs: 100 }), { ok: false, reason: 'timeout' })
  t.match(await rig.ask('strict'), { ok: false, reason: 'timeout', detail: 'no answer within 0.1 s' })
  await until('both connections to be given up', () => endpoint.left === 2)
  t.same(await rig.close(), nothingLeft)
  await endpoint.close()
})

t.test('the caller hangs up while the endpoint thinks', async (t) => {
  const endpoint = await HttpEndpoint.open(() => ({ hang: true }))
  const rig = functionRig(t.testdir(), [http('slow', endpoint.url)])
  const call = new AbortController()
  const outcome = rig.ask('slow', { signal: call.signal })
  await until('the endpoint to be asked', () => endpoint.asked.length === 1)
  call.abort()
  t.match(await outcome, { ok: false, reason: 'aborted' })
  await until('the connection to be given up', () => endpoint.left === 1)
  t.same(rig.logged, [], 'nothing went wrong')
  t.same(await rig.close(), nothingLeft)
  await endpoint.close()
})

t.test('nobody listens', async (t) => {
  const endpoint = await HttpEndpoint.open(() => ({}))
  const { url } = endpoint
  await endpoint.close()
  const rig = functionRig(t.testdir(), [http('gone', url)])
  t.match(await rig.ask('gone'), { ok: false, reason: 'failed', detail: /can't be reached: .*ECONNREFUSED/ })
  t.same(await rig.close(), nothingLeft)
})

t.test('more calls than may run wait, more than may wait are turned away', async (t) => {
  const endpoint = await HttpEndpoint.open(() => ({ hang: true }))
  const rig = functionRig(t.testdir(), [http('one', endpoint.url, { concurrency: 1 })])
  const calls = [600, 200, 200, 200, 200, 200].map((timeoutMs) => rig.ask('one', { timeoutMs }))
  t.match(await calls[5], { ok: false, reason: 'busy', detail: /wait already/ })
  t.match(rig.functions.counters(), { running: 1, waiting: 4 })
  const outcomes = await Promise.all(calls.slice(0, 5))
  t.same(
    outcomes.map((outcome) => !outcome.ok && outcome.reason),
    ['timeout', 'busy', 'busy', 'busy', 'busy'],
  )
  t.same(await rig.close(), nothingLeft)
  await endpoint.close()
})

t.test('a function nobody declared', async (t) => {
  const rig = functionRig(t.testdir(), [])
  t.equal(rig.functions.has('constructor'), false)
  t.match(await rig.ask('constructor'), { ok: false, reason: 'notFound' })
  t.same(rig.functions.counters(), { invoked: 1, notFound: 1 })
})

t.test('the box stops while a call is under way; later calls end at once', async (t) => {
  const endpoint = await HttpEndpoint.open(() => ({ hang: true }))
  const rig = functionRig(t.testdir(), [http('slow', endpoint.url)])
  const outcome = rig.ask('slow')
  await until('the endpoint to be asked', () => endpoint.asked.length === 1)
  t.same(await rig.close(), nothingLeft)
  t.match(await outcome, { ok: false, reason: 'aborted' })
  t.match(await rig.ask('slow'), { ok: false, reason: 'aborted' })
  t.equal(endpoint.asked.length, 1)
  await endpoint.close()
})
