// The clock is set a day ahead, or a day back, in the middle of everything: no figure is negative, and no agent has worked
// a day in an instant.
import t from 'tap'
import type { AgentEvent, CentreEvent, ContactEvent, ContactEventType } from '../../../daemon/events/events.ts'
import { Cells, type Sums } from '../../../daemon/metrics/cells.ts'
import { Reckoner } from '../../../daemon/metrics/reckoner.ts'

const dayMs = 86_400_000
const startMs = Date.UTC(2026, 0, 5, 10)

function contact(type: ContactEventType, atEpochMs: number, sequence: number): ContactEvent {
  return {
    kind: 'contact',
    type,
    atEpochMs,
    sequence,
    contactId: 'c1',
    initialContactId: 'c1',
    channel: 'VOICE',
    initiationMethod: 'INBOUND',
    queue: 'sales',
    agent: 'ann',
    routingProfile: 'basic',
  }
}

function agent(atEpochMs: number, sequence: number): AgentEvent {
  return {
    kind: 'agent',
    type: 'HEART_BEAT',
    atEpochMs,
    sequence,
    agent: 'ann',
    routingProfile: 'basic',
    status: { name: 'Available', type: 'ROUTABLE', sinceEpochMs: atEpochMs },
    reachable: true,
    contacts: [],
  }
}

const steps: ContactEventType[] = [
  'INITIATED',
  'CONNECTED_TO_SYSTEM',
  'QUEUED',
  'OFFERED',
  'AGENT_CONNECTING',
  'CONNECTED_TO_AGENT',
  'HELD',
  'RESUMED',
  'DISCONNECTED',
  'COMPLETED',
]

for (const [name, jumpMs] of [
  ['back', -dayMs],
  ['ahead', dayMs],
] as const)
  t.test(`a day ${name}, before each step of a contact`, async (t) => {
    for (let jumpAt = 1; jumpAt < steps.length; jumpAt++) {
      const cells = new Cells()
      const reckoner = new Reckoner(cells)
      const events = steps.flatMap((type, step): CentreEvent[] => {
        const atMs = startMs + step * 60_000 + (step >= jumpAt ? jumpMs : 0)
        return [contact(type, atMs, 2 * step + 1), agent(atMs, 2 * step + 2)]
      })
      for (const event of events) reckoner.take(event)
      const sums = [...cells.values()].map((cell): Sums => cell.sums)
      const negative = sums.flatMap((cell) => Object.entries(cell).filter(([, value]) => value < 0))
      t.same(negative, [], `jump before ${steps[jumpAt]}`)
      const online = sums.reduce((total, cell) => total + (cell.onlineMs ?? 0), 0)
      t.equal(online, 60_000 * (steps.length - 2), 'the minute of the jump counts for nobody')
      t.equal(
        sums.reduce((total, cell) => total + (cell.created ?? 0), 0),
        1,
        'one contact',
      )
    }
  })

t.test('an event told twice counts once', async (t) => {
  const cells = new Cells()
  const reckoner = new Reckoner(cells)
  const events = steps.map((type, step) => contact(type, startMs + step * 1_000, step + 1))
  for (const event of [...events, ...events]) reckoner.take(event)
  const handled = [...cells.values()].reduce((total, cell) => total + (cell.sums.handled ?? 0), 0)
  t.equal(handled, 1)
})
