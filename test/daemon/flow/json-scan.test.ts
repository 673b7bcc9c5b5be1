// The scanner of places against JSON.parse: the same texts are sound to both, and places are where a person would look.
import t from 'tap'
import { formatPath, offsetOf, placeOf, scanJson } from '../../../daemon/flow/json-scan.ts'

const sound = (text: string) => scanJson(text, 64) === undefined
const parses = (text: string) => {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

t.test('texts that are JSON, and texts that nearly are', async (t) => {
  const texts = [
    '{}',
    '[]',
    '""',
    '0',
    '-0.5e+10',
    'true',
    'null',
    ' [1 , 2 ] ',
    '{"a":{"b":[{}]}}',
    '"\\u00e9\\n\\"\\\\"',
    '[[],[[]]]',
    '',
    ' ',
    '{',
    '[',
    '{"a"}',
    '{"a":}',
    '{a:1}',
    "{'a':1}",
    '[1,]',
    '{"a":1,}',
    '[1 2]',
    '01',
    '1.',
    '.5',
    '+1',
    'tru',
    '"a\nb"',
    '"\\x"',
    '"\\u12g4"',
    '"open',
    '{} {}',
    '[1]]',
    '// c\n1',
    'NaN',
    '\u00a0[]',
    '{"a":1 "b":2}',
    '[,1]',
    '-',
  ]
  for (const text of texts) t.equal(sound(text), parses(text), JSON.stringify(text))
})

t.test('every text one character away from a flow is judged as JSON.parse judges it', async (t) => {
  const text = '{"Version": "2019", "A": [1, -2.5e3, true, null, "x\\ny", {"b": []}]}'
  let wrong = 0
  for (let at = 0; at < text.length; at++)
    for (const put of ['', '"', '{', '}', ']', ',', ':', '\\', '1', ' ']) {
      const changed = text.slice(0, at) + put + text.slice(at + 1)
      if (sound(changed) !== parses(changed)) wrong++
    }
  t.equal(wrong, 0)
})

t.test('a fault is told at its place', async (t) => {
  const fault = scanJson('{\n  "a": 1,\n  "b" 2\n}', 64)
  t.match(fault?.message, /colon/)
  t.same(placeOf('{\n  "a": 1,\n  "b" 2\n}', fault?.offset ?? 0), { line: 3, column: 7 })
  t.match(scanJson('{"a": [1, 2', 64)?.message, /text ends where a comma or \] should stand/)
})

t.test('a value is found by its path, else the nearest around it', async (t) => {
  const text = '{"a": {"b": [10, {"c": 1}]}, "d": 2}'
  t.equal(text.slice(offsetOf(text, ['a', 'b', 1, 'c'], 64))[0], '1')
  t.equal(text.slice(offsetOf(text, ['a', 'b', 0], 64))[1], '0')
  t.equal(text.slice(offsetOf(text, ['a', 'b', 7, 'x'], 64))[0], '[', 'missing index: the list')
  t.equal(offsetOf(text, ['nothing'], 64), 0, 'missing key: the whole')
})

t.test('a key that stands twice is told', async (t) => {
  const twice: string[] = []
  scanJson('{"a": 1, "b": {"a": 2, "\\u0061": 3}}', 64, { duplicateKey: (path) => twice.push(formatPath(path)) })
  t.same(twice, ['$.b.a'], 'also when it is written with an escape')
})

t.test('depth is bounded and costs no stack', async (t) => {
  const deep = '['.repeat(300_000) + ']'.repeat(300_000)
  t.match(scanJson(deep, 64)?.message, /deeper than 64/)
  t.equal(scanJson(deep, 400_000), undefined)
})

t.test('a string of a megabyte is read', async (t) => {
  t.equal(scanJson(JSON.stringify('"\\ü'.repeat(250_000)), 64), undefined)
})

t.test('paths are written as a person would', async (t) => {
  t.equal(formatPath(['Actions', 3, 'Parameters', 'QueueId']), '$.Actions[3].Parameters.QueueId')
  t.equal(formatPath(['a key']), '$["a key"]')
})
