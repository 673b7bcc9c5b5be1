// A caller and the box alone, recorded: what the caller sends is on the left, what the box plays to them on the right.
import t from 'tap'
import { startBox } from '../support/box.ts'
import { flowDocument } from '../support/flows.ts'
import { prompts } from '../support/instance.ts'
import { tonePresentMs } from '../support/tones.ts'
import { readWav } from '../support/wav.ts'

const callerHz = 620

const flow = flowDocument('contactFlow', 'Main', [
  {
    type: 'UpdateContactRecordingBehavior',
    parameters: { RecordingBehavior: { RecordedParticipants: [], IVRRecordingBehavior: 'Enabled' } },
    errors: [],
  },
  { type: 'MessageParticipant', parameters: { PromptId: 'menu' } },
  {
    type: 'GetParticipantInput',
    parameters: { PromptId: 'question', InputTimeLimitSeconds: '2', StoreInput: 'False' },
    conditions: {},
    errors: ['InputTimeLimitExceeded', 'NoMatchingCondition', 'NoMatchingError'],
  },
  { type: 'DisconnectParticipant' },
])

t.test('what a caller and the box say to each other is in a recording of its own', async (t) => {
  const box = await startBox(t, { files: { 'flows/Main.json': flow } })
  const caller = await box.call()
  await caller.answered()
  await caller.hears(prompts.menu.endHz, 50)
  await caller.says(callerHz, 1200)
  await caller.released({ withinMs: 15_000 })
  await box.isAsBefore()

  const record = await box.daemon.completedRecord()
  t.match(record.Recordings, [{ ParticipantType: 'IVR', Status: 'AVAILABLE', Location: /_ivr\.wav$/ }])
  const [left, right] = readWav(record.Recordings[0]!.Location).samples as [Int16Array, Int16Array]
  // How much of it depends on how busy the machine is.
  t.ok(tonePresentMs(left, callerHz) >= 200, 'the caller is on the left')
  for (const hz of [prompts.menu.startHz, prompts.menu.endHz])
    t.ok(tonePresentMs(right, hz) >= 40, 'the prompt is on the right')
  t.equal(tonePresentMs(left, prompts.menu.startHz), 0, 'the prompt is not on the left')
  t.equal(tonePresentMs(right, callerHz), 0, 'the caller is not on the right')
  await box.daemon.stop()
})
