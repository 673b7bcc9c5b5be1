// A caller may hang up in any state of the call, and so may the agent: each time the line goes back on-hook, the record
// tells why, and nothing is left.
import t, { type Test } from 'tap'
import type { ContactRecord } from '../../daemon/contact/contact-record.ts'
import type { Baresip } from '../support/baresip.ts'
import { type Box, startBox } from '../support/box.ts'
import { musicHz, prompts } from '../support/instance.ts'
import type { CallOptions, LineCaller } from '../support/line-caller.ts'
import { tonePresentMs } from '../support/tones.ts'
import { until } from '../support/wait.ts'

const annHz = 1020
const callerHz = 620

const box: Box = await startBox(t, { offerTimeoutS: 5 })
const ann: Baresip = await box.phone({ userName: 'ann', toneHz: annHz })

/** The line rings; a test that fails on the way leaves no call to the next one. */
async function call(t: Test, options: CallOptions = {}): Promise<LineCaller> {
  const caller = await box.call({ number: '+442079460555', ...options })
  t.teardown(() => caller.forget())
  return caller
}

/** The record of the call after the first `before`. */
async function nextRecord(before: number): Promise<ContactRecord> {
  return await until(
    'the record of the call to be completed',
    async () => {
      const records = await box.daemon.records()
      const [newest] = records
      return records.length > before && newest?.Cordboard.state === 'completed' && newest
    },
    { withinMs: 8000, everyMs: 50 },
  )
}

const steps = {
  async greeting(caller: LineCaller) {
    await caller.answered()
    await box.daemon.contactIs('inFlow')
    // In the first 650 ms after the answer a loss of current is no hang-up: seizing a line makes the current dip.
    await until('the greeting to be heard', () => caller.heard().length > 8 * 800)
  },
  async ringing(caller: LineCaller) {
    await caller.answered()
    await caller.hears(prompts.question.endHz, 100)
    await caller.presses('1')
    await ann.incoming()
    await caller.hears(musicHz, 200)
  },
  async whisper(caller: LineCaller) {
    await steps.ringing(caller)
    await ann.accept()
    await ann.established()
    await box.daemon.contactIs('agentWhispering')
  },
  async talking(caller: LineCaller) {
    await steps.whisper(caller)
    await box.daemon.contactIs('joined')
    await caller.says(callerHz, 60_000)
    await until('Ann to hear the caller', () => tonePresentMs(ann.heard(), callerHz) >= 300)
  },
}

interface Case {
  when: string
  reach: (caller: LineCaller) => Promise<void>
  /** What the phone still has to see end. */
  phone: 'rings' | 'talks' | 'idle'
  talked?: boolean
}

const cases: Case[] = [
  { when: 'during the greeting', reach: steps.greeting, phone: 'idle' },
  { when: 'queued, while the phone rings', reach: steps.ringing, phone: 'rings' },
  { when: 'during the agent whisper', reach: steps.whisper, phone: 'talks' },
  { when: 'in the talk', reach: steps.talking, phone: 'talks', talked: true },
]

for (const { when, reach, phone, talked } of cases)
  t.test(`the caller hangs up ${when}`, async (t) => {
    const before = (await box.daemon.records()).length
    const caller = await call(t)
    await reach(caller)
    await caller.hangsUp()
    if (phone !== 'idle') await ann.closed()
    await caller.released()
    const record = await nextRecord(before)
    t.equal(record.DisconnectReason, 'CUSTOMER_DISCONNECT')
    t.equal(record.Recordings.length, talked ? 1 : 0, 'only the talk is recorded')
    await box.isAsBefore()
  })

t.test('the caller hangs up in the first ring: the box does not seize the line, and makes no record', async (t) => {
  const before = (await box.daemon.records()).length
  const caller = await call(t, { ringMs: 3000 })
  await box.daemon.shows('the line to ring', ({ lines }) => lines[0]?.state === 'ringing', { everyMs: 10 })
  await caller.hangsUp()
  await caller.released()
  // The silence after a ring is told from a pause of the cadence after 6 s.
  await box.daemon.shows('the line to be idle', ({ lines }) => lines[0]?.state === 'idle')
  await caller.released()
  t.equal((await box.daemon.records()).length, before)
  await box.isAsBefore()
})

t.test('the agent hangs up', async (t) => {
  const before = (await box.daemon.records()).length
  const caller = await call(t)
  await steps.talking(caller)
  await ann.hangUp()
  await caller.released()
  t.equal((await nextRecord(before)).DisconnectReason, 'AGENT_DISCONNECT')
  await box.isAsBefore()
})

t.test('the agent does not answer: missed, and the caller keeps the place and the music', async (t) => {
  const before = (await box.daemon.records()).length
  const caller = await call(t)
  await steps.ringing(caller)
  await ann.closed({ withinMs: 12_000 })
  await box.daemon.shows('the agent to have missed it', ({ agents }) => agents[0]?.activity === 'missed', {
    everyMs: 20,
  })
  const musicBeforeMs = tonePresentMs(caller.heard(), musicHz)
  await until('the music to go on', () => tonePresentMs(caller.heard(), musicHz) > musicBeforeMs + 300)
  // The pause after a missed contact is over, and the same caller comes again.
  await ann.incoming({ withinMs: 12_000 })
  await caller.hangsUp()
  await ann.closed()
  await caller.released()
  t.equal((await nextRecord(before)).AgentConnectionAttempts, 2)
  await box.isAsBefore()
})

t.test('the agent refuses: the caller goes on waiting', async (t) => {
  const caller = await call(t)
  await steps.ringing(caller)
  await ann.hangUp()
  await box.daemon.contactIs('queued')
  await caller.hangsUp()
  await caller.released()
  await box.isAsBefore()
})

t.test('a flow that ends without hanging up: the box hangs up', async (t) => {
  const before = (await box.daemon.records()).length
  const caller = await call(t, { port: 2 })
  await caller.answered()
  await caller.hears(prompts.menu.endHz, 100)
  await caller.released({ withinMs: 8000 })
  t.equal((await nextRecord(before)).DisconnectReason, 'OTHER')
  await box.isAsBefore()
})

t.test('no phone is registered: the caller waits, and is served when one registers', async (t) => {
  await ann.stop()
  await box.daemon.shows('Ann to be unreachable', ({ agents }) => agents[0]?.reachable === false)
  const caller = await call(t)
  await caller.answered()
  await caller.hears(prompts.question.endHz, 100)
  await caller.presses('1')
  await caller.hears(musicHz, 1000)
  await box.daemon.contactIs('queued')
  const back = await box.phone({ userName: 'ann', toneHz: annHz })
  t.match(await back.incoming(), /442079460555/, 'the phone shows who calls')
  await back.accept()
  await back.established()
  await box.daemon.contactIs('joined')
  await caller.hangsUp()
  await back.closed()
  await caller.released()
})

t.test('the daemon stops in order with a call up: the caller is let go', async (t) => {
  const caller = await call(t)
  await caller.answered()
  await box.daemon.stop()
  await caller.released()
})
