// kill -9 at ten moments of a call, at twenty with CORDBOARD_KILLS=all. After each restart: the record is there and closed
// as interrupted, the recording opens and holds what was said up to the kill, the line is on-hook, and the next call goes
// through. A caller who was in the queue still, though an agent had been found, is back in it and reaches the agent.
import t from 'tap'
import type { ContactRecord } from '../../daemon/contact/contact-record.ts'
import { Baresip } from '../support/baresip.ts'
import { startBox } from '../support/box.ts'
import { freePorts } from '../support/free-ports.ts'
import { prompts } from '../support/instance.ts'
import type { LineCaller } from '../support/line-caller.ts'
import { tonePresentMs } from '../support/tones.ts'
import { until } from '../support/wait.ts'
import { readWav } from '../support/wav.ts'

const annHz = 1020
const callerHz = 620

// A phone at a fixed address: it need not register again after each restart.
const phonePort = await freePorts(3)
const box = await startBox(t, { agents: [{ userName: 'ann', address: `127.0.0.1:${phonePort}`, srtp: 'off' }] })
const ann = await Baresip.start({
  userName: 'ann',
  password: 'unused',
  box: box.instance.sipAddress,
  register: false,
  answer: 'auto',
  toneHz: annHz,
  sipPort: phonePort,
})
t.teardown(() => ann.stop())

/** How far the call gets, and how long after that the kill comes. */
interface Moment {
  state: 'ringing' | 'inFlow' | 'queued' | 'offering' | 'agentWhispering' | 'customerWhispering' | 'joined' | 'ended'
  afterMs: number
}

const moments: Moment[] = [
  { state: 'ringing', afterMs: 0 },
  { state: 'ringing', afterMs: 300 },
  { state: 'inFlow', afterMs: 0 },
  { state: 'inFlow', afterMs: 250 },
  { state: 'inFlow', afterMs: 700 },
  { state: 'inFlow', afterMs: 1200 },
  { state: 'agentWhispering', afterMs: 0 },
  { state: 'agentWhispering', afterMs: 300 },
  { state: 'customerWhispering', afterMs: 0 },
  { state: 'customerWhispering', afterMs: 300 },
  { state: 'joined', afterMs: 0 },
  { state: 'joined', afterMs: 20 },
  { state: 'joined', afterMs: 100 },
  { state: 'joined', afterMs: 250 },
  { state: 'joined', afterMs: 500 },
  { state: 'joined', afterMs: 1000 },
  { state: 'joined', afterMs: 2000 },
  { state: 'ended', afterMs: 0 },
  { state: 'ended', afterMs: 10 },
  { state: 'ended', afterMs: 50 },
]

const chosen = process.env.CORDBOARD_KILLS === 'all' ? moments : moments.filter((_, index) => index % 4 === 3)

/** An agent has been found, and the caller has not been let into the talk. */
const inQueueStates: ReadonlySet<Moment['state']> = new Set(['agentWhispering', 'customerWhispering'])

const contactStates = ['inFlow', 'queued', 'offering', 'agentWhispering', 'customerWhispering', 'joined']

/** Follows the call to the moment: presses the key as soon as it is asked for, speaks from the join on. */
async function reach(caller: LineCaller, { state }: Moment): Promise<void> {
  if (state === 'ringing') {
    await box.daemon.shows('the line to ring', ({ lines }) => lines[0]?.state === 'ringing', { everyMs: 5 })
    return
  }
  await caller.answered()
  if (state === 'inFlow') return
  await caller.hears(prompts.question.endHz, 100)
  await caller.presses('1')
  const wanted = state === 'ended' ? 'joined' : state
  const from = contactStates.indexOf(wanted)
  await box.daemon.shows(
    `the contact to be ${wanted}`,
    ({ contacts }) => contactStates.indexOf(contacts[0]?.state ?? '') >= from,
    { everyMs: 5 },
  )
  if (wanted === 'joined') await caller.says(callerHz, 60_000)
  if (state !== 'ended') return
  await until('Ann to hear the caller', () => tonePresentMs(ann.heard(), callerHz) >= 400)
  await caller.hangsUp()
}

async function pause(ms: number): Promise<void> {
  const untilMs = performance.now() + ms
  await until('the moment', () => performance.now() >= untilMs, { everyMs: 5 })
}

