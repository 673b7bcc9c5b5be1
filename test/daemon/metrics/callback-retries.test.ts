// Callbacks that nobody answers, and how long agents wait to be connected: by the definitions of the metrics.
import t from 'tap'
import type { AgentEvent, ContactEvent, ContactEventType } from '../../../daemon/events/events.ts'
import { Cells } from '../../../daemon/metrics/cells.ts'
import { Reckoner } from '../../../daemon/metrics/reckoner.ts'
import { report } from '../../../daemon/metrics/report.ts'

const startMs = Date.UTC(2026, 0, 5, 10)

/** What was told, in order; `afterS` since the beginning. */
class Story {
  readonly #cells = new Cells()
  readonly #reckoner = new Reckoner(this.#cells)
  #sequence = 0

  contact(afterS: number, contactId: string, type: ContactEventType, more: Partial<ContactEvent> = {}): void {
    this.#reckoner.take({
      kind: 'contact',
      type,
      sequence: ++this.#sequence,
      atEpochMs: startMs + afterS * 1000,
      contactId,
      initialContactId: 'c1',
      channel: 'VOICE',
      initiationMethod: 'CALLBACK',
      queue: 'sales',
      ...more,
    })
  }

  ann(afterS: number, contacts: AgentEvent['contacts'] = []): void {
    const atEpochMs = startMs + afterS * 1000
    this.#reckoner.take({
      kind: 'agent',
      type: 'CONTACTS_CHANGED',
      sequence: ++this.#sequence,
      atEpochMs,
      agent: 'ann',
      routingProfile: 'basic',
      status: { name: 'Available', type: 'ROUTABLE', sinceEpochMs: startMs },
      reachable: true,
      contacts,
    })
  }

  metrics(by: 'queue' | 'agent'): Record<string, number> {
    const range = { fromMs: startMs - 86_400_000, toMs: startMs + 86_400_000 }
    const [row] = report(this.#cells.values(), { ...range, interval: 'total', by: [by], timeZone: 'UTC' })
    return row?.metrics ?? {}
  }
}

const ringing = (contactId: string): AgentEvent['contacts'] => [
  { contactId, channel: 'VOICE', state: 'CONNECTING', sinceEpochMs: startMs },
]

t.test('a callback that is tried again is one attempt in vain; the request itself is none', async (t) => {
  const story = new Story()
  story.contact(0, 'c1', 'INITIATED', { initiationMethod: 'INBOUND' })
  story.contact(1, 'c2', 'INITIATED', { previousContactId: 'c1' })
  story.contact(2, 'c1', 'COMPLETED', { initiationMethod: 'INBOUND' })
  t.equal(story.metrics('queue').SUM_RETRY_CALLBACK_ATTEMPTS, 0)
  story.contact(60, 'c3', 'INITIATED', { previousContactId: 'c2' })
  story.contact(60, 'c2', 'DISCONNECTED')
  story.contact(60, 'c2', 'COMPLETED')
  t.equal(story.metrics('queue').SUM_RETRY_CALLBACK_ATTEMPTS, 1)
})

t.test('the mean time to be connected is per offer, whether it was taken or not', async (t) => {
  const story = new Story()
  story.contact(0, 'c2', 'INITIATED')
  for (const [fromS, toS] of [
    [0, 20],
    [30, 40],
  ] as const) {
    story.contact(fromS, 'c2', 'OFFERED', { agent: 'ann' })
    story.ann(fromS, ringing('c2'))
    story.ann(toS)
  }
  t.match(story.metrics('agent'), {
    'SUM_CONNECTING_TIME_AGENT.CALLBACK': 30,
    'AVG_AGENT_CONNECTING_TIME.CALLBACK': 15,
    'AVG_AGENT_CONNECTING_TIME.INCOMING': undefined,
  })
})
