// Callbacks and tasks on disk.
import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import type { PendingContact } from '../../../daemon/contact/pending-contacts.ts'
import { silentLog } from '../../../daemon/log/log.ts'
import { openPendingFiles } from '../../../daemon/store/pending-files.ts'

const first = '11111111-1111-4111-8111-111111111111'
const second = '22222222-2222-4222-8222-222222222222'

function callback(contactId: string, dueEpochMs: number): PendingContact {
  return {
    contactId,
    kind: 'callback',
    dueEpochMs,
    expiresEpochMs: dueEpochMs + 1000,
    callback: { retryDelaySeconds: 60, attemptsLeft: 2 },
    data: {
      contactId,
      initialContactId: contactId,
      channel: 'VOICE',
      initiationMethod: 'CALLBACK',
      instanceArn: 'arn',
      awsRegion: 'local',
      attributes: { order: '407' },
      voice: { voiceId: 'Amy', engine: 'standard', style: 'None', languageCode: 'en-GB' },
      flowLogging: false,
      recording: { agent: false, customer: false },
      priority: 5,
      ageAdjustmentS: 0,
      queueMoves: 0,
      callbackRequested: false,
      hooks: [
        ['OutboundWhisper', 'survey'],
        ['AgentWhisper', null],
      ],
    },
  }
}

t.test('what was kept is there at the next start, in order of its time; what was forgotten is not', async (t) => {
  const folder = join(t.testdir({}), 'pending')
  const files = openPendingFiles(folder, { log: silentLog })
  files.keep(callback(first, 2000))
  files.keep(callback(second, 1000))
  files.keep({ ...callback(first, 2000), enqueuedAtEpochMs: 3000 })
  const again = openPendingFiles(folder, { log: silentLog })
  t.same(again.all(), [callback(second, 1000), { ...callback(first, 2000), enqueuedAtEpochMs: 3000 }])
  again.forget(second)
  again.forget(second)
  t.same(
    again.all().map(({ contactId }) => contactId),
    [first],
  )
  t.same(readdirSync(folder), [`${first}.json`])
})

t.test('half a file, or another one, hides no other', async (t) => {
  const folder = t.testdir({})
  const files = openPendingFiles(folder, { log: silentLog })
  files.keep(callback(first, 1000))
  writeFileSync(join(folder, `${second}.json`), '{"contactId": "2222')
  writeFileSync(join(folder, `${second}.json.new`), '{}')
  writeFileSync(join(folder, 'other.json'), '{"kind": "letter"}')
  t.same(
    files.all().map(({ contactId }) => contactId),
    [first],
  )
})

t.test('an id that is none is no path', async (t) => {
  const files = openPendingFiles(t.testdir({}), { log: silentLog })
  t.throws(() => files.forget('../contacts'))
})
