import t from 'tap'
import type { AgentCommand } from '../../../daemon/agent/agent-command.ts'
import { type CollectorState, collectKey, noKeys } from '../../../daemon/agent/key-collector.ts'
import { type CodeBook, readCode, readTarget } from '../../../daemon/agent/phone-codes.ts'

const book: CodeBook = {
  customStatuses: ['Lunch', 'Training'],
  quickConnects: new Map([['12', 'Billing']]),
  names: new Map([
    ['billing', 'Billing'],
    ['bob', 'Bob at his desk'],
  ]),
}

const commands: [string, AgentCommand][] = [
  ['*10', { do: 'setStatus', status: 'Available' }],
  ['*10#', { do: 'setStatus', status: 'Available' }],
  ['*00', { do: 'setStatus', status: 'Offline' }],
  ['*11', { do: 'setStatus', status: 'Lunch' }],
  ['*12', { do: 'setStatus', status: 'Training' }],
  ['*20', { do: 'clearContact' }],
  ['*3012#', { do: 'transfer', kind: 'cold', target: { quickConnect: 'Billing' } }],
  ['*3102079460000#', { do: 'transfer', kind: 'warm', target: { number: '02079460000' } }],
  ['*32', { do: 'join' }],
  ['*33', { do: 'hold', party: 'customer' }],
  ['*34', { do: 'hold', party: 'others' }],
  ['*35', { do: 'resume' }],
  ['*36', { do: 'leave' }],
  ['*37', { do: 'drop' }],
  ['*38', { do: 'pauseRecording' }],
  ['*39', { do: 'resumeRecording' }],
]
for (const [keys, command] of commands)
  t.test(`${keys} is ${JSON.stringify(command)}`, async (t) => {
    t.same(readCode(keys, book), { is: 'command', command })
  })

for (const keys of ['*', '*1', '*3', '*30', '*3012'])
  t.test(`${keys} may become a code`, async (t) => {
    t.same(readCode(keys, book), { is: 'incomplete' })
  })

for (const keys of ['', '12', '*#', '*13', '*99', '*30#', '*3012#5', '*101', '*1A', `*30${'1'.repeat(25)}`])
  t.test(`${JSON.stringify(keys)} is no code`, async (t) => {
    t.same(readCode(keys, book), { is: 'unknown' })
  })

t.test('a free phone dials a quick connect by its code, or any number', async (t) => {
  t.same(readTarget('12', book), { quickConnect: 'Billing' })
  t.same(readTarget('0207', book), { number: '0207' })
})

/** What became of each key. */
function pressed(keys: string): string[] {
  let state: CollectorState = noKeys
  return [...keys].map((key) => {
    const step = collectKey(state, key === 't' ? { type: 'timerFired' } : { type: 'keyPressed', key }, book)
    state = step.state
    const { outcome } = step
    return outcome.is === 'command' ? outcome.command.do : outcome.is
  })
}

const talks: [string, string, string[]][] = [
  ['keys for the machine at the other end are left alone', '12#', ['passed', 'passed', 'passed']],
  ['a code', '*33', ['waiting', 'waiting', 'hold']],
  ['after a code, keys are free again', '*335', ['waiting', 'waiting', 'hold', 'passed']],
  ['a second star begins anew', '*3*20', ['waiting', 'waiting', 'waiting', 'waiting', 'clearContact']],
  ['a transfer ends with the hash', '*3012#', ['waiting', 'waiting', 'waiting', 'waiting', 'waiting', 'transfer']],
  ['a pause breaks a code off', '*3t3', ['waiting', 'waiting', 'unknown', 'passed']],
  ['a pause without keys is nothing', 't', ['passed']],
  ['what is no code is told once', '*95', ['waiting', 'waiting', 'unknown']],
]
for (const [name, keys, outcomes] of talks)
  t.test(name, async (t) => {
    t.same(pressed(keys), outcomes)
  })

t.test('phones with letters name quick connects, or who they lead to', async (t) => {
  t.same(readTarget('Billing', book), { quickConnect: 'Billing' })
  t.same(readTarget('bob', book), { quickConnect: 'Bob at his desk' })
  t.same(
    readTarget('mallory', book),
    { number: 'mallory' },
    'anybody else is no name, and no number that could be called',
  )
})
