// A flow asks a JavaScript module written for Lambda: one that answers, and ones that do everything else.
import t from 'tap'
import { until } from '../../support/wait.ts'
import { functionRig, module, nothingLeft, put } from './function-rig.ts'

function rigOf(directory: string, source: string, more: { concurrency?: number } = {}, file = 'functions/answer.mjs') {
  put(directory, file, source)
  return functionRig(directory, [module('answer', file, more)])
}

t.test('event and context as on Lambda', async (t) => {
  const rig = rigOf(
    t.testdir(),
    `export async function handler(event, context) {
      const ms = context.getRemainingTimeInMillis()
      return { id: event.Details.Parameters.id, name: context.functionName, version: context.functionVersion,
        arn: context.invokedFunctionArn, request: typeof context.awsRequestId, inTime: ms > 0 && ms <= 3000,
        secret: String(process.env.SECRET_OF_THE_DAEMON), path: typeof process.env.PATH }
    }`,
  )
  process.env.SECRET_OF_THE_DAEMON = 'k3y'
  t.teardown(() => delete process.env.SECRET_OF_THE_DAEMON)
  t.same(await rig.ask('answer', { event: { Details: { Parameters: { id: '7' } } }, timeoutMs: 3000 }), {
    ok: true,
    result: {
      id: '7',
      name: 'answer',
      version: '$LATEST',
      arn: 'arn:aws:lambda:local:000000000000:function:answer',
      request: 'string',
      inTime: true,
      secret: 'undefined',
      path: 'string',
    },
  })
  t.same(await rig.close(), nothingLeft)
})

t.test('a module stays loaded: what it keeps is there at the next call', async (t) => {
  const rig = rigOf(t.testdir(), 'let calls = 0\nexport const handler = () => ({ calls: ++calls })')
  for (const calls of [1, 2, 3]) t.same(await rig.ask('answer'), { ok: true, result: { calls } })
  t.match(rig.functions.counters(), { threads: 1, threadsStarted: 1 })
  t.same(await rig.close(), nothingLeft)
})

const olderForms: [what: string, file: string, source: string][] = [
  ['CommonJS', 'answer.cjs', "exports.handler = async () => ({ is: 'well' })"],
  [
    'a callback',
    'answer.mjs',
    "export function handler(event, context, callback) { setImmediate(callback, null, { is: 'well' }) }",
  ],
  ['a plain value', 'answer.mjs', "export function handler() { return { is: 'well' } }"],
]
for (const [what, file, source] of olderForms)
  t.test(`an older function: ${what}`, async (t) => {
    const rig = rigOf(t.testdir(), source, {}, file)
    t.same(await rig.ask('answer'), { ok: true, result: { is: 'well' } })
    t.same(await rig.close(), nothingLeft)
  })

const failures: [what: string, source: string, outcome: object][] = [
  [
    'throws',
    "export async function handler() { throw new TypeError('no such customer') }",
    { reason: 'failed', detail: 'TypeError: no such customer' },
  ],
  [
    'rejects by callback',
    "export function handler(e, c, callback) { callback('out of order') }",
    { reason: 'failed', detail: 'thrown: out of order' },
  ],
  [
    'throws what can not be told',
    'export async function handler() { throw Object.create(null) }',
    { reason: 'failed' },
  ],
  ['exits', 'export async function handler() { process.exit(3) }', { reason: 'failed', detail: /exit code 3/ }],
  [
    'throws behind its own back',
    "export function handler() { setImmediate(() => { throw new Error('later') }); return new Promise(() => {}) }",
    { reason: 'failed', detail: /later/ },
  ],
  [
    'rejects behind its own back',
    "export function handler() { Promise.reject(new Error('unheld')); return new Promise(() => {}) }",
    { reason: 'failed', detail: /unheld/ },
  ],
  [
    'answers nothing',
    'export async function handler() {}',
    { reason: 'badResponse', detail: 'the answer is null, not an object' },
  ],
  [
    'answers a text',
    "export async function handler() { return 'well' }",
    { reason: 'badResponse', detail: /a string/ },
  ],
  [
    'answers what is no JSON',
    'export async function handler() { const a = {}; a.a = a; return a }',
    { reason: 'failed', detail: /circular/i },
  ],
  ['answers too much', "export async function handler() { return { a: 'x'.repeat(40_000) } }", { reason: 'tooLarge' }],
  [
    'takes all the memory it can get',
    'export function handler() { const all = []; for (;;) all.push(new Array(100_000).fill(1.5)) }',
    { reason: 'failed', detail: /memory/ },
  ],
]
for (const [what, source, outcome] of failures)
  t.test(`a module that ${what}`, async (t) => {
    const rig = rigOf(t.testdir(), source)
    t.match(await rig.ask('answer'), { ok: false, ...outcome })
    t.match(await rig.ask('answer'), { ok: false, ...outcome }, 'and again: nothing of the first call is left')
    t.same(await rig.close(), nothingLeft)
  })

