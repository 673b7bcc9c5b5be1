import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Test, test } from 'tap'
import type { ContactRecord } from '../../../daemon/contact/contact-record.ts'
import { silentLog } from '../../../daemon/log/log.ts'
import { openContactStore } from '../../../daemon/store/contact-store.ts'
import { makeTestInstance } from '../../support/instance.ts'
import { MockClock } from '../../support/mock-clock.ts'
import { cordboard } from './cli-support.ts'

/** A contact of 5 January 2026: waited 75 s for Support, talked 130 s with ann, who hung up. */
function contact(id: string, change: Partial<ContactRecord> = {}): ContactRecord {
  const at = (time: string) => `2026-01-05T${time}Z`
  const arn = 'arn:aws:connect:local:000000000000:instance/test'
  return {
    AWSContactTraceRecordFormatVersion: '2017-03-10',
    ContactId: id,
    InitialContactId: id,
    PreviousContactId: null,
    NextContactId: null,
    Channel: 'VOICE',
    InitiationMethod: 'INBOUND',
    InstanceARN: arn,
    InitiationTimestamp: at('10:00:00'),
    ConnectedToSystemTimestamp: at('10:00:01'),
    DisconnectTimestamp: at('10:05:00'),
    DisconnectReason: 'AGENT_DISCONNECT',
    LastUpdateTimestamp: at('10:05:00'),
    CustomerEndpoint: { Address: '+442079460123', Type: 'TELEPHONE_NUMBER' },
    SystemEndpoint: { Address: '+442079460001', Type: 'TELEPHONE_NUMBER' },
    Attributes: { digit: '1' },
    AgentConnectionAttempts: 1,
    Agent: {
      ARN: `${arn}/agent/ann`,
      Username: 'ann',
      ConnectedToAgentTimestamp: at('10:02:50'),
      AgentInteractionDuration: 130,
      CustomerHoldDuration: 0,
      LongestHoldDuration: 0,
      NumberOfHolds: 0,
      AfterContactWorkDuration: 0,
      RoutingProfile: { ARN: `${arn}/routing-profile/Everyone`, Name: 'Everyone' },
    },
    Queue: { ARN: `${arn}/queue/Support`, Name: 'Support', EnqueueTimestamp: at('10:01:35'), Duration: 75 },
    Recordings: [],
    TransferCompletedTimestamp: null,
    Cordboard: {
      state: 'completed',
      endReason: 'hangUp',
      interrupted: false,
      lastSavedEpochMs: Date.UTC(2026, 0, 5, 10, 5),
    },
    ...change,
  }
}

/** A store as a daemon leaves it behind. */
function storeOf(folder: string, contacts: ContactRecord[]): string {
  const file = join(folder, 'contacts.db')
  const store = openContactStore(file, { clock: new MockClock(), log: silentLog })
  for (const each of contacts) store.save(each)
  store.close()
  return file
}

const store = (t: Test, contacts: ContactRecord[]) => storeOf(t.testdir({}), contacts)

test('contacts for people: one line each, aligned', async (t) => {
  const file = store(t, [contact('c-1')])
  const { exitCode, out, err } = await cordboard('contacts', '--store', file)
  t.equal(exitCode, 0)
  t.equal(err, '')
  t.equal(
    out,
    `started               from           to             queue    waited  agent  talked  state      ended by          contact
2026-01-05T10:00:00Z  +442079460123  +442079460001  Support  1:15    ann    2:10    completed  AGENT_DISCONNECT  c-1`,
  )
})

test('a caller without number who left before any queue, and one whose daemon was killed', async (t) => {
  const lost = contact('c-1', {
    CustomerEndpoint: null,
    Queue: null,
    Agent: null,
    DisconnectReason: 'OTHER',
    Cordboard: { state: 'completed', endReason: 'interrupted', interrupted: true, lastSavedEpochMs: 0 },
  })
  const { out } = await cordboard('contacts', '--store', store(t, [lost]))
  t.match(out, /\n2026-01-05T10:00:00Z {2}- +\+442079460001 +- +- +- +- +interrupted +OTHER +c-1$/)
})

test('contacts for machines are the records, word for word', async (t) => {
  const record = contact('c-1')
  const { exitCode, out } = await cordboard('contacts', '--json', '--store', store(t, [record]))
  t.equal(exitCode, 0)
  t.same(JSON.parse(out), { version: 1, contacts: [record] })
})

test('newest first, twenty unless told', async (t) => {
  const contacts = Array.from({ length: 25 }, (_, i) =>
    contact(`c-${i}`, { InitiationTimestamp: `2026-01-05T10:00:${String(i).padStart(2, '0')}Z` }),
  )
  const file = store(t, contacts)
  const ids = async (...args: string[]): Promise<string[]> => {
    const { out } = await cordboard('contacts', '--json', '--store', file, ...args)
    return JSON.parse(out).contacts.map((each: ContactRecord) => each.ContactId)
  }
  t.equal((await ids()).length, 20)
  t.same(await ids('--limit', '2'), ['c-24', 'c-23'])
  t.equal((await ids('--limit', '100')).length, 25)
})

test('an empty store is no failure', async (t) => {
  const { exitCode, out } = await cordboard('contacts', '--json', '--store', store(t, []))
  t.equal(exitCode, 0)
  t.same(JSON.parse(out), { version: 1, contacts: [] })
})

test('it is read beside a running daemon', async (t) => {
  const file = join(t.testdir({}), 'contacts.db')
  const running = openContactStore(file, { clock: new MockClock(), log: silentLog })
  running.save(contact('c-1'))
  const { exitCode, out } = await cordboard('contacts', '--json', '--store', file)
  t.equal(exitCode, 0)
  t.equal(JSON.parse(out).contacts.length, 1)
  running.save(contact('c-2'))
  t.equal(running.count(), 2, 'the daemon goes on writing')
  running.close()
})

test('without --store, it is where the configuration says', async (t) => {
  const { directory, remove } = await makeTestInstance()
  t.teardown(remove)
  const storage = t.testdir({})
  writeFileSync(
    join(directory, 'box.yaml'),
    `instance: { name: Test, country: GB, timeZone: UTC }\nstorage: { directory: ${storage} }\n`,
  )
  storeOf(storage, [contact('c-1')])
  const { exitCode, out, err } = await cordboard('contacts', '--instance', directory)
  t.equal(exitCode, 0, err)
  t.match(out, /c-1$/)
})

test('a broken configuration is exit 2, and says how to do without', async (t) => {
  const { exitCode, err } = await cordboard('contacts', '--instance', t.testdir({}))
  t.equal(exitCode, 2)
  t.match(err, /cordboard check .*--store/)
})

test('no store: exit 1, with the mend', async (t) => {
  const { exitCode, err } = await cordboard('contacts', '--store', '/nowhere/contacts.db')
  t.equal(exitCode, 1)
  t.match(err, /There is no contact store \/nowhere\/contacts\.db\. Name it with --store/)
})

test('something that is no store: exit 1, and it is left as it was', async (t) => {
  const file = join(t.testdir({ 'notes.txt': 'call the dentist '.repeat(100) }), 'notes.txt')
  const { exitCode, out, err } = await cordboard('contacts', '--store', file)
  t.equal(exitCode, 1)
  t.equal(out, '')
  t.match(err, /notes\.txt/)
})
