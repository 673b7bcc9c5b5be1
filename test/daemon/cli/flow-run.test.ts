import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { test } from 'tap'
import { runCli } from '../../../daemon/cli/run-cli.ts'
import { bye, flowText, say } from '../flow/flow-text.ts'
import { cordboard, type Ran, root } from './cli-support.ts'

const shipped = join(root, 'config/instance')
const main = join(shipped, 'flows/main.json')

/** With these lines at the keyboard. */
async function typing(lines: string[], ...args: string[]): Promise<Ran> {
  const out: string[] = []
  const err: string[] = []
  const terminal = { out: (text: string) => void out.push(text), err: (text: string) => void err.push(text) }
  const input = Readable.from(lines.map((line) => `${line}\n`))
  const exitCode = await runCli(args, { terminal, environment: {}, root, input })
  return { exitCode, out: out.join('\n'), err: err.join('\n') }
}

test('a flow as text: blocks, words, keys, branches, the end', async (t) => {
  const { exitCode, out, err } = await typing(['1'], 'flow', 'run', main, '--instance', shipped)
  t.equal(exitCode, 0, err)
  const inOrder = [
    'says: Hello, and thank you',
    'plays: <welcome>',
    '? keys 1 2',
    'pressed: 1',
    '→ Equals 1: Chose support',
    'queue: Support',
    '■ queued',
  ]
  t.same(
    inOrder.filter((part) => out.includes(part)).sort((a, b) => out.indexOf(a) - out.indexOf(b)),
    inOrder,
  )
  t.equal(err, '')
})

test('what was said stands there before the question is asked', async (t) => {
  const { out } = await typing(['1'], 'flow', 'run', main, '--instance', shipped)
  t.ok(out.indexOf('▸ Ask for a key') < out.indexOf('? keys 1 2'))
  t.ok(out.indexOf('says: For support, press 1') < out.indexOf('? keys 1 2'))
  t.equal(out.split('▸ Ask for a key').length, 2, 'and the block is told once')
})

test('what is no key is asked for again; an empty line is silence; hangup hangs up', async (t) => {
  const { out, err } = await typing(['yes', '', 'hangup'], 'flow', 'run', main, '--instance', shipped)
  t.match(err, /yes is no key/)
  t.match(out, /nothing pressed in time/)
  t.match(out, /■ left: the caller hung up/)
})

test('at the end of the input nothing more is pressed', async (t) => {
  const { exitCode, out } = await typing([], 'flow', 'run', main, '--instance', shipped)
  t.equal(exitCode, 0)
  t.match(out, /could not hear your choice.*■ disconnect/s)
})

test('--json: one object a line, in order, and no questions', async (t) => {
  const { out } = await typing(['1'], 'flow', 'run', main, '--instance', shipped, '--json')
  const events = out.split('\n').map((line) => JSON.parse(line))
  t.match(events[0], { event: 'start', version: 1, flow: 'main', type: 'CONTACT_FLOW', channel: 'VOICE' })
  t.match(events.at(-1), { event: 'end', end: 'queued', flow: 'main', block: 'Transfer to queue', blocks: 15 })
  t.ok(events.every(({ atMs }, index) => atMs >= (events[index - 1]?.atMs ?? 0)))
  t.same([...new Set(events.map(({ event }) => event))].sort(), [
    'asked',
    'attribute',
    'block',
    'branch',
    'collected',
    'end',
    'played',
    'set',
    'spoken',
    'start',
  ])
})

test('time, caller, attributes and channel as given', async (t) => {
  const evening = await typing(['2'], 'flow', 'run', main, '--instance', shipped, '--at', '2026-01-05T20:00:00Z')
  t.match(evening.out, /hours Office hours: closed/)
  t.match(evening.out, /▸ Say closed/, 'in the next flow')
  const file = join(t.testdir({}), 'x.json')
  writeFileSync(file, flowText([say('a', '$.CustomerEndpoint.Address is $.Attributes.kind on $.Channel', 'bye'), bye]))
  const { out } = await cordboard(
    'flow',
    'run',
    file,
    '--caller',
    '+4912345',
    '--attribute',
    'kind=gold=1',
    '--attribute',
    'a=b',
    '--channel',
    'chat',
  )
  t.match(out, /says: \+4912345 is gold=1 on CHAT/)
})

test('without an instance, it says what is taken as it is named', async (t) => {
  const { out } = await typing(['1'], 'flow', 'run', main)
  t.match(out, /! no queue Support is at hand/)
  t.match(out, /■ queued/)
})

test('--script: the caller follows it; exit 1 when that can’t be done', async (t) => {
  const scripts = join(root, 'config/examples/flow-tests/main.yaml')
  t.equal((await cordboard('flow', 'run', main, '--script', scripts, '--instance', shipped)).exitCode, 0)
  const other = join(shipped, 'flows/after-hours.json')
  const { exitCode, err } = await cordboard('flow', 'run', other, '--script', scripts)
  t.equal(exitCode, 1)
  t.match(err, /the script expected: hears Hello.*; but: heard Our office is closed/)
})

test('faults of the flow are told, and it runs all the same', async (t) => {
  const file = join(t.testdir({}), 'x.json')
  writeFileSync(file, flowText([{ id: 'a', type: 'Unheard', errors: { NoMatchingError: 'bye' } }, bye]))
  const { exitCode, out, err } = await cordboard('flow', 'run', file)
  t.equal(exitCode, 0)
  t.match(err, /x\.json:\d+:\d+: error FLOW-202: .*\[\$\.Actions\[0\]\.Type\]/)
  t.match(out, /→ NoMatchingError: bye/)
})

test('a flow that fails: exit 1; a file that is none: exit 1; wrong usage: exit 2', async (t) => {
  const dir = t.testdir({ 'none.json': '{' })
  writeFileSync(join(dir, 'fails.json'), flowText([{ id: 'a', type: 'MessageParticipant', parameters: { Text: 'x' } }]))
  const failed = await cordboard('flow', 'run', join(dir, 'fails.json'))
  t.same([failed.exitCode, /■ failed: has no NextAction/.test(failed.out)], [1, true])
  t.equal((await cordboard('flow', 'run', join(dir, 'none.json'))).exitCode, 1)
  for (const args of [[], ['a', 'b'], [main, '--channel', 'POST'], [main, '--at', 'noon'], [main, '--attribute', 'x']])
    t.equal((await cordboard('flow', 'run', ...args)).exitCode, 2, args.join(' '))
  t.equal((await cordboard('flow', 'run', main, '--instance', '/nowhere')).exitCode, 2)
})

test('nothing a flow says moves the reader’s cursor', async (t) => {
  const file = join(t.testdir({}), 'x.json')
  writeFileSync(file, flowText([say('a', 'x\u001b[2Jy', 'bye'), bye]))
  t.notMatch((await cordboard('flow', 'run', file)).out, '\u001b')
})
