import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Test, test } from 'tap'
import { testFlows } from '../../support/flows.ts'
import { makeTestInstance } from '../../support/instance.ts'
import { cordboard } from './cli-support.ts'

async function instance(t: Test): Promise<string> {
  const { directory, remove } = await makeTestInstance()
  t.teardown(remove)
  return directory
}

test('a sound configuration: exit 0 and what was found', async (t) => {
  const directory = await instance(t)
  const { exitCode, out, err } = await cordboard('check', directory)
  t.equal(exitCode, 0, out)
  t.match(out, /: \d+ numbers, 1 queues, 1 agents, \d+ flows, \d+ prompts: /)
  t.equal(err, '')
})

test('--instance names the directory as well', async (t) => {
  const directory = await instance(t)
  t.equal((await cordboard('check', '--instance', directory)).exitCode, 0)
})

test('a wrong value: exit 2 and a line with file, line, column, code and mend', async (t) => {
  const directory = await instance(t)
  writeFileSync(
    join(directory, 'queues.yaml'),
    'queues:\n  - name: Support\n    hours: Always\n    maximumContacts: many\n',
  )
  const { exitCode, out } = await cordboard('check', directory)
  t.equal(exitCode, 2)
  t.match(out, new RegExp(`^${directory}/queues\\.yaml:4:\\d+: error CFG-\\d+: .*\\. .*$`, 'm'))
  t.match(out, /: 1 error[,\n]?/)
})

test('the same for machines', async (t) => {
  const directory = await instance(t)
  rmSync(join(directory, 'queues.yaml'))
  const { exitCode, out, err } = await cordboard('check', directory, '--json')
  t.equal(exitCode, 2)
  t.equal(err, '')
  const report = JSON.parse(out)
  t.match(report, { version: 1, directory, ok: false })
  const missing = report.faults.find((fault: { file: string }) => fault.file === join(directory, 'queues.yaml'))
  t.match(missing, { code: /^CFG-/, severity: 'error', message: String, mend: String })
})

test('a sound one for machines', async (t) => {
  const { exitCode, out } = await cordboard('check', await instance(t), '--json')
  t.equal(exitCode, 0)
  const { version, ok, faults } = JSON.parse(out)
  t.same({ version, ok }, { version: 1, ok: true })
  t.ok(faults.every((fault: { severity: string }) => fault.severity === 'warning'))
})

test('a missing password file stops a start, and with --without-secrets it is a warning', async (t) => {
  const directory = await instance(t)
  rmSync(join(directory, 'secrets', 'ann'))
  const installed = await cordboard('check', directory)
  t.equal(installed.exitCode, 2)
  t.match(installed.out, /password file of .*ann.* does not exist/)
  const shipped = await cordboard('check', directory, '--without-secrets')
  t.equal(shipped.exitCode, 0)
  t.match(shipped.out, /: usable, \d+ warnings?/)
})

test('no such directory: exit 2 with the mend', async (t) => {
  const { exitCode, out } = await cordboard('check', '/nowhere')
  t.equal(exitCode, 2)
  t.match(out, /\/nowhere: error CFG-\d+: .*box\.yaml/)
})

/** A flow that the box can run, written as a file of its own. */
function flowFile(t: Test, name: string, change: (flow: string) => string = (flow) => flow): string {
  const folder = t.testdir({})
  const [document] = Object.values(testFlows)
  const file = join(folder, name)
  writeFileSync(file, change(document ?? ''))
  return file
}

test('a flow that may run: exit 0', async (t) => {
  const { exitCode, out } = await cordboard('flow', 'check', flowFile(t, 'good.json'))
  t.equal(exitCode, 0, out)
  t.match(out, /good\.json: (all is well|usable)/)
})

test('a flow that may not: exit 1, with its place; the good one beside it is judged too', async (t) => {
  const good = flowFile(t, 'good.json')
  const bad = join(good, '..', 'bad.json')
  writeFileSync(bad, '{"Version": "2019-10-30",\n "StartAction": "a",\n "Actions": [}')
  const { exitCode, out } = await cordboard('flow', 'check', bad, good)
  t.equal(exitCode, 1)
  t.match(out, /bad\.json:3:\d+: error FLOW-102: /)
  t.match(out, /good\.json: (all is well|usable)/)
})

test('flows for machines', async (t) => {
  const good = flowFile(t, 'good.json')
  const missing = join(good, '..', 'missing.json')
  const { exitCode, out } = await cordboard('flow', 'check', good, missing, '--json')
  t.equal(exitCode, 1)
  t.match(JSON.parse(out), {
    version: 1,
    ok: false,
    files: [
      { file: good, ok: true, type: String, faults: [] },
      { file: missing, ok: false, faults: [{ severity: 'error', mend: 'Check the path.' }] },
    ],
  })
})

test('a folder in place of a flow is told, not thrown', async (t) => {
  const { exitCode, out } = await cordboard('flow', 'check', t.testdir({}))
  t.equal(exitCode, 1)
  t.match(out, /error CFG-\d+/)
})

test('with --instance, what a flow names must exist there', async (t) => {
  const directory = await instance(t)
  const elsewhere = await instance(t)
  writeFileSync(join(elsewhere, 'queues.yaml'), 'queues:\n  - name: Other\n    hours: Always\n')
  const usesSupport = Object.entries(testFlows).find(([, flow]) => flow.includes('Support'))?.[0]
  const file = join(directory, 'flows', `${usesSupport}.json`)
  t.equal((await cordboard('flow', 'check', file)).exitCode, 0, 'by itself')
  const here = await cordboard('flow', 'check', file, '--instance', directory)
  t.equal(here.exitCode, 0, here.out)
  const there = await cordboard('flow', 'check', file, '--instance', elsewhere)
  t.equal(there.exitCode, 2, 'the other instance’s own flows lack the queue as well')
  t.match(there.err, /has errors. See them with: cordboard check /)
})

test('with --instance, a flow that names an unknown queue may not run', async (t) => {
  const directory = await instance(t)
  const usesSupport = Object.values(testFlows).find((flow) => flow.includes('Support')) ?? ''
  const file = flowFile(t, 'flow.json', () => usesSupport.replaceAll('Support', 'Nowhere'))
  const { exitCode, out } = await cordboard('flow', 'check', file, '--instance', directory)
  t.equal(exitCode, 1)
  t.match(out, /error FLOW-302: .*Nowhere/)
})

test('a control character in a file’s text does not reach the terminal', async (t) => {
  const folder = t.testdir({})
  mkdirSync(join(folder, 'x'))
  const file = join(folder, 'x', 'evil.json')
  writeFileSync(file, JSON.stringify({ Version: '\u001b[2J', Actions: [] }))
  const { out } = await cordboard('flow', 'check', file)
  t.notMatch(out, '\u001b')
})
