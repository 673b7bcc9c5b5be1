// scripts/cordboard as a person runs it: a process, a terminal, an exit code.
import { spawnSync } from 'node:child_process'
import { cpSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'tap'
import { root } from './cli-support.ts'

const script = join(root, 'scripts/cordboard')
const run = (command: string, args: string[]) =>
  spawnSync(command, args, { encoding: 'utf8', cwd: '/', timeout: 60_000 })

test('help goes to stdout with exit 0', (t) => {
  const { status, stdout, stderr } = run(script, ['--help'])
  t.equal(status, 0)
  t.match(stdout, /^Usage: cordboard/)
  t.equal(stderr, '')
  t.end()
})

test('wrong usage goes to stderr with exit 2', (t) => {
  const { status, stdout, stderr } = run(script, ['dance'])
  t.equal(status, 2)
  t.equal(stdout, '')
  t.match(stderr, /There is no command/)
  t.end()
})

test('an absent daemon is exit 1', (t) => {
  const { status, stderr } = run(script, ['status', '--socket', '/nowhere/control.sock'])
  t.equal(status, 1)
  t.match(stderr, /No daemon listens/)
  t.end()
})

test('it works through a link, e.g. /usr/bin/cordboard', (t) => {
  const link = join(t.testdir({}), 'cordboard')
  symlinkSync(script, link)
  t.equal(run(link, ['--help']).status, 0)
  t.end()
})

test('before anything is installed it says what to do', (t) => {
  const copy = t.testdir({ scripts: {} })
  cpSync(script, join(copy, 'scripts/cordboard'))
  const { status, stderr } = run(join(copy, 'scripts/cordboard'), ['status'])
  t.equal(status, 2)
  t.match(stderr, /scripts\/setup/)
  t.end()
})

test('a reader who stops reading is no fault', (t) => {
  const { stdout, stderr } = run('bash', ['-c', `'${script}' check /nowhere --json | true; echo done`])
  t.equal(stdout, 'done\n')
  t.equal(stderr, '')
  t.end()
})
