// The board goes away in the middle of a call and comes back: that call ends, everything is given back, the next works.
import t from 'tap'
import { startBox } from '../support/box.ts'
import { musicHz, prompts } from '../support/instance.ts'
import { tonePresentMs } from '../support/tones.ts'
import { until } from '../support/wait.ts'

const annHz = 1020
const callerHz = 620

const box = await startBox(t)
const ann = await box.phone({ userName: 'ann', toneHz: annHz, answer: 'auto' })

async function talkingCaller() {
  const caller = await box.call({ number: '+442079460555' })
  await caller.answered()
  await caller.hears(prompts.question.endHz, 100)
  await caller.presses('1')
  await ann.established({ withinMs: 15_000 })
  await box.daemon.contactIs('joined')
  await caller.says(callerHz, 60_000)
  await until('Ann to hear the caller', () => tonePresentMs(ann.heard(), callerHz) >= 500)
  return caller
}

t.test('unplugged in the talk: the agent is let go, the record names the telephone side', async (t) => {
  const caller = await talkingCaller()
  await box.board.client.order({ do: 'unplug' })
  await ann.closed()
  const record = await box.daemon.completedRecord()
  t.equal(record.DisconnectReason, 'TELECOM_PROBLEM')
  t.equal(record.Recordings.length, 1, 'what was said before is recorded')
  const { lines, faults } = await box.daemon.status()
  t.equal(lines[0]?.state, 'faulted')
  t.ok(faults.length > 0, 'a fault stands')
  await caller.forget()
})

t.test('plugged in again: lines and faults are as before, and nothing is left', async (t) => {
  await box.board.client.order({ do: 'replug' })
  const { faults } = await box.daemon.shows(
    'the lines to be back',
    ({ lines }) => lines.every((line) => line.state === 'idle' && line.battery === 'present'),
    { withinMs: 20_000 },
  )
  t.same(faults, [], 'no fault stands')
  await box.isAsBefore()
})

t.test('the next call goes through', async () => {
  const caller = await talkingCaller()
  await caller.hears(annHz, 500)
  await caller.hangsUp()
  await ann.closed()
  await caller.released()
  await box.isAsBefore()
})

t.test('a board that stops answering for ten seconds: the call on it ends, the next goes through', async (t) => {
  const caller = await talkingCaller()
  await box.board.client.order({ do: 'stall', durationMs: 10_000 })
  await ann.closed({ withinMs: 12_000 })
  await box.daemon.shows('the lines to be back', ({ lines }) => lines.every((line) => line.state === 'idle'), {
    withinMs: 30_000,
  })
  await caller.forget()
  await box.isAsBefore()
  const next = await box.call({ number: '+442079460556' })
  await next.answered()
  await next.hears(prompts.menu.endHz, 100)
  await next.hangsUp()
  await next.released()
  t.pass('the line is served again')
})

t.test('frames with a wrong CRC: the caller is still there and served, and they are counted', async (t) => {
  await ann.stop()
  await box.daemon.shows('Ann to be unreachable', ({ agents }) => agents[0]?.reachable === false)
  const caller = await box.call({ number: '+442079460555' })
  await caller.answered()
  await caller.hears(prompts.question.endHz, 100)
  await box.board.client.order({ do: 'faultFrames', fault: 'corrupt', frames: 5 })
  const { lines } = await box.daemon.shows(
    'the bad frames to be counted',
    ({ lines }) => (lines[0]?.counters['device.badCrc'] ?? 0) + (lines[0]?.counters['device.badCobs'] ?? 0) >= 5,
  )
  t.equal(lines[0]?.state, 'talking', 'the call stands')
  await caller.presses('1')
  await caller.hears(musicHz, 500)
  await caller.hangsUp()
  await caller.released()
})
