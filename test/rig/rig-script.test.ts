// `scripts/rig` as a person uses it.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { Program } from '../support/program.ts'

const script = join(import.meta.dirname, '../../scripts/rig')
const rig = (...given: string[]) => new Program(`rig ${given[0]}`, script, given)

const folder = mkdtempSync(join(tmpdir(), 'rig-'))
t.teardown(() => rmSync(folder, { recursive: true, force: true }))

const wrong: [string, string[], RegExp][] = [
  ['no verb', [], /usage: scripts\/rig sim/],
  ['an unknown verb', ['sing'], /usage: scripts\/rig sim/],
  ['too many ports', ['sim', '--ports', '9'], /--ports 9 is not a whole number from 1 to 8/],
  ['an unknown option', ['sim', '--colour'], /Unknown option '--colour'/],
  ['a path too long for a socket', ['sim', '--device', join(folder, 'x'.repeat(110))], /choose a shorter --device/],
  ['a call without a board', ['call', '--device', join(folder, 'none')], /start one with scripts\/rig sim/],
  [
    'a way nobody hangs up',
    ['call', '--by', 'shouting'],
    /--by shouting is none of currentLoss, busyTone, congestionTone, /,
  ],
]
for (const [name, given, words] of wrong)
  t.test(`${name}: told, exit 2`, async (t) => {
    const program = rig(...given)
    t.equal((await program.exited).code, 2)
    t.match(program.output, words)
  })

for (const given of [['--help'], ['sim', '--help'], ['call', '--help']])
  t.test(`${given.join(' ')}: usage, exit 0`, async (t) => {
    const program = rig(...given)
    t.equal((await program.exited).code, 0)
    t.match(program.output, /usage: scripts\/rig/)
  })

t.test('a caller whom nobody answers is told so, exit 1', async (t) => {
  const device = join(folder, 'board')
  const board = rig('sim', '--device', device)
  await board.printed(/board with 1 line/)
  const call = rig('call', '--device', device, '--number', '+15550001', '--ring-seconds', '0.5')
  t.equal((await call.exited).code, 1)
  t.match(call.output, /line 1 rings\nnot answered within 0.5 s, hung up/)
  t.equal(await board.stop(), true, 'the board ends by itself when asked to')
})
