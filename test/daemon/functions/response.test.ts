// What a function's answer must be to be one at all.
import t from 'tap'
import { readAnswer } from '../../../daemon/functions/response.ts'

t.test('an object of JSON is an answer', async (t) => {
  t.same(readAnswer('{"a":1,"b":{"c":[null]}}'), { ok: true, result: { a: 1, b: { c: [null] } } })
})

for (const [what, text, fault] of [
  ['nothing', ' ', { reason: 'badResponse', detail: /empty/ }],
  ['no JSON', 'hello', { reason: 'badResponse', detail: /no JSON/ }],
  ['a list', '[1]', { reason: 'badResponse', detail: /a list, not an object/ }],
  ['null', 'null', { reason: 'badResponse', detail: /null/ }],
  ['a nest', `${'{"a":'.repeat(70)}1${'}'.repeat(70)}`, { reason: 'badResponse', detail: /deeper than 64/ }],
  ['too much', JSON.stringify({ a: 'ü'.repeat(17_000) }), { reason: 'tooLarge' }],
] as const)
  t.test(`${what} is none`, async (t) => {
    t.match(readAnswer(text), { ok: false, ...fault })
  })

t.test('keys of the prototype stay keys', async (t) => {
  const read = readAnswer('{"__proto__":"a","constructor":"b"}')
  t.ok(read.ok && Object.hasOwn(read.result, '__proto__') && Object.hasOwn(read.result, 'constructor'))
})
