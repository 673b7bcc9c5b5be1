// `cordboard line learn` against an exchange whose tones are those of no country: learnt while the daemon runs, written to
// lines.yaml, and after the next start the daemon hears that a caller has hung up by the tone of that exchange.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { parse } from 'yaml'
import { callControl } from '../../daemon/api/control-client.ts'
import { learningReport } from '../../daemon/api/reports.ts'
import type { Tone } from '../../daemon/line/tone-patterns.ts'
import { type Ran, cordboard as run } from '../daemon/cli/cli-support.ts'
import { startBoard } from '../rig/board-client.ts'
import { Daemon } from '../support/daemon.ts'
import { boardName, makeTestInstance } from '../support/instance.ts'
import { LineCaller } from '../support/line-caller.ts'
import { until } from '../support/wait.ts'

const ownTones = {
  dial: { frequenciesHz: [600], cadenceMs: [] },
  busy: { frequenciesHz: [550, 800], cadenceMs: [300, 800] },
}
const comment = '# the ATA in the cellar'
const line = (port: number) => `{ port: ${port}, name: Line ${port}, number: "+44207946000${port}" }`
const linesYaml = `boards:
  - name: ${boardName}
    kind: fxoBoard
    device: /dev/serial/by-id/none
    lines:
      ${comment}
      - ${line(1)}
      - ${line(2)}
`

const board = await startBoard({ ports: 2 })
t.teardown(() => board.stop())
for (const port of [1, 2])
  await board.client.order({ do: 'setExchange', port, tones: ownTones, numbers: { '5550100': { does: 'busy' } } })
const instance = await makeTestInstance({ files: { 'lines.yaml': linesYaml } })
t.teardown(() => instance.remove())
const daemon = await Daemon.start({ instance, boards: { [boardName]: board.device } })
t.teardown(() => daemon.remove())
const ready = () =>
  daemon.shows('both lines to be idle', ({ lines }) =>
    lines.every(({ state, battery, inUse }) => state === 'idle' && battery === 'present' && inUse !== true),
  )
await ready()

const learn = (...args: string[]): Promise<Ran> =>
  run('line', 'learn', ...args, '--socket', daemon.socket, '--instance', instance.directory)
const linesFile = join(instance.directory, 'lines.yaml')

t.test('what can not be learnt is refused, with the reason and exit code', async (t) => {
  const none = await learn('Line 9')
  t.equal(none.exitCode, 1)
  t.match(none.err, /There is no line "Line 9"/)
  t.equal((await learn('Line 1', '--busy', 'abc')).exitCode, 2)
  t.equal((await learn()).exitCode, 2)
})

t.test('both lines are learnt at once: one from a caller who hangs up, one from an engaged number', async (t) => {
  const first = learn('Line 1', '--call', '30', '--json')
  const second = learn('Line 2', '--busy', '5550100', '--dry-run')
  await daemon.shows('both to be seized', ({ lines }) => lines.every(({ inUse }) => inUse === true))
  const refused = await learn('Line 1')
  t.equal(refused.exitCode, 1)
  t.match(refused.err, /Line 1 is in use/)
  const caller = await callOfInstaller()
  await caller.answered()
  await until('the learner to listen', async () => (await learnerStep()) === 'hangUp', { withinMs: 8000 })
  await board.client.callerHangUp(1, { by: 'busyTone' })
  const learnt = await first
  t.equal(learnt.exitCode, 0, learnt.err)
  const report = JSON.parse(learnt.out)
  t.same(report.profile.hangUp, ['tone'])
  isOwn(t, report.profile.tones)
  t.match(learnt.err, /Listening for dial tone …\nNow call this line .*\nIt is answered\. Hang up/)
  const other = await second
  t.equal(other.exitCode, 0, other.err)
  t.match(other.out, /busy +550\+800 Hz, \d+\/\d+ ms\nNothing was written\./)
  const written = readFileSync(linesFile, 'utf8')
  t.ok(written.includes(comment), 'the comment stays')
  isOwn(t, parse(written).boards[0].lines[0].tones)
  t.notOk(parse(written).boards[0].lines[1].tones, 'the other line is as it was')
  await ready()
})

t.test('after the next start the daemon hears the hang-up by that tone', async (t) => {
  await daemon.stop()
  await daemon.restart()
  await ready()
  const caller = await LineCaller.call(board, { port: 1, number: '+442079460555' })
  t.teardown(() => caller.forget())
  await caller.answered()
  await daemon.contactIs('inFlow')
  await board.client.callerHangUp(1, { by: 'busyTone' })
  await caller.released({ withinMs: 8000 })
  const record = await daemon.completedRecord()
  t.equal(record.DisconnectReason, 'CUSTOMER_DISCONNECT')
})

/** The exchange's, as near as a detector needs them: a busy machine loses a frame of sound now and then. */
function isOwn(t: Test, { dial, busy }: { dial?: Tone; busy?: Tone }): void {
  t.same(dial, ownTones.dial)
  t.same(busy?.frequenciesHz, ownTones.busy.frequenciesHz)
  t.equal(busy?.cadenceMs.length, 2)
  for (const [i, ms] of ownTones.busy.cadenceMs.entries())
    t.ok(Math.abs((busy?.cadenceMs[i] ?? 0) - ms) <= 60, `${busy?.cadenceMs} ms is ${ownTones.busy.cadenceMs}`)
}

/** As the command asks for it. */
async function callOfInstaller(): Promise<LineCaller> {
  await until('the learner to wait for a call', async () => (await learnerStep()) === 'waitingForCall', {
    withinMs: 15_000,
  })
  return await LineCaller.call(board, { port: 1, number: '+442079460555', ringMs: 1500 })
}

async function learnerStep(): Promise<string> {
  return learningReport.parse(await callControl(daemon.socket, 'lineLearning', { line: 'Line 1' })).step
}
