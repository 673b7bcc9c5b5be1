import { join } from 'node:path'
import { test } from 'tap'
import { cordboard, root } from './cli-support.ts'

const shippedScripts = join(root, 'config/examples/flow-tests')
const main = join(root, 'config/instance/flows/main.json')

test('the shipped flows follow the shipped scripts', async (t) => {
  const { exitCode, out, err } = await cordboard('flow', 'test', shippedScripts)
  t.equal(exitCode, 0, out)
  t.equal(err, '')
  t.match(out, /^TAP version 14\n1\.\.14\n/)
  t.equal(out.match(/^ok \d+ - /gm)?.length, 14)
  t.match(out, /# 14 of 14 scripts followed$/)
})

test('a script that is not followed: exit 1, with place, expectation, what happened and the trace', async (t) => {
  const dir = t.testdir({
    'x.yaml': `flow: ${main}
tests:
  - name: hears music # and more
    steps:
      - presses: 1
      - hears: /symphony/
  - name: is fine
    steps: []
`,
  })
  const { exitCode, out } = await cordboard('flow', 'test', dir)
  t.equal(exitCode, 1)
  t.match(out, /^not ok 1 - main: hears music # time=[\d.]+ms$/m)
  t.match(out, /^ok 2 - /m)
  const diagnosis = /^ {2}---\n([\s\S]*?)^ {2}\.\.\.$/m.exec(out)?.[1] ?? ''
  t.match(diagnosis, `at: ${join(dir, 'x.yaml')}:6:9`)
  t.match(diagnosis, /expected: hears \/symphony\//)
  t.match(diagnosis, /happened: heard <please-hold>|happened: heard .*<please-hold>/)
  t.match(diagnosis, /trace:\n.*▸/s)
  t.match(out, /# 1 of 2 scripts followed$/)
})

test('files that can’t be run: exit 2, and why', async (t) => {
  const dir = t.testdir({
    'schema.yaml': 'tests:\n  - name: x\n    steps:\n      - hear: y\n',
    'noflow.yaml': 'tests:\n  - name: x\n',
    'missing.yaml': 'flow: none.json\ntests:\n  - name: x\n',
    'instance.yaml': 'flow: x\ninstance: nowhere\ntests:\n  - name: x\n',
    empty: {},
  })
  const err = async (name: string) => {
    const ran = await cordboard('flow', 'test', join(dir, name))
    t.equal(ran.exitCode, 2, name)
    return ran.err
  }
  t.match(await err('schema.yaml'), /schema\.yaml:4:\d+: error CFG-\d+: .*"hear".*Did you mean "hears"\?/)
  t.match(await err('noflow.yaml'), /names no flow/)
  t.match(await err('missing.yaml'), /none\.json/)
  t.match(await err('instance.yaml'), /nowhere has errors/)
  t.match(await err('empty'), /holds no/)
  t.match(await err('nothing.yaml'), /There is no/)
  t.equal((await cordboard('flow', 'test')).exitCode, 2)
})

test('--instance takes the place of the one the file names', async (t) => {
  const dir = t.testdir({
    'x.yaml': 'flow: main\ninstance: nowhere\ntests:\n  - name: x\n    steps: [{ presses: 1 }, { ends: queued }]\n',
  })
  const { exitCode, out, err } = await cordboard(
    'flow',
    'test',
    join(dir, 'x.yaml'),
    '--instance',
    join(root, 'config/instance'),
  )
  t.equal(exitCode, 0, out + err)
})