function soundRecord(record: ContactRecord): string[] {
  const faults: string[] = []
  if (record.Cordboard.state !== 'completed') faults.push(`state ${record.Cordboard.state}`)
  if (record.DisconnectTimestamp === null) faults.push('no DisconnectTimestamp')
  if (record.DisconnectReason === null) faults.push('no DisconnectReason')
  if (record.CustomerEndpoint?.Address !== '+442079460555') faults.push('no caller')
  return faults
}

for (const [index, moment] of chosen.entries())
  t.test(`kill ${index + 1}: ${moment.afterMs} ms into ${moment.state}`, async (t) => {
    const before = (await box.daemon.records()).length
    const ringMs = moment.state === 'ringing' ? 2000 : 600
    const caller = await box.call({ number: '+442079460555', ringMs })
    t.teardown(async () => {
      await caller.forget()
      // A moment that was not reached must not cost the ones after it.
      if (box.daemon.program.exit === undefined && (await box.daemon.status()).contacts.length === 0) return
      await box.daemon.kill()
      await caller.released({ withinMs: 8000 })
      await box.daemon.restart()
    })
    await reach(caller, moment)
    await pause(moment.afterMs)
    const killedAtMs = Date.now()
    await box.daemon.kill()
    if (moment.state === 'ringing') await caller.hangsUp()
    await ann.hangUpAll()
    await box.daemon.restart()
    if (inQueueStates.has(moment.state)) {
      await box.daemon.contactIs('joined')
      await caller.hears(annHz, 200)
      await caller.hangsUp()
      await caller.released()
      await box.daemon.shows('the contact to be over', ({ contacts }) => contacts.length === 0)
      const record = (await box.daemon.records())[0]!
      t.same(soundRecord(record), [], 'the record is sound')
      t.equal(record.Cordboard.interrupted, false, 'the same contact went on')
      t.equal((await box.daemon.records()).length, before + 1)
      return
    }
    // The new daemon's first word to the board puts its lines on-hook; without one, the board does so after some seconds.
    await caller.released()
    await box.daemon.shows('the line to be ready', ({ lines }) => lines[0]?.state === 'idle')

    const records = await box.daemon.records()
    if (moment.state === 'ringing') {
      t.ok(records.length <= before + 1, 'at most one record for a call that was not answered yet')
    } else {
      t.equal(records.length, before + 1, 'the record is there')
    }
    if (records.length === before) return
    const record = records[0]!
    t.same(soundRecord(record), [], 'the record is sound')
    if (moment.state !== 'ended') t.equal(record.Cordboard.interrupted, true, 'and says that it was cut off')
    const lostMs = killedAtMs - Date.parse(record.DisconnectTimestamp ?? '')
    t.ok(lostMs < 10_000, `it ends at most seconds before the kill (${lostMs} ms)`)

    // A recording is written ten times a second, the first time 100 ms after it began.
    const talked = moment.state === 'ended' || (moment.state === 'joined' && moment.afterMs > 200)
    for (const { Location, Status } of record.Recordings) {
      // Killed before the first of it was on disk, there is none, and the record says so.
      if (talked) t.equal(Status, 'AVAILABLE', 'the recording is available')
      const recording = readWav(Location)
      t.equal(recording.channels, 2)
      if (moment.state === 'joined' && moment.afterMs >= 1000) {
        t.ok(recording.durationMs >= moment.afterMs - 300, `${recording.durationMs} ms are held`)
        t.ok(tonePresentMs(recording.samples[1]!, annHz) >= moment.afterMs - 500, 'with the agent on them')
      }
    }
    if (talked) t.equal(record.Recordings.length, 1, 'the talk was recorded')
  })

t.test('after all the kills a whole call goes through', async (t) => {
  const caller = await box.call({ number: '+442079460555' })
  await reach(caller, { state: 'joined', afterMs: 0 })
  await caller.hears(annHz, 500)
  await caller.hangsUp()
  await caller.released()
  await box.daemon.shows('the contact to be over', ({ contacts }) => contacts.length === 0)
  t.equal((await box.daemon.records())[0]?.DisconnectReason, 'CUSTOMER_DISCONNECT')
})
