// A caller waits in the queue while the daemon ends and starts again: the line is held, the place is kept, and the agent
// who comes then gets the caller.
import t from 'tap'
import { startBox } from '../support/box.ts'
import { musicHz, prompts } from '../support/instance.ts'
import { tonePresentMs } from '../support/tones.ts'
import { until } from '../support/wait.ts'

const annHz = 1020
const callerHz = 620

const box = await startBox(t)
const { daemon } = box

/** A caller who has been told to wait. */
async function waitingCaller() {
  const caller = await box.call({ number: '+442079460555' })
  await caller.answered()
  await caller.hears(prompts.question.endHz, 100)
  await caller.presses('1')
  await daemon.contactIs('queued')
  await caller.hears(musicHz, 300)
  return caller
}

for (const [how, end] of [
  ['stopped and started', () => daemon.stop()],
  ['killed and started', () => daemon.kill()],
] as const)
  t.test(`the daemon is ${how}: the caller waits on, and reaches the agent`, async (t) => {
    const caller = await waitingCaller()
    const [before] = await daemon.records()
    await end()
    t.equal((await box.board.client.port(1)).hook, 'offHook', 'the line is held')
    await daemon.restart()
    await daemon.contactIs('queued')
    t.equal((await daemon.status()).contacts[0]?.contactId, before?.ContactId, 'the same contact')
    await caller.hears(musicHz, 300)

    const ann = await box.phone({ userName: 'ann', toneHz: annHz, answer: 'auto' })
    await ann.established({ withinMs: 15_000 })
    await daemon.contactIs('joined')
    await caller.says(callerHz, 60_000)
    await until('Ann to hear the caller', () => tonePresentMs(ann.heard(), callerHz) >= 500)
    await caller.hears(annHz, 500)
    await caller.hangsUp()
    await ann.closed()
    await caller.released()
    const record = await daemon.completedRecord(before?.ContactId)
    t.equal(record.Queue?.EnqueueTimestamp, before?.Queue?.EnqueueTimestamp, 'the place in the queue is the old one')
    t.match(record, { DisconnectReason: 'CUSTOMER_DISCONNECT', Cordboard: { interrupted: false } })
    t.equal((await daemon.records()).filter(({ ContactId }) => ContactId === before?.ContactId).length, 1)
    await ann.stop()
    await daemon.shows('Ann to be gone', ({ agents }) => agents.every(({ reachable }) => !reachable), {
      withinMs: 20_000,
    })
  })

t.test('a caller who hangs up while nobody is there is let go, and the record is closed', async (t) => {
  const caller = await waitingCaller()
  const [before] = await daemon.records()
  await daemon.kill()
  await caller.hangsUp()
  await daemon.restart()
  const record = await daemon.completedRecord(before?.ContactId, { withinMs: 45_000 })
  t.match(record.DisconnectReason, /CUSTOMER_DISCONNECT|OTHER/)
  await caller.released()
})
