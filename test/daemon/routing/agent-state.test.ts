// What an agent may become, as a table: every state meets every input.
import t from 'tap'
import {
  type AgentInput,
  type AgentState,
  type AgentWork,
  activityOf,
  isAvailable,
  nextAgentState,
  pauseMs,
} from '../../../daemon/routing/agent-state.ts'

const moment = { nowMs: 500, turn: 9 }
const agent = (work: AgentWork, changes: Partial<AgentState> = {}): AgentState => ({
  status: 'Available',
  reachable: true,
  work,
  failures: 2,
  availableTurn: 3,
  activitySinceMs: 100,
  ...changes,
})

const states = {
  free: agent({ name: 'free' }),
  ringing: agent({ name: 'ringing', contactId: 'c1' }),
  onContact: agent({ name: 'onContact', contactId: 'c1' }),
  missed: agent({ name: 'paused', because: 'missed' }),
  gone: agent({ name: 'paused', because: 'unreachable' }, { reachable: false }),
  offline: agent({ name: 'free' }, { status: 'Offline' }),
  unreachable: agent({ name: 'free' }, { reachable: false }),
}

const inputs: Record<string, AgentInput> = {
  available: { type: 'statusSet', status: 'Available' },
  offline: { type: 'statusSet', status: 'Offline' },
  phoneOn: { type: 'reachableSet', reachable: true },
  phoneOff: { type: 'reachableSet', reachable: false },
  offered: { type: 'offered', contactId: 'c2' },
  accepted: { type: 'offerAccepted' },
  callerLeft: { type: 'offerWithdrawn', because: 'contactLeft' },
  unavailable: { type: 'offerWithdrawn', because: 'agentUnavailable' },
  missed: { type: 'offerFailed', because: 'missed' },
  ended: { type: 'contactEnded' },
  dropped: { type: 'contactDropped' },
  pauseEnded: { type: 'pauseEnded' },
}

/** `activity/work turn failures`, or `-` for a move that is not allowed. */
const table: Record<keyof typeof states, Record<keyof typeof inputs, string>> = {
  free: {
    available: 'available/free 3 0',
    offline: 'offline/free 3 0',
    phoneOn: 'available/free 3 2',
    phoneOff: 'unreachable/free 3 2',
    offered: 'ringing/ringing 3 2',
    accepted: '-',
    callerLeft: '-',
    unavailable: '-',
    missed: '-',
    ended: '-',
    dropped: '-',
    pauseEnded: '-',
  },
  ringing: {
    available: 'ringing/ringing 3 0',
    offline: 'ringing/ringing 3 0',
    phoneOn: 'ringing/ringing 3 2',
    phoneOff: 'ringing/ringing 3 2',
    offered: '-',
    accepted: 'onContact/onContact 3 2',
    callerLeft: 'available/free 3 2',
    unavailable: 'available/free 9 2',
    missed: 'missed/paused 3 3',
    ended: '-',
    dropped: '-',
    pauseEnded: '-',
  },
  onContact: {
    available: 'onContact/onContact 3 0',
    offline: 'onContact/onContact 3 0',
    phoneOn: 'onContact/onContact 3 2',
    phoneOff: 'onContact/onContact 3 2',
    offered: '-',
    accepted: '-',
    callerLeft: '-',
    unavailable: '-',
    missed: '-',
    ended: 'available/free 9 0',
    dropped: 'unreachable/paused 3 3',
    pauseEnded: '-',
  },
  missed: {
    available: 'available/free 9 0',
    offline: 'offline/free 3 0',
    phoneOn: 'missed/paused 3 2',
    phoneOff: 'missed/paused 3 2',
    offered: '-',
    accepted: '-',
    callerLeft: '-',
    unavailable: '-',
    missed: '-',
    ended: '-',
    dropped: '-',
    pauseEnded: 'available/free 9 2',
  },
  gone: {
    available: 'unreachable/free 3 0',
    offline: 'offline/free 3 0',
    phoneOn: 'available/free 9 2',
    phoneOff: 'unreachable/paused 3 2',
    offered: '-',
    accepted: '-',
    callerLeft: '-',
    unavailable: '-',
    missed: '-',
    ended: '-',
    dropped: '-',
    pauseEnded: 'unreachable/free 3 2',
  },
  offline: {
    available: 'available/free 9 0',
    offline: 'offline/free 3 0',
    phoneOn: 'offline/free 3 2',
    phoneOff: 'offline/free 3 2',
    offered: '-',
    accepted: '-',
    callerLeft: '-',
    unavailable: '-',
    missed: '-',
    ended: '-',
    dropped: '-',
    pauseEnded: '-',
  },
  unreachable: {
    available: 'unreachable/free 3 0',
    offline: 'offline/free 3 0',
    phoneOn: 'available/free 9 2',
    phoneOff: 'unreachable/free 3 2',
    offered: '-',
    accepted: '-',
    callerLeft: '-',
    unavailable: '-',
    missed: '-',
    ended: '-',
    dropped: '-',
    pauseEnded: '-',
  },
}

for (const [name, state] of Object.entries(states) as [keyof typeof states, AgentState][]) {
  t.test(`an agent who is ${name} meets every input`, async (t) => {
    const row = Object.entries(inputs).map(([input, value]) => {
      const next = nextAgentState(state, value, moment)
      return [input, next ? `${activityOf(next)}/${next.work.name} ${next.availableTurn} ${next.failures}` : '-']
    })
    t.same(Object.fromEntries(row), table[name])
  })
}

t.test('only an Available agent with a phone and nothing to do may be offered a contact', async (t) => {
  const available = Object.entries(states).filter(([, state]) => isAvailable(state))
  t.same(
    available.map(([name]) => name),
    ['free'],
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
