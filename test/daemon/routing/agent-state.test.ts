// What an agent may become, as a table: every state meets every input.
import t from 'tap'
import {
  type AgentInput,
  type AgentState,
  activityOf,
  isRoutable,
  nextAgentState,
  pauseMs,
  type Slot,
} from '../../../daemon/routing/agent-state.ts'

const moment = { nowMs: 500, turn: 9 }
const slot = (work: Slot['work']): Slot => ({ contactId: 'c1', channel: 'VOICE', work, sinceMs: 100 })
const pause = (because: 'missed' | 'unreachable') => ({
  because,
  contactId: 'c1',
  channel: 'VOICE' as const,
  sinceMs: 100,
})
const agent = (changes: Partial<AgentState> = {}): AgentState => ({
  status: 'Available',
  statusSinceMs: 50,
  reachable: true,
  slots: [],
  failures: 2,
  availableTurn: 3,
  activitySinceMs: 100,
  ...changes,
})

const states = {
  free: agent(),
  ringing: agent({ slots: [slot('ringing')] }),
  onContact: agent({ slots: [slot('onContact')] }),
  working: agent({ slots: [slot('afterContactWork')] }),
  missed: agent({ pause: pause('missed') }),
  gone: agent({ pause: pause('unreachable'), reachable: false }),
  offline: agent({ status: 'Offline' }),
  lunch: agent({ status: 'Lunch' }),
  unreachable: agent({ reachable: false }),
}

const inputs: Record<string, AgentInput> = {
  available: { type: 'statusSet', status: 'Available' },
  offline: { type: 'statusSet', status: 'Offline' },
  phoneOn: { type: 'reachableSet', reachable: true },
  phoneOff: { type: 'reachableSet', reachable: false },
  offered: { type: 'offered', contactId: 'c2', channel: 'VOICE' },
  occupied: { type: 'occupied', contactId: 'c2', channel: 'VOICE' },
  accepted: { type: 'offerAccepted', contactId: 'c1' },
  callerLeft: { type: 'offerWithdrawn', contactId: 'c1', because: 'contactLeft' },
  unavailable: { type: 'offerWithdrawn', contactId: 'c1', because: 'agentUnavailable' },
  missed: { type: 'offerFailed', contactId: 'c1', because: 'missed' },
  ended: { type: 'contactEnded', contactId: 'c1', work: true },
  endedAtOnce: { type: 'contactEnded', contactId: 'c1', work: false },
  dropped: { type: 'contactDropped', contactId: 'c1' },
  workEnded: { type: 'workEnded', contactId: 'c1' },
  pauseEnded: { type: 'pauseEnded' },
}

/** `activity[/next status] turn failures`, for moves that are in the picture; all others are refused. */
const table: Record<keyof typeof states, Record<string, string>> = {
  free: {
    available: 'available 3 0',
    offline: 'offline 3 0',
    phoneOn: 'available 3 2',
    phoneOff: 'unreachable 3 2',
    offered: 'ringing 3 2',
    occupied: 'onContact 3 2',
  },
  ringing: {
    available: 'ringing 3 0',
    offline: 'ringing/Offline 3 0',
    phoneOn: 'ringing 3 2',
    phoneOff: 'ringing 3 2',
    offered: 'ringing 3 2',
    occupied: 'onContact 3 2',
    accepted: 'onContact 3 2',
    callerLeft: 'available 3 2',
    unavailable: 'available 9 2',
    missed: 'missed 3 3',
  },
  onContact: {
    available: 'onContact 3 0',
    offline: 'onContact/Offline 3 0',
    phoneOn: 'onContact 3 2',
    phoneOff: 'onContact 3 2',
    offered: 'onContact 3 2',
    occupied: 'onContact 3 2',
    ended: 'afterContactWork 3 0',
    endedAtOnce: 'available 9 0',
    dropped: 'unreachable 3 3',
  },
  working: {
    available: 'afterContactWork 3 0',
    offline: 'offline 3 0',
    phoneOn: 'afterContactWork 3 2',
    phoneOff: 'afterContactWork 3 2',
    offered: 'afterContactWork 3 2',
    occupied: 'onContact 3 2',
    workEnded: 'available 9 2',
  },
  missed: {
    available: 'available 9 0',
    offline: 'offline 3 0',
    phoneOn: 'missed 3 2',
    phoneOff: 'missed 3 2',
    occupied: 'missed 3 2',
    pauseEnded: 'available 9 2',
  },
  gone: {
    available: 'unreachable 3 0',
    offline: 'offline 3 0',
    phoneOn: 'available 9 2',
    phoneOff: 'unreachable 3 2',
    occupied: 'unreachable 3 2',
    pauseEnded: 'unreachable 3 2',
  },
  offline: {
    available: 'available 9 0',
    offline: 'offline 3 0',
    phoneOn: 'offline 3 2',
    phoneOff: 'offline 3 2',
    occupied: 'onContact 3 2',
  },
  lunch: {
    available: 'available 9 0',
    offline: 'offline 3 0',
    phoneOn: 'custom 3 2',
    phoneOff: 'custom 3 2',
    occupied: 'onContact 3 2',
  },
  unreachable: {
    available: 'unreachable 3 0',
    offline: 'offline 3 0',
    phoneOn: 'available 9 2',
    phoneOff: 'unreachable 3 2',
    occupied: 'onContact 3 2',
  },
}

for (const [name, state] of Object.entries(states) as [keyof typeof states, AgentState][]) {
  t.test(`an agent who is ${name} meets every input`, async (t) => {
    const row = Object.entries(inputs).flatMap(([input, value]) => {
      const next = nextAgentState(state, value, moment)
      if (!next) return []
      const activity = [activityOf(next), next.nextStatus].filter(Boolean).join('/')
      return [[input, `${activity} ${next.availableTurn} ${next.failures}`]]
    })
    t.same(Object.fromEntries(row), table[name])
  })
}

t.test('only an Available agent with a phone and nothing missed may be offered a contact', async (t) => {
  const routable = Object.entries(states).filter(([, state]) => isRoutable(state))
  t.same(
    routable.map(([name]) => name),
    ['free', 'ringing', 'onContact', 'working'],
  )
})

t.test('an activity dates from its own beginning, not from the last input', async (t) => {
  t.equal(nextAgentState(states.ringing, inputs.phoneOff!, moment)?.activitySinceMs, 100)
  t.equal(nextAgentState(states.ringing, inputs.accepted!, moment)?.activitySinceMs, 500)
})

t.test('no input changes the state it was given', async (t) => {
  const before = JSON.stringify(states)
  for (const state of Object.values(states))
    for (const input of Object.values(inputs)) nextAgentState(state, input, moment)
  t.equal(JSON.stringify(states), before)
})

t.test('a pause is as configured for a person, and never none for a phone that answers by itself', async (t) => {
  t.equal(pauseMs('missed', 1, 30_000), 30_000)
  t.equal(pauseMs('missed', 1, 0), 0)
  t.equal(pauseMs('declined', 1, 30_000), 30_000)
  t.equal(pauseMs('declined', 1, 0), 1_000)
  t.equal(pauseMs('busy', 5, 0), 10_000)
})

t.test('a phone that cannot be reached is tried less and less often, but at least once a minute', async (t) => {
  t.same(
    [1, 2, 3, 4, 5, 100].map((failures) => pauseMs('unreachable', failures, 30_000)),
    [5_000, 10_000, 20_000, 40_000, 60_000, 60_000],
  )
})
