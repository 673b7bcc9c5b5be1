import t from 'tap'
import {
  type ContactEffect,
  type ContactInput,
  type ContactState,
  nextContactStep,
} from '../../../daemon/contact/contact-machine.ts'
import type { LegEnd } from '../../../daemon/leg/leg.ts'

const hangUp: LegEnd = { by: 'farEnd', blame: 'none', reason: 'hangUp' }
const busy: LegEnd = { by: 'farEnd', blame: 'farEnd', reason: 'busy', sipStatus: 486 }
const unplugged: LegEnd = { by: 'us', blame: 'line', reason: 'deviceLost' }
const failed = { type: 'failed', identifier: 'menu', reason: 'no branch' } as const

/** Effects in short: `end CUSTOMER_DISCONNECT hangUp`, `ringAgent anna`. */
function brief(effect: ContactEffect): string {
  const { do: verb, ...rest } = effect
  return [verb, ...Object.values(rest)].join(' ')
}

const table: [ContactState, ContactInput, ContactState | 'ignored', string?][] = [
  ['new', { type: 'began' }, 'arriving', 'answer'],
  ['arriving', { type: 'customerAnswered' }, 'inFlow', 'runFlow'],
  ['arriving', { type: 'customerLeft', end: hangUp }, 'ending', 'end CUSTOMER_DISCONNECT hangUp'],
  ['arriving', { type: 'offered', agent: 'anna' }, 'ignored'],

  ['inFlow', { type: 'enqueued' }, 'queued', ''],
  ['inFlow', { type: 'customerLeft', end: hangUp }, 'ending', 'end CUSTOMER_DISCONNECT hangUp'],
  ['inFlow', { type: 'customerLeft', end: unplugged }, 'ending', 'end TELECOM_PROBLEM deviceLost'],
  [
    'inFlow',
    { type: 'flowEnded', end: { type: 'disconnect' } },
    'ending',
    'end CONTACT_FLOW_DISCONNECT flowDisconnect',
  ],
  ['inFlow', { type: 'flowEnded', end: { type: 'ended' } }, 'ending', 'end OTHER flowEnded'],
  ['inFlow', { type: 'flowEnded', end: failed }, 'ending', 'end OTHER flowFailed'],
  ['inFlow', { type: 'callTooLong' }, 'ending', 'end OTHER callDurationLimit'],

  ['queued', { type: 'flowEnded', end: { type: 'queued' } }, 'queued', 'runQueueFlow'],
  ['queued', { type: 'offered', agent: 'anna' }, 'offering', 'ringAgent anna'],
  ['queued', { type: 'queueFlowEnded', end: { type: 'ended' } }, 'queued', ''],
  ['queued', { type: 'queueFlowEnded', end: failed }, 'queued', 'countFault queueFlowFailed'],
  [
    'queued',
    { type: 'queueFlowEnded', end: { type: 'disconnect' } },
    'ending',
    'leaveQueue, end CONTACT_FLOW_DISCONNECT flowDisconnect',
  ],
  ['queued', { type: 'customerLeft', end: hangUp }, 'ending', 'leaveQueue, end CUSTOMER_DISCONNECT hangUp'],
  ['queued', { type: 'agentAnswered' }, 'ignored'],
  ['queued', { type: 'daemonStops' }, 'ending', 'leaveQueue, end OTHER daemonStopped'],

  ['offering', { type: 'flowEnded', end: { type: 'queued' } }, 'offering', 'runQueueFlow'],
  ['offering', { type: 'offerWithdrawn', because: 'missed' }, 'queued', 'stopRinging'],
  ['offering', { type: 'agentLeft', end: busy }, 'queued', 'tellOfferFailed busy'],
  ['offering', { type: 'agentLeft', end: { ...busy, reason: 'srtpRequired' } }, 'queued', 'tellOfferFailed error'],
  ['offering', { type: 'agentAnswered' }, 'agentWhispering', 'runAgentWhisper'],
  [
    'offering',
    { type: 'customerLeft', end: hangUp },
    'ending',
    'leaveQueue, stopRinging, end CUSTOMER_DISCONNECT hangUp',
  ],
  [
    'offering',
    { type: 'queueFlowEnded', end: { type: 'disconnect' } },
    'ending',
    'leaveQueue, stopRinging, end CONTACT_FLOW_DISCONNECT flowDisconnect',
  ],

  ['agentWhispering', { type: 'agentWhisperEnded' }, 'customerWhispering', 'stopCustomerFlow, runCustomerWhisper'],
  ['agentWhispering', { type: 'agentLeft', end: hangUp }, 'queued', 'stopWhispers, hangUpAgent, requeue'],
  ['agentWhispering', { type: 'whispersTimedOut' }, 'queued', 'stopWhispers, hangUpAgent, requeue'],
  [
    'agentWhispering',
    { type: 'customerLeft', end: hangUp },
    'ending',
    'stopWhispers, hangUpAgent, end CUSTOMER_DISCONNECT hangUp',
  ],
  ['agentWhispering', { type: 'offerWithdrawn', because: 'missed' }, 'ignored'],

  ['customerWhispering', { type: 'customerWhisperEnded' }, 'joined', 'join'],
  [
    'customerWhispering',
    { type: 'agentLeft', end: hangUp },
    'queued',
    'stopWhispers, hangUpAgent, requeue, runQueueFlow',
  ],
  [
    'customerWhispering',
    { type: 'customerLeft', end: hangUp },
    'ending',
    'stopWhispers, hangUpAgent, end CUSTOMER_DISCONNECT hangUp',
  ],

  ['joined', { type: 'customerLeft', end: hangUp }, 'ending', 'hangUpAgent, end CUSTOMER_DISCONNECT hangUp'],
  ['joined', { type: 'agentLeft', end: hangUp }, 'ending', 'end AGENT_DISCONNECT hangUp'],
  ['joined', { type: 'callTooLong' }, 'ending', 'hangUpAgent, end OTHER callDurationLimit'],
  ['joined', { type: 'whispersTimedOut' }, 'ignored'],

  ['ending', { type: 'customerLeft', end: hangUp }, 'ignored'],
  ['ending', { type: 'daemonStops' }, 'ignored'],
  ['ending', { type: 'released' }, 'completed', 'complete'],
  ['completed', { type: 'customerLeft', end: hangUp }, 'ignored'],
  ['completed', { type: 'released' }, 'ignored'],
]

for (const [state, input, expected, effects] of table) {
  t.test(`${state} + ${JSON.stringify(input)} → ${expected}`, async (t) => {
    const step = nextContactStep('inbound', state, input)
    if (expected === 'ignored') {
      t.equal(step, undefined)
      return
    }
    t.equal(step?.state, expected)
    t.equal(step?.effects.map(brief).join(', '), effects)
  })
}

t.test('from every state but the last two, a caller who leaves ends the contact exactly once', async (t) => {
  const states: ContactState[] = [
    'arriving',
    'inFlow',
    'queued',
    'offering',
    'agentWhispering',
    'customerWhispering',
    'joined',
  ]
  for (const state of states) {
    const step = nextContactStep('inbound', state, { type: 'customerLeft', end: hangUp })
    t.equal(step?.state, 'ending', state)
    t.equal(step?.effects.filter((effect) => effect.do === 'end').length, 1, state)
  }
})
