// Every command that asks the daemon, against a real one with a real call: what it does, what it says, how it exits, and
// that it stands in the audit log.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import type { StatusReport } from '../../daemon/api/reports.ts'
import { type Ran, cordboard as run } from '../daemon/cli/cli-support.ts'
import { AutoPhones, agentAt, callerAccount } from '../support/auto-phones.ts'
import { Daemon } from '../support/daemon.ts'
import { freePorts } from '../support/free-ports.ts'
import { makeTestInstance } from '../support/instance.ts'

const phonesPort = await freePorts(1)
const instance = await makeTestInstance({
  agents: [
    callerAccount,
    agentAt(phonesPort, { userName: 'ann', afterContactWorkS: 600 }),
    agentAt(phonesPort, { userName: 'bob', status: 'Offline', afterContactWorkS: 0 }),
  ],
  quickConnects: [
    { type: 'agent', name: 'Bob', agent: 'bob' },
    { type: 'phone', name: 'Desk', number: '+442079460777' },
  ],
  lines: 0,
})
t.teardown(() => instance.remove())
const daemon = await Daemon.start({ instance })
t.teardown(() => daemon.remove())

const phones = await AutoPhones.open(instance, phonesPort)
t.teardown(() => phones.close())

const cordboard = (...args: string[]): Promise<Ran> => run(...args, '--socket', daemon.socket)

/** Done, without a word of complaint; with --json the answer. */
async function does(t: Test, ...args: string[]): Promise<Record<string, unknown>> {
  const { exitCode, out, err } = await cordboard(...args)
  t.same({ exitCode, err }, { exitCode: 0, err: '' }, `cordboard ${args.join(' ')}`)
  return args.includes('--json') ? (JSON.parse(out) as Record<string, unknown>) : { out }
}

/** Can't be done: exit 1, why not, and what to do. */
async function fails(t: Test, complaint: RegExp, ...args: string[]): Promise<void> {
  const { exitCode, err } = await cordboard(...args)
  t.equal(exitCode, 1, `cordboard ${args.join(' ')}`)
  t.match(err, complaint)
}

const isJoined = ({ state }: { state: string }) => state === 'joined'

/** A caller rings and talks to Ann. */
async function talk(): Promise<void> {
  phones.call('442079460004')
  await daemon.contactIs('joined', { withinMs: 10_000 })
}

t.test('before any call', async (t) => {
  t.match(await does(t, 'status', '--json'), { version: 1, state: 'running', contacts: [], faults: [] })
  t.match((await does(t, 'status')).out, /Support/)
  t.match(await does(t, 'agent', 'list', '--json'), { version: 1, agents: [{ userName: 'caller' }, {}, {}] })
  t.match((await does(t, 'top', '--once')).out, /running[\s\S]*queue[\s\S]*Support[\s\S]*ann +Available/)
  t.match(await does(t, 'reload', '--json'), { outcome: 'unchanged' })
  const { quickConnects } = await does(t, 'agent', 'quick-connects', 'ann', '--json')
  t.match(quickConnects, [{ name: 'Desk', type: 'phone', description: 'for tests' }])
  t.equal((quickConnects as unknown[]).length, 1, 'agents and queues only while there is a contact to transfer')
  for (const verb of ['hold', 'resume', 'join', 'leave', 'drop', 'end', 'accept', 'decline', 'pause'])
    await fails(t, /ann has no contact\. See cordboard agent list/, 'agent', verb, 'ann')
  for (const verb of ['pause-recording', 'resume-recording']) await fails(t, /ann has no contact/, 'agent', verb, 'ann')
  await fails(t, /ann has no contact/, 'agent', 'transfer', 'ann', 'Bob')
  await fails(t, /No contact waits to be cleared/, 'agent', 'clear', 'ann')
  await fails(t, /There is no such contact/, 'agent', 'monitor', 'bob', 'nothing')
  await fails(t, /Bob is reached by transferring/, 'agent', 'call', 'ann', 'Bob')
  await fails(t, /no such quick connect for this agent/, 'agent', 'call', 'ann', 'Nobody')
  await fails(t, /There is no agent "zoe"\. See cordboard agent list/, 'agent', 'hold', 'zoe')
  await fails(t, /There is no status "Lunch"/, 'agent', 'set', 'ann', 'Lunch')
  await fails(t, /There is no queue "Nowhere"\. Queues stand in queues.yaml/, 'queue', 'close', 'Nowhere')
})

t.test('a queue is closed and opened', async (t) => {
  await does(t, 'queue', 'close', 'Support')
  t.match((await daemon.status()).queues, [{ name: 'Support', enabled: false }])
  t.match((await does(t, 'top', '--once')).out, /Support.*closed/)
  t.match(await does(t, 'queue', 'open', 'Support', '--json'), { version: 1 })
  t.match((await daemon.status()).queues, [{ enabled: true }])
})

