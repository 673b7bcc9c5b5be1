// The scenarios are sound, the short ones pass against the simulators, and the report tells what was measured and what not.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { readScenarios } from '../rig/run/scenario.ts'
import { Program } from '../support/program.ts'

const script = join(import.meta.dirname, '../../scripts/rig')
const folder = mkdtempSync(join(tmpdir(), 'rig-run-'))
t.teardown(() => rmSync(folder, { recursive: true, force: true }))

t.test('the scenarios are read, each with a name of its own, some short', async (t) => {
  const scenarios = readScenarios()
  t.ok(scenarios.length >= 12, `${scenarios.length} scenarios`)
  t.equal(new Set(scenarios.map(({ name }) => name)).size, scenarios.length)
  t.ok(scenarios.some(({ short }) => short))
})

t.test('the short ones pass, and are reported', async (t) => {
  const rig = new Program('rig run', script, ['run', '--short', '--report', folder])
  t.equal((await rig.exited).code, 0, rig.output)
  const { scenarios } = JSON.parse(readFileSync(join(folder, 'report.json'), 'utf8'))
  const [first, second] = scenarios
  t.equal(first.figures.callerId, '+442079460555')
  t.ok(Math.abs(first.figures.levelInDb) <= 1, `level in ${first.figures.levelInDb} dB`)
  t.ok(Math.abs(first.figures.levelOutDb) <= 1, `level out ${first.figures.levelOutDb} dB`)
  t.ok(second.figures.disconnectMs > 0 && second.figures.disconnectMs < 2000)
  t.notOk('driftPpm' in first.figures, 'what was not measured is not there')
  const html = readFileSync(join(folder, 'report.html'), 'utf8')
  t.match(html, /<svg [\s\S]*Heard by the box/)
  t.match(html, /<td class="none">–<\/td>/)
  t.notMatch(html, /(src|href)="http/, 'it is whole in itself')
})

t.test('without the device it is not run, and says so: exit 3', async (t) => {
  const rig = new Program('rig run', script, ['run', '--port', join(folder, 'none'), '1'])
  t.equal((await rig.exited).code, 3)
  t.match(rig.output, /not run +01-incoming-caller-id\n +no device at /)
})

t.test('wrong usage: exit 2', async (t) => {
  const rig = new Program('rig run', script, ['run', '99'])
  t.equal((await rig.exited).code, 2)
  t.match(rig.output, /there is no scenario 99/)
})
