import { join } from 'node:path'
import { test } from 'tap'
import { bye, flowText, say } from '../flow/flow-text.ts'
import { cordboard } from './cli-support.ts'

const faulty = flowText([
  { id: 'a', type: 'Unheard', next: 'c' },
  { ...say('c', '', 'bye'), parameters: { Text: '$.Weather.today' } },
  bye,
  say('lost', 'x', 'bye'),
])

test('every fault of every file: place, code, severity, mend and JSON path', async (t) => {
  const dir = t.testdir({ 'one.json': faulty, 'two.json': faulty, 'three.json': '{"Version": 1}' })
  const files = ['one.json', 'two.json', 'three.json'].map((name) => join(dir, name))
  const { exitCode, out } = await cordboard('flow', 'check', ...files)
  t.equal(exitCode, 1)
  for (const file of files.slice(0, 2)) {
    t.match(out, new RegExp(`^${file}:8:\\d+: error FLOW-202: .* \\[\\$\\.Actions\\[0\\]\\.Type\\]$`, 'm'))
    t.match(
      out,
      new RegExp(`^${file}:\\d+:\\d+: error FLOW-301: .* \\[\\$\\.Actions\\[1\\]\\.Parameters\\.Text\\]$`, 'm'),
    )
    t.match(out, new RegExp(`^${file}:\\d+:\\d+: warning FLOW-208: .* \\[\\$\\.Actions\\[3\\]\\]$`, 'm'))
  }
  t.match(out, new RegExp(`^${files[2]}:1:\\d+: error FLOW-105: .* \\[\\$\\.Version\\]$`, 'm'))
})

test('for machines: the same fields in every fault', async (t) => {
  const dir = t.testdir({ 'one.json': faulty })
  const { out } = await cordboard('flow', 'check', join(dir, 'one.json'), '--json')
  const report = JSON.parse(out)
  t.match(report, { version: 1, ok: false, files: [{ ok: false, type: 'CONTACT_FLOW' }] })
  for (const fault of report.files[0].faults)
    t.same(Object.keys(fault).sort(), ['code', 'column', 'file', 'line', 'mend', 'message', 'path', 'severity'])
})

test('in a channel: blocks that take their error branch there', async (t) => {
  const ask = { id: 'ask', type: 'GetParticipantInput', next: 'bye', errors: { NoMatchingError: 'bye' } }
  const parameters = { Text: 'x', StoreInput: 'False', InputTimeLimitSeconds: '5' }
  const text = flowText([
    { ...ask, parameters, errors: { ...ask.errors, NoMatchingCondition: 'bye', InputTimeLimitExceeded: 'bye' } },
    bye,
  ])
  const file = join(t.testdir({ 'one.json': text }), 'one.json')
  t.match(await cordboard('flow', 'check', file, '--channel', 'voice'), { exitCode: 0, out: /all is well/ })
  t.match(await cordboard('flow', 'check', file, '--channel', 'CHAT'), {
    exitCode: 0,
    out: /warning FLOW-210: .*error branch in the channel CHAT/,
  })
  t.match(await cordboard('flow', 'check', file, '--channel', 'FAX'), {
    exitCode: 2,
    err: /--channel FAX: choose VOICE, CHAT, TASK/,
  })
})