t.test('a call, and what its agent does with it', async (t) => {
  await talk()
  t.match((await does(t, 'agent', 'list')).out, /ann +Available.*onContact/)
  const { quickConnects } = await does(t, 'agent', 'quick-connects', 'ann', '--json')
  t.same(
    (quickConnects as { name: string }[]).map(({ name }) => name),
    ['Bob', 'Desk'],
  )
  await does(t, 'agent', 'hold', 'ann', '--json')
  t.match((await daemon.status()).contacts[0]?.describe, /on hold/)
  await fails(t, /not in a state for this/, 'agent', 'hold', 'ann')
  await does(t, 'agent', 'resume', 'ann')
  t.notMatch((await daemon.status()).contacts[0]?.describe, /on hold/)
  await does(t, 'agent', 'pause-recording', 'ann')
  await fails(t, /not in a state for this/, 'agent', 'pause-recording', 'ann')
  await does(t, 'agent', 'resume-recording', 'ann')
  await fails(t, /no such quick connect for this agent/, 'agent', 'transfer', 'ann', 'Nobody')
  await fails(t, /not in a state for this|no task/i, 'agent', 'pause', 'ann')
  await does(t, 'agent', 'transfer', 'ann', 'Bob', '--warm')
  const everybodyTalks = ({ contacts }: StatusReport) => contacts.length === 2 && contacts.every(isJoined)
  await daemon.shows('Bob to talk', everybodyTalks)
  await does(t, 'agent', 'join', 'ann')
  await does(t, 'agent', 'drop', 'ann')
  await daemon.shows('Bob to be gone', ({ contacts }) => contacts.length === 1)
  const { contactId } = (await daemon.status()).contacts[0]!
  await does(t, 'agent', 'monitor', 'bob', contactId)
  await daemon.shows('Bob to listen', everybodyTalks)
  await does(t, 'agent', 'end', 'ann')
  await daemon.shows('all to be over', ({ contacts }) => contacts.length === 0)
  t.match((await does(t, 'agent', 'list')).out, /ann +Available.*afterContactWork/)
  await does(t, 'agent', 'clear', 'ann')
  t.match((await does(t, 'agent', 'list', '--json')).agents, [{}, { userName: 'ann', activity: 'available' }, {}])
})

t.test('an agent calls a colleague', async (t) => {
  await fails(t, /There is no such agent/, 'agent', 'call', 'ann', '@zoe')
  await does(t, 'agent', 'call', 'ann', '@bob')
  await daemon.contactIs('joined')
  t.match((await does(t, 'agent', 'list')).out, /ann +Available.*onContact[\s\S]*bob +Offline.*onContact/)
  await fails(t, /The colleague has a contact/, 'agent', 'call', 'ann', '@bob')
  await does(t, 'agent', 'end', 'ann')
  await daemon.shows('the call to be over', ({ contacts }) => contacts.length === 0)
  await does(t, 'agent', 'clear', 'ann')
})

t.test('records and figures of it', async (t) => {
  const store = ['--store', join(daemon.storage, 'contacts.db')]
  const contacts = async (...args: string[]) => {
    const { exitCode, out } = await run('contacts', ...store, ...args, '--json')
    t.equal(exitCode, 0)
    return (JSON.parse(out) as { contacts: { InitiationMethod: string }[] }).contacts
  }
  t.same(
    (await contacts()).map(({ InitiationMethod }) => InitiationMethod),
    ['OUTBOUND', 'MONITOR', 'TRANSFER', 'INBOUND'],
  )
  t.equal((await contacts('--method', 'TRANSFER', '--agent', 'bob')).length, 1)
  t.equal((await contacts('--channel', 'TASK')).length, 0)
  t.match((await run('contacts', ...store, '--csv')).out.split('\n')[0], /^started,from,to,queue/)
  const figures = await does(t, 'metrics', '--by', 'queue,channel', '--json')
  t.match(figures.rows, [{ group: { queue: 'Support', channel: 'VOICE' }, metrics: { CONTACTS_QUEUED: 1 } }])
  t.match((await does(t, 'metrics', '--by', 'agent', '--csv')).out, /^from,agent,/)
  await fails(t, /By 15min, 3 days/, 'metrics', '--interval', '15min', '--from', '2026-01-01T00:00:00Z')
  t.equal((await cordboard('metrics', '--by', 'weather')).exitCode, 2)
  const now = await does(t, 'metrics', '--now', '--json')
  t.match(now.rows, [{ group: { queue: 'Support' }, metrics: { CONTACTS_IN_QUEUE: 0, AGENTS_ONLINE: 1 } }])
  t.match(
    (await does(t, 'metrics', '--now', '--by', 'agent', '--channel', 'voice')).out,
    /^agent +AGENTS_ONLINE[\s\S]*ann/,
  )
  t.equal((await cordboard('metrics', '--now', '--by', 'channel')).exitCode, 2)
})

t.test('what changes something stands in the audit log, what only looks does not', async (t) => {
  const lines = readFileSync(join(daemon.storage, 'audit.jsonl'), 'utf8').trim().split('\n')
  const noted = lines.map((line) => JSON.parse(line) as { method: string; outcome: string })
  const methods = new Set(noted.map(({ method }) => method))
  t.same([...methods].sort(), ['agentCommand', 'reload', 'setAgentStatus', 'setQueueEnabled'])
  t.ok(noted.some(({ outcome }) => outcome === 'refused'))
})

t.test('the daemon is gone: exit 1, and where it was looked for', async (t) => {
  await daemon.stop()
  for (const command of [
    'status',
    'top --once',
    'reload',
    'metrics',
    'agent list',
    'agent hold ann',
    'queue open Support',
  ])
    await fails(t, /daemon/, ...command.split(' '))
})
