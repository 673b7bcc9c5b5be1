import { join } from 'node:path'
import t from 'tap'
import { loadScripts, scriptFiles } from '../../../daemon/author/script-file.ts'

const dir = t.testdir({
  'good.yaml':
    'flow: x.json\ntests:\n  - name: one\n    steps:\n      - presses: 1\n      - waits: 1m\n      - hears: /x+/i\n',
  'bad.yaml': `flow: x.json
tests:
  - name: one
    steps:
      - presses: 1x
      - waits: soon
      - hears: /(/
      - hear: x
      - presses: 1
        hears: both
`,
  'empty.yaml': 'tests: []\n',
  'notes.txt': '',
  'broken.yaml': 'tests: [\n',
})

t.test('a sound file', async (t) => {
  const { scripts, faults, place } = loadScripts(join(dir, 'good.yaml'))
  t.same(faults, [])
  t.match(scripts?.tests[0], {
    name: 'one',
    channel: 'VOICE',
    steps: [{ presses: '1' }, { waits: 60_000 }, { hears: '/x+/i' }],
  })
  t.same(place(0, 1), { line: 6, column: 9 })
  t.same(place(0, undefined), { line: 3, column: 11 })
})

t.test('every fault with its place', async (t) => {
  const { scripts, faults } = loadScripts(join(dir, 'bad.yaml'))
  t.equal(scripts, undefined)
  t.same(faults.map(({ line, path }) => [line, path]).sort(), [
    [5, '$.tests[0].steps[0].presses'],
    [6, '$.tests[0].steps[1].waits'],
    [7, '$.tests[0].steps[2].hears'],
    [8, '$.tests[0].steps[3].hear'],
    [9, '$.tests[0].steps[4]'],
  ])
  t.match(faults.find(({ line }) => line === 8)?.mend, /Did you mean "hears"\?/)
})

t.test('no scripts, no YAML, no file', async (t) => {
  t.match(loadScripts(join(dir, 'empty.yaml')).faults, [{ message: /empty/ }])
  t.ok(loadScripts(join(dir, 'broken.yaml')).faults.length > 0)
  t.match(loadScripts(join(dir, 'none.yaml')).faults, [{ mend: 'Check the path.' }])
})

t.test('the scripts of a folder, sorted', async (t) => {
  t.same(
    scriptFiles(dir),
    ['bad.yaml', 'broken.yaml', 'empty.yaml', 'good.yaml'].map((name) => join(dir, name)),
  )
  t.same(scriptFiles(join(dir, 'notes.txt')), [join(dir, 'notes.txt')])
  t.equal(scriptFiles(join(dir, 'nowhere')), undefined)
})
