// The lives of contacts that nobody called for: brought in by an agent, dialled, called back, without a line.
import t from 'tap'
import {
  type ContactEffect,
  type ContactInput,
  type ContactKind,
  type ContactState,
  nextContactStep,
} from '../../../daemon/contact/contact-machine.ts'
import { contactTables } from '../../../daemon/contact/contact-tables.ts'
import type { LegEnd } from '../../../daemon/leg/leg.ts'

const hangUp: LegEnd = { by: 'farEnd', blame: 'none', reason: 'hangUp' }
const noAnswer: LegEnd = { by: 'us', blame: 'none', reason: 'noAnswer' }
const busy: LegEnd = { by: 'farEnd', blame: 'farEnd', reason: 'busy', sipStatus: 486 }
const lost = 'stopWhispers, hangUpAgent'

/** Effects in short: `end CUSTOMER_DISCONNECT hangUp`, `ringAgent anna`. */
function brief(effect: ContactEffect): string {
  const { do: verb, ...rest } = effect
  return [verb, ...Object.values(rest)].join(' ')
}

type Row = [ContactState, ContactInput, ContactState | 'ignored', string?]

const tables: Partial<Record<ContactKind, Row[]>> = {
  queueTransfer: [
    ['new', { type: 'began' }, 'ignored'],
    ['new', { type: 'enqueued' }, 'queued', 'runQueueFlow'],
    ['new', { type: 'dismissed', reason: 'OTHER', endReason: 'atCapacity' }, 'ending', 'end OTHER atCapacity'],
    ['queued', { type: 'movedOn' }, 'ending', 'leaveQueue, end OTHER movedToQueue'],
    ['offering', { type: 'movedOn' }, 'ignored'],
    ['offering', { type: 'handedOutside' }, 'ignored'],
    ['queued', { type: 'handedOutside' }, 'outside', 'leaveQueue'],
    ['outside', { type: 'thirdPartyLeft', end: hangUp }, 'ending', 'end THIRD_PARTY_DISCONNECT hangUp'],
    ['outside', { type: 'customerLeft', end: hangUp }, 'ending', 'hangUpAgent, end CUSTOMER_DISCONNECT hangUp'],
  ],
  transfer: [
    ['new', { type: 'began' }, 'inFlow', 'runFlow'],
    ['inFlow', { type: 'summoned', agent: 'ben' }, 'summoning', 'ringAgent ben'],
    ['summoning', { type: 'flowEnded', end: { type: 'ended' } }, 'ignored'],
    ['summoning', { type: 'agentAnswered' }, 'agentWhispering', 'runAgentWhisper'],
    ['summoning', { type: 'targetLeft', end: noAnswer }, 'ending', `${lost}, end OTHER target: noAnswer`],
    ['summoning', { type: 'offered', agent: 'cleo' }, 'ignored'],
    ['agentWhispering', { type: 'targetLeft', end: hangUp }, 'ending', `${lost}, end OTHER target: hangUp`],
    ['customerWhispering', { type: 'targetLeft', end: hangUp }, 'ending', `${lost}, end OTHER target: hangUp`],
    ['joined', { type: 'targetLeft', end: hangUp }, 'ending', 'end AGENT_DISCONNECT hangUp'],
  ],
  campaign: [
    ['new', { type: 'began' }, 'ringingOut', ''],
    ['ringingOut', { type: 'customerAnswered' }, 'inFlow', 'runFlow'],
    ['ringingOut', { type: 'customerUnreached', end: busy }, 'ending', 'end TELECOM_BUSY busy'],
    ['ringingOut', { type: 'customerUnreached', end: noAnswer }, 'ending', 'end TELECOM_TIMEOUT noAnswer'],
    ['ringingOut', { type: 'flowEnded', end: { type: 'ended' } }, 'ignored'],
    [
      'ringingOut',
      { type: 'dismissed', reason: 'TELECOM_ORIGINATOR_CANCEL', endReason: 'campaignStopped' },
      'ending',
      `${lost}, end TELECOM_ORIGINATOR_CANCEL campaignStopped`,
    ],
    ['inFlow', { type: 'enqueued' }, 'queued', ''],
    ['queued', { type: 'offered', agent: 'anna' }, 'offering', 'ringAgent anna'],
  ],
  preview: [
    ['new', { type: 'began' }, 'scheduled', 'enqueue'],
    ['scheduled', { type: 'enqueued' }, 'queued', ''],
    ['scheduled', { type: 'notEnqueued' }, 'ending', 'end OTHER queueAtCapacity'],
    ['queued', { type: 'offered', agent: 'anna' }, 'offering', 'ringAgent anna'],
    ['agentWhispering', { type: 'agentWhisperEnded' }, 'dialling', 'runOutboundWhisper'],
    ['ringingOut', { type: 'customerAnswered' }, 'joined', 'join'],
    [
      'dialling',
      { type: 'customerUnreached', end: busy },
      'ending',
      `stopWhispers, hangUpAgent, end TELECOM_BUSY busy`,
    ],
  ],
  external: [
    ['new', { type: 'began' }, 'summoning', 'ringTarget'],
    ['summoning', { type: 'agentAnswered' }, 'joined', 'join'],
    ['summoning', { type: 'targetLeft', end: busy }, 'ending', 'end TELECOM_BUSY busy'],
    ['joined', { type: 'targetLeft', end: hangUp }, 'ending', 'end THIRD_PARTY_DISCONNECT hangUp'],
  ],
  outbound: [
    ['new', { type: 'began' }, 'summoning', 'ringTarget'],
    ['summoning', { type: 'agentAnswered' }, 'dialling', 'runOutboundWhisper'],
    ['dialling', { type: 'customerAnswered' }, 'outboundWhispering', ''],
    ['dialling', { type: 'outboundWhisperEnded' }, 'ringingOut', 'dialCustomer'],
    ['ringingOut', { type: 'customerAnswered' }, 'joined', 'join'],
    ['outboundWhispering', { type: 'outboundWhisperEnded' }, 'joined', 'join'],
    ['outboundWhispering', { type: 'whispersTimedOut' }, 'joined', 'stopWhispers, join'],
    [
      'dialling',
      { type: 'customerUnreached', end: noAnswer },
      'ending',
      'stopWhispers, hangUpAgent, end TELECOM_TIMEOUT noAnswer',
    ],
    ['ringingOut', { type: 'targetLeft', end: hangUp }, 'ending', `${lost}, end AGENT_DISCONNECT hangUp`],
    ['outboundWhispering', { type: 'customerLeft', end: hangUp }, 'ending', `${lost}, end CUSTOMER_DISCONNECT hangUp`],
  ],
  callback: [
    ['new', { type: 'began' }, 'scheduled', ''],
    ['scheduled', { type: 'due', into: 'queue' }, 'scheduled', 'enqueue'],
    ['scheduled', { type: 'due', into: 'flow' }, 'inFlow', 'runFlow'],
    ['scheduled', { type: 'enqueued' }, 'queued', ''],
    ['scheduled', { type: 'notEnqueued' }, 'ending', 'end OTHER queueAtCapacity'],
    ['scheduled', { type: 'parked' }, 'ending', 'park'],
    ['queued', { type: 'parked' }, 'ending', 'leaveQueue, park'],
    ['agentWhispering', { type: 'agentWhisperEnded' }, 'dialling', 'runOutboundWhisper'],
    [
      'ringingOut',
      { type: 'customerUnreached', end: noAnswer },
      'ending',
      'stopWhispers, tryAgainLater, hangUpAgent, end TELECOM_TIMEOUT noAnswer',
    ],
    [
      'ringingOut',
      { type: 'customerUnreached', end: busy },
      'ending',
      'stopWhispers, hangUpAgent, end TELECOM_BUSY busy',
    ],
  ],
  task: [
    ['new', { type: 'began' }, 'scheduled', ''],
    ['scheduled', { type: 'due', into: 'flow' }, 'inFlow', 'runFlow'],
    ['scheduled', { type: 'due', into: 'queue' }, 'scheduled', 'enqueue'],
    ['inFlow', { type: 'enqueued' }, 'queued', ''],
    ['offering', { type: 'agentAnswered' }, 'agentWhispering', 'runAgentWhisper'],
    ['agentWhispering', { type: 'agentWhisperEnded' }, 'joined', 'stopCustomerFlow, join'],
    [
      'joined',
      { type: 'dismissed', reason: 'AGENT_COMPLETED', endReason: 'completed' },
      'ending',
      'hangUpAgent, end AGENT_COMPLETED completed',
    ],
  ],
  monitor: [
    ['new', { type: 'began' }, 'summoning', 'ringTarget'],
    ['summoning', { type: 'agentAnswered' }, 'joined', 'join'],
    ['summoning', { type: 'targetLeft', end: noAnswer }, 'ending', `${lost}, end OTHER target: noAnswer`],
  ],
  disconnect: [
    ['new', { type: 'began' }, 'inFlow', 'runFlow'],
    ['inFlow', { type: 'flowEnded', end: { type: 'ended' } }, 'ending', 'end OTHER flowEnded'],
  ],
}

for (const kind of Object.keys(tables) as ContactKind[])
  for (const [state, input, expected, effects] of tables[kind] ?? [])
    t.test(`${kind}: ${state} + ${JSON.stringify(input)} → ${expected}`, async (t) => {
      const step = nextContactStep(kind, state, input)
      if (expected === 'ignored') {
        t.equal(step, undefined)
        return
      }
      t.equal(step?.state, expected)
      t.equal(step?.effects.map(brief).join(', '), effects)
    })

t.test('whatever its kind and state, a contact can be ended, exactly once', async (t) => {
  for (const [kind, table] of Object.entries(contactTables) as [ContactKind, object][])
    for (const state of Object.keys(table) as ContactState[])
      for (const input of [{ type: 'daemonStops' }, { type: 'callTooLong' }] as const) {
        const step = nextContactStep(kind, state, input)
        t.equal(step?.state, 'ending', `${kind} ${state} ${input.type}`)
        t.equal(step?.effects.filter((effect) => effect.do === 'end').length, 1, `${kind} ${state} ${input.type}`)
      }
})
