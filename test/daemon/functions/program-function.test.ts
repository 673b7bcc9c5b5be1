// A flow asks a program that answers, fails, hangs, talks without end, or has children of its own.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { until } from '../../support/wait.ts'
import { functionRig, nothingLeft, program, put } from './function-rig.ts'

/** A shell script as the only function. */
function rigOf(directory: string, script: string, ...args: string[]) {
  put(directory, 'bin/answer', `#!/bin/sh\n${script}\n`)
  return functionRig(directory, [program('answer', ['bin/answer', ...args])])
}

const isAlive = (pid: number) => existsSync(`/proc/${pid}`) && !/^State:\s+Z/m.test(statusOf(pid))
const statusOf = (pid: number) => readFileSync(`/proc/${pid}/status`, 'utf8')

t.test('event in, answer out', async (t) => {
  const rig = rigOf(t.testdir(), 'read -r event; printf \'{"event":%s,"argument":"%s"}\' "$event" "$1"', 'a b; exit 3')
  t.same(await rig.ask('answer', { event: { Name: 'ContactFlowEvent', n: 1 } }), {
    ok: true,
    result: { event: { Name: 'ContactFlowEvent', n: 1 }, argument: 'a b; exit 3' },
  })
  t.same(await rig.close(), nothingLeft)
})

t.test('a program is found by its name too, and runs in the directory of the instance', async (t) => {
  const directory = t.testdir({ 'answer.json': '{"from":"file"}' })
  const rig = functionRig(directory, [program('answer', ['cat', 'answer.json'])])
  t.same(await rig.ask('answer'), { ok: true, result: { from: 'file' } })
  t.same(await rig.close(), nothingLeft)
})

t.test('it sees nothing of the environment of the daemon', async (t) => {
  process.env.SECRET_OF_THE_DAEMON = 'k3y'
  t.teardown(() => delete process.env.SECRET_OF_THE_DAEMON)
  const rig = functionRig(t.testdir(), [
    program('answer', ['sh', '-c', 'printf \'{"names":"%s"}\' "$(env -0 | cut -z -d= -f1 | tr "\\0" " ")"']),
  ])
  const outcome = await rig.ask('answer')
  const names = outcome.ok ? String(outcome.result.names).trim().split(' ') : []
  // PWD is the shell's own; the test runner adds what it follows child processes by.
  const given = names.filter((name) => !/^(PWD|NODE_OPTIONS|_TAPJS_.*)$/.test(name))
  t.same(given.sort(), ['AWS_LAMBDA_FUNCTION_NAME', 'LANG', 'PATH'])
  t.same(await rig.close(), nothingLeft)
})

t.test('it gives way to audio', async (t) => {
  // The 19th field of stat is the nice value. Asked a little later: the priority is set from outside.
  const rig = rigOf(
    t.testdir(),
    'cat >/dev/null; sleep 0.2; printf \'{"nice":"%s"}\' "$(cut -d" " -f19 /proc/$$/stat)"',
  )
  const outcome = await rig.ask('answer')
  t.ok(outcome.ok && Number(outcome.result.nice) > 0, JSON.stringify(outcome))
  t.same(await rig.close(), nothingLeft)
})

const failures: [what: string, script: string, outcome: object][] = [
  [
    'an exit code',
    'cat >/dev/null; echo "no such customer" >&2; exit 3',
    { reason: 'failed', detail: /ended with 3: no such customer/ },
  ],
  ['an exit code without having read the event', 'exit 4', { reason: 'failed', detail: /ended with 4/ }],
  ['a signal', 'kill -SEGV $$', { reason: 'failed', detail: /ended with SIGSEGV/ }],
  ['words', 'echo hello', { reason: 'badResponse', detail: /no JSON/ }],
  ['nothing', 'true', { reason: 'badResponse', detail: 'the answer is empty' }],
  ['an answer without end', 'yes', { reason: 'tooLarge', detail: 'the output is larger than 32768 bytes' }],
  ['a message without end', 'yes >&2', { reason: 'timeout' }],
]
for (const [what, script, outcome] of failures)
  t.test(`the program answers with ${what}`, async (t) => {
    const rig = rigOf(t.testdir(), script)
    t.match(await rig.ask('answer', { timeoutMs: what.includes('message') ? 300 : 8000 }), { ok: false, ...outcome })
    t.same(await rig.close(), nothingLeft)
  })

t.test('a program that is not there, and one that may not be run', async (t) => {
  const directory = t.testdir({ plain: 'text' })
  const rig = functionRig(directory, [program('none', ['bin/none']), program('plain', ['./plain'])])
  t.match(await rig.ask('none'), { ok: false, reason: 'failed', detail: /could not be run: .*ENOENT/ })
  t.match(await rig.ask('plain'), { ok: false, reason: 'failed', detail: /could not be run: .*EACCES/ })
  t.same(await rig.close(), nothingLeft)
})

t.test('an argument no system call takes harms nobody', async (t) => {
  const rig = functionRig(t.testdir(), [program('bad', ['cat', 'a\0b'], { concurrency: 1 })])
  t.match(await rig.ask('bad'), { ok: false, reason: 'failed' })
  t.match(await rig.ask('bad'), { ok: false, reason: 'failed' }, 'and its place is free again')
  t.same(await rig.close(), nothingLeft)
})

t.test('a program that hangs is killed at the time limit, with all it has started', async (t) => {
  const directory = t.testdir()
  const rig = rigOf(directory, 'sleep 1000 & echo $! >child; echo $$ >parent; wait')
  t.match(await rig.ask('answer', { timeoutMs: 500 }), { ok: false, reason: 'timeout' })
  const pids = ['parent', 'child'].map((file) => Number(readFileSync(join(directory, file), 'utf8')))
  await until('both to be dead', () => pids.every((pid) => !isAlive(pid)))
  t.same(await rig.close(), nothingLeft)
})

t.test('the caller hangs up: the program is killed', async (t) => {
  const directory = t.testdir()
  const rig = rigOf(directory, 'echo $$ >pid; exec sleep 1000')
  const call = new AbortController()
  const outcome = rig.ask('answer', { signal: call.signal })
  const pid = await until('the program to run', () => Number(readFileSync(join(directory, 'pid'), 'utf8')) || undefined)
  call.abort()
  t.match(await outcome, { ok: false, reason: 'aborted' })
  await until('it to be dead', () => !isAlive(pid))
  t.same(await rig.close(), nothingLeft)
})

t.test('calls run side by side, as many as may', async (t) => {
  const directory = t.testdir()
  put(
    directory,
    'bin/meet',
    '#!/bin/sh\n: >"here.$$"; while [ "$(ls here.* | wc -l)" -lt 3 ]; do sleep 0.02; done\necho "{}"\n',
  )
  const rig = functionRig(directory, [program('meet', ['bin/meet'], { concurrency: 3 })])
  const outcomes = await Promise.all([rig.ask('meet'), rig.ask('meet'), rig.ask('meet')])
  t.same(outcomes, Array(3).fill({ ok: true, result: {} }), 'each saw the other two')
  t.same(await rig.close(), nothingLeft)
})
