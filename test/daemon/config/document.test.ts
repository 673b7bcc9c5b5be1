import t from 'tap'
import { ConfigDocument } from '../../../daemon/config/document.ts'
import { formatFault } from '../../../daemon/fault.ts'

const faultsOf = (text: string) =>
  new ConfigDocument('x.yaml', text).faults.map(({ file, line, column, code }) => `${file}:${line}:${column} ${code}`)

t.test('a sound file gives its value', async (t) => {
  const document = new ConfigDocument(
    'x.yaml',
    'queues:\n  - name: Support\n    hours: &h Always\n  - { name: Sales, hours: *h }\n',
  )
  t.same(document.faults, [])
  t.same(document.value, {
    queues: [
      { name: 'Support', hours: 'Always' },
      { name: 'Sales', hours: 'Always' },
    ],
  })
})

t.test('an empty file is an empty map', async (t) => {
  for (const text of ['', '# nothing yet\n', '---\n']) t.same(new ConfigDocument('x.yaml', text).value, {})
})

t.test('each slip is told with its place', async (t) => {
  for (const [what, text, expected] of [
    ['tab', 'a:\n\t- b\n', 'x.yaml:2:1 CFG-107'],
    ['open quote', 'a: 1\nb: "x\n', 'x.yaml:2:4 CFG-105'],
    ['missing colon', 'a: 1\nb\nc: 1\n', 'x.yaml:2:1 CFG-105'],
    ['odd indent', 'a:\n  - x\n - y\n', 'x.yaml:3:1 CFG-105'],
    ['colon in text', 'a: b: c\n', 'x.yaml:1:4 CFG-105'],
    ['at sign', 'a: @x\n', 'x.yaml:1:4 CFG-105'],
    ['two documents', 'a: 1\n---\nb: 1\n', 'x.yaml:2:1 CFG-105'],
    ['duplicate key', 'a:\n  b: 1\n  c: 2\n  b: 3\n', 'x.yaml:4:3 CFG-106'],
    ['tag', 'a: !secret x\n', 'x.yaml:1:4 CFG-109'],
    ['alias of nothing', 'a: *b\n', 'x.yaml:1:1 CFG-110'],
    ['list as key', '? [a]\n: b\n', 'x.yaml:1:3 CFG-105'],
  ] as const)
    t.equal(faultsOf(text)[0], expected, what)
})

t.test('one slip is not told in many words', async (t) => {
  t.equal(faultsOf('a:\n  - x\n - y\n').length, 1)
  t.ok(faultsOf('"\n'.repeat(1000)).length <= 5)
})

t.test('what stands in the file is not repeated in a fault of its grammar', async (t) => {
  for (const text of ['a: 1\n- hunter2\n', 'a: "hunter2\n', 'a: |hunter2\n', 'hunter2\nb: 1\n', '{a: hunter2}}\n']) {
    const { faults } = new ConfigDocument('x.yaml', text)
    t.ok(faults.length > 0, text)
    t.notMatch(faults.map(formatFault).join('\n'), 'hunter2')
  }
})

t.test('depth without end is refused before it costs time', async (t) => {
  const megabyte = 1_000_000
  for (const unit of ['[', '- ', '? ', '{a: ', '[{']) {
    const started = performance.now()
    const faults = faultsOf(unit.repeat(megabyte / unit.length))
    t.match(faults, [/CFG-108$/], JSON.stringify(unit))
    t.ok(performance.now() - started < 2000, 'within two seconds')
  }
  const indented = Array.from({ length: 1000 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n')
  t.match(faultsOf(indented), ['x.yaml:201:1 CFG-108'])
})

t.test('aliases that multiply are refused', async (t) => {
  const letters = [...'abcdefghij']
  const lines = letters.map(
    (letter, i) => `${letter}: &${letter} [${Array(9).fill(i === 0 ? 'x' : `*${letters[i - 1]}`)}]`,
  )
  t.match(faultsOf(lines.join('\n')), [/CFG-110$/])
})

t.test('places: of a value, of its key, of what is around it when it is absent', async (t) => {
  const document = new ConfigDocument('x.yaml', '# note\nqueues:\n  - name: Support\n    hours:\n    list: [1, 2]\n')
  t.same(document.place(['queues', 0, 'name']), { line: 3, column: 11 })
  t.same(document.place(['queues', 0, 'name'], 'key'), { line: 3, column: 5 })
  t.same(document.place(['queues', 0, 'hours']), { line: 4, column: 5 }, 'an empty value stands at its key')
  t.same(document.place(['queues', 0, 'list', 1]), { line: 5, column: 15 })
  t.same(document.place(['queues', 0, 'nothing']), { line: 3, column: 5 })
  t.same(document.place(['nothing', 'at', 'all']), { line: 2, column: 1 })
})

t.test('a key named __proto__ is a key like any other', async (t) => {
  const { value } = new ConfigDocument('x.yaml', '__proto__: { polluted: true }\n')
  t.ok(Object.hasOwn(value as object, '__proto__'))
  t.equal(({} as Record<string, unknown>).polluted, undefined)
})