const unusable: [what: string, source: string | undefined, detail: RegExp][] = [
  ['is not there', undefined, /can't be loaded: .*answer\.mjs/],
  ['is no JavaScript', 'export async function handler( {', /can't be loaded/],
  [
    'throws while it is loaded',
    "throw new Error('no licence')\nexport const handler = 1",
    /can't be loaded: no licence/,
  ],
  ['exports no handler', 'export const handle = () => ({})', /exports no function "handler"/],
]
for (const [what, source, detail] of unusable)
  t.test(`a module that ${what}`, async (t) => {
    const directory = t.testdir()
    if (source !== undefined) put(directory, 'answer.mjs', source)
    const rig = functionRig(directory, [module('answer', 'answer.mjs')])
    t.match(await rig.ask('answer'), { ok: false, reason: 'failed', detail })
    await until('the log to tell it', () => rig.logged.some(({ message }) => message === 'a function can not be used'))
    t.same(await rig.close(), nothingLeft)
  })

t.test('a module that loops for ever is ended at the time limit; the next call gets a new thread', async (t) => {
  const rig = rigOf(t.testdir(), 'export function handler(event) { if (event.loop) for (;;); return { is: "well" } }')
  t.same(await rig.ask('answer'), { ok: true, result: { is: 'well' } })
  t.match(await rig.ask('answer', { event: { loop: true }, timeoutMs: 300 }), { ok: false, reason: 'timeout' })
  t.same(await rig.ask('answer'), { ok: true, result: { is: 'well' } })
  t.match(rig.functions.counters(), { threadsStarted: 2 })
  t.same(await rig.close(), nothingLeft)
})

t.test('while one call loops, the others of the same module are answered, and the main thread goes on', async (t) => {
  const rig = rigOf(t.testdir(), 'export function handler(event) { if (event.loop) for (;;); return { is: "well" } }')
  const looping = rig.ask('answer', { event: { loop: true }, timeoutMs: 1500 })
  for (let call = 0; call < 3; call++) t.same(await rig.ask('answer'), { ok: true, result: { is: 'well' } })
  t.equal(rig.functions.counters().running, 1, 'the looping one is still under way')
  t.match(await looping, { ok: false, reason: 'timeout' })
  t.same(await rig.close(), nothingLeft)
})

t.test('a module that loops while it is loaded', async (t) => {
  const rig = rigOf(t.testdir(), 'for (;;);\nexport const handler = () => ({})')
  t.match(await rig.ask('answer', { timeoutMs: 300 }), { ok: false, reason: 'timeout' })
  t.same(await rig.close(), nothingLeft)
})

t.test('a module that prints without end in a loop harms nobody', async (t) => {
  const rig = rigOf(t.testdir(), "export function handler() { for (;;) console.log('still here') }")
  t.match(await rig.ask('answer', { timeoutMs: 500 }), { ok: false })
  t.same(await rig.close(), nothingLeft)
  t.ok(rig.logged.length < 100, `${rig.logged.length} lines`)
})

t.test('what a module prints stands in the log', async (t) => {
  const rig = rigOf(t.testdir(), "export function handler() { console.log('looked up', 7); return {} }")
  await rig.ask('answer')
  const printed = await until('the line', () => rig.logged.find(({ message }) => message === 'a function prints'))
  t.same(printed.fields, { function: 'answer', text: 'looked up 7' })
  t.same(await rig.close(), nothingLeft)
})

t.test('the caller hangs up: the thread is ended', async (t) => {
  const rig = rigOf(t.testdir(), "export function handler() { console.log('begun'); return new Promise(() => {}) }")
  const call = new AbortController()
  const outcome = rig.ask('answer', { signal: call.signal })
  await until('the handler to run', () => rig.logged.length > 0)
  call.abort()
  t.match(await outcome, { ok: false, reason: 'aborted' })
  await until('the thread to be gone', () => rig.functions.counters().threads === 0)
  t.same(await rig.close(), nothingLeft)
})

t.test('one call at a time in a thread, and no more threads than may run', async (t) => {
  const source = `let at = 0
    export async function handler() { at++; await new Promise((r) => setTimeout(r, 30)); return { together: at-- } }`
  const rig = rigOf(t.testdir(), source, { concurrency: 2 })
  const outcomes = await Promise.all(Array.from({ length: 6 }, () => rig.ask('answer')))
  t.same(outcomes, Array(6).fill({ ok: true, result: { together: 1 } }))
  t.equal(rig.functions.counters().threadsStarted, 2)
  t.same(await rig.close(), nothingLeft)
})

t.test('a module gives way to audio', async (t) => {
  // The 17th field behind the name in stat is the nice value; thread-self is the thread that reads it.
  const source = `import { readFileSync } from 'node:fs'
    export const handler = () => ({ nice: readFileSync('/proc/thread-self/stat', 'utf8').replace(/.*\\) /, '').split(' ')[16] })`
  const rig = rigOf(t.testdir(), source)
  const outcome = await rig.ask('answer')
  t.ok(outcome.ok && Number(outcome.result.nice) > 0, JSON.stringify(outcome))
  t.same(await rig.close(), nothingLeft)
})
