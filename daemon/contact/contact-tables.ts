// What each kind of contact does, state by state: shared parts first, then a small table for each kind.
import type { FlowEnd } from '../flow/host.ts'
import type { LegEnd } from '../leg/leg.ts'
import type {
  ContactEffect,
  ContactKind,
  ContactState,
  ContactStep,
  ContactTable,
  Transition,
} from './contact-machine.ts'
import { offerFailure, rangInVain, unreachedReason } from './end-reasons.ts'

export const step = (state: ContactState, ...effects: ContactEffect[]): ContactStep => ({ state, effects })

const flowDisconnect: ContactEffect = { do: 'end', reason: 'CONTACT_FLOW_DISCONNECT', endReason: 'flowDisconnect' }
const agentGone = (end: LegEnd): ContactEffect => ({ do: 'end', reason: 'AGENT_DISCONNECT', endReason: end.reason })

/** The agent went before the talk: back to the queue, at the old place, as if the agent had not answered. */
const backToQueue: ContactEffect[] = [{ do: 'stopWhispers' }, { do: 'hangUpAgent' }, { do: 'requeue' }]

/** The agent who was called by name is not to be had, and nobody else was asked for. */
function targetLost(end: LegEnd): ContactStep {
  return step(
    'ending',
    { do: 'stopWhispers' },
    { do: 'hangUpAgent' },
    { do: 'end', reason: 'OTHER', endReason: `target: ${end.reason}` },
  )
}

const inFlow: Transition = (input) => {
  switch (input.type) {
    case 'enqueued':
      return step('queued')
    case 'summoned':
      return step('summoning', { do: 'ringAgent', agent: input.agent })
    case 'handedOutside':
      return step('outside')
    case 'flowEnded':
      return flowEnded(input.end)
    default:
      return undefined
  }
}

function flowEnded(end: FlowEnd): ContactStep {
  if (end.type === 'disconnect') return step('ending', flowDisconnect)
  const endReason = end.type === 'failed' ? 'flowFailed' : 'flowEnded'
  return step('ending', { do: 'end', reason: 'OTHER', endReason })
}

/** A queue flow's end hurts nobody unless it hangs up: the caller keeps the place, in silence. */
function queueFlowEnded(state: ContactState, end: FlowEnd, letGo: ContactEffect[]): ContactStep {
  if (end.type === 'disconnect') return step('ending', ...letGo, flowDisconnect)
  if (end.type === 'failed') return step(state, { do: 'countFault', fault: 'queueFlowFailed' })
  return step(state)
}

const queued: Transition = (input) => {
  switch (input.type) {
    case 'flowEnded':
      return step('queued', { do: 'runQueueFlow' })
    case 'queueFlowEnded':
      return queueFlowEnded('queued', input.end, [{ do: 'leaveQueue' }])
    case 'offered':
      return step('offering', {
        do: 'ringAgent',
        agent: input.agent,
        ...(input.autoAccept && { autoAccept: input.autoAccept }),
      })
    case 'movedOn':
      return step('ending', { do: 'leaveQueue' }, { do: 'end', reason: 'OTHER', endReason: 'movedToQueue' })
    case 'handedOutside':
      return step('outside', { do: 'leaveQueue' })
    default:
      return undefined
  }
}

const offering: Transition = (input) => {
  switch (input.type) {
    case 'flowEnded':
      return step('offering', { do: 'runQueueFlow' })
    case 'queueFlowEnded':
      return queueFlowEnded('offering', input.end, [{ do: 'leaveQueue' }, { do: 'stopRinging' }])
    case 'offerWithdrawn':
      return step('queued', { do: 'stopRinging' })
    case 'agentLeft':
      return step('queued', { do: 'tellOfferFailed', failure: offerFailure(input.end) })
    case 'agentAnswered':
      return step('agentWhispering', { do: 'runAgentWhisper' })
    default:
      return undefined
  }
}

const summoning: Transition = (input) => {
  if (input.type === 'agentAnswered') return step('agentWhispering', { do: 'runAgentWhisper' })
  return input.type === 'targetLeft' ? targetLost(input.end) : undefined
}

/** Ends in what the kind does once the agent has heard the whisper. */
const agentWhispering =
  (afterwards: ContactStep): Transition =>
  (input) => {
    switch (input.type) {
      case 'flowEnded':
        return step('agentWhispering', { do: 'runQueueFlow' })
      case 'queueFlowEnded':
        return queueFlowEnded('agentWhispering', input.end, [{ do: 'stopWhispers' }, { do: 'hangUpAgent' }])
      case 'agentWhisperEnded':
        return afterwards
      case 'agentLeft':
      case 'whispersTimedOut':
        return step('queued', ...backToQueue)
      case 'targetLeft':
        return targetLost(input.end)
      default:
        return undefined
    }
  }

const customerWhispering: Transition = (input) => {
  switch (input.type) {
    case 'customerWhisperEnded':
      return step('joined', { do: 'join' })
    case 'agentLeft':
    case 'whispersTimedOut':
      return step('queued', ...backToQueue, { do: 'runQueueFlow' })
    case 'targetLeft':
      return targetLost(input.end)
    default:
      return undefined
  }
}

const joined: Transition = (input) =>
  input.type === 'agentLeft' || input.type === 'targetLeft' ? step('ending', agentGone(input.end)) : undefined

const outside: Transition = (input) =>
  input.type === 'thirdPartyLeft'
    ? step('ending', { do: 'end', reason: 'THIRD_PARTY_DISCONNECT', endReason: input.end.reason })
    : undefined

const waiting: ContactTable = {
  inFlow,
  queued,
  offering,
  summoning,
  agentWhispering: agentWhispering(
    step('customerWhispering', { do: 'stopCustomerFlow' }, { do: 'runCustomerWhisper' }),
  ),
  customerWhispering,
  joined,
  outside,
}

/** The agent is there; the customer is called. `again`: what an attempt in vain leads to. */
function callingOut(again: (end: LegEnd) => ContactEffect[]): ContactTable {
  const common: Transition = (input) => {
    switch (input.type) {
      case 'customerUnreached':
        return step(
          'ending',
          { do: 'stopWhispers' },
          ...again(input.end),
          { do: 'hangUpAgent' },
          { do: 'end', reason: unreachedReason(input.end), endReason: input.end.reason },
        )
      case 'agentLeft':
      case 'targetLeft':
        return step('ending', { do: 'stopWhispers' }, { do: 'hangUpAgent' }, agentGone(input.end))
      default:
        return undefined
    }
  }
  return {
    dialling: (input) => {
      if (input.type === 'customerAnswered') return step('outboundWhispering')
      if (input.type === 'outboundWhisperEnded') return step('ringingOut', { do: 'dialCustomer' })
      return common(input)
    },
    ringingOut: (input) => (input.type === 'customerAnswered' ? step('joined', { do: 'join' }) : common(input)),
    outboundWhispering: (input) => {
      if (input.type === 'outboundWhisperEnded') return step('joined', { do: 'join' })
      // Two minutes of whisper are enough: they may talk.
      if (input.type === 'whispersTimedOut') return step('joined', { do: 'stopWhispers' }, { do: 'join' })
      return common(input)
    },
    joined,
  }
}

const startsInFlow: Transition = (input) => (input.type === 'began' ? step('inFlow', { do: 'runFlow' }) : undefined)

const waitsForItsTime: Transition = (input) => (input.type === 'began' ? step('scheduled') : undefined)

const scheduled: Transition = (input) => {
  if (input.type === 'due')
    return input.into === 'flow' ? step('inFlow', { do: 'runFlow' }) : step('scheduled', { do: 'enqueue' })
  if (input.type === 'enqueued') return step('queued')
  if (input.type === 'notEnqueued') return step('ending', { do: 'end', reason: 'OTHER', endReason: 'queueAtCapacity' })
  return undefined
}

export const contactTables: Readonly<Record<ContactKind, ContactTable>> = {
  inbound: {
    new: (input) => (input.type === 'began' ? step('arriving', { do: 'answer' }) : undefined),
    arriving: (input) => (input.type === 'customerAnswered' ? step('inFlow', { do: 'runFlow' }) : undefined),
    ...waiting,
  },

  resumed: {
    new: (input) => (input.type === 'began' ? step('arriving', { do: 'answer' }) : undefined),
    arriving: (input) => {
      if (input.type === 'customerAnswered') return step('arriving', { do: 'enqueue' })
      if (input.type === 'enqueued') return step('queued', { do: 'runQueueFlow' })
      return input.type === 'notEnqueued'
        ? step('ending', { do: 'end', reason: 'OTHER', endReason: 'queueAtCapacity' })
        : undefined
    },
    ...waiting,
  },

  queueTransfer: {
    new: (input) => (input.type === 'enqueued' ? step('queued', { do: 'runQueueFlow' }) : undefined),
    ...waiting,
  },

  transfer: { new: startsInFlow, ...waiting },

  disconnect: { new: startsInFlow, ...waiting },

  external: {
    new: (input) => (input.type === 'began' ? step('summoning', { do: 'ringTarget' }) : undefined),
    summoning: (input) => {
      if (input.type === 'agentAnswered') return step('joined', { do: 'join' })
      if (input.type !== 'targetLeft') return undefined
      return step('ending', { do: 'end', reason: unreachedReason(input.end), endReason: input.end.reason })
    },
    joined: (input) =>
      input.type === 'targetLeft'
        ? step('ending', { do: 'end', reason: 'THIRD_PARTY_DISCONNECT', endReason: input.end.reason })
        : undefined,
  },

  outbound: {
    new: (input) => (input.type === 'began' ? step('summoning', { do: 'ringTarget' }) : undefined),
    summoning: (input) => {
      if (input.type === 'agentAnswered') return step('dialling', { do: 'runOutboundWhisper' })
      return input.type === 'targetLeft' ? targetLost(input.end) : undefined
    },
    ...callingOut(() => []),
  },

  callback: {
    new: waitsForItsTime,
    scheduled,
    inFlow,
    queued,
    offering,
    agentWhispering: agentWhispering(step('dialling', { do: 'runOutboundWhisper' })),
    ...callingOut((end) => (rangInVain(end) ? [{ do: 'tryAgainLater' }] : [])),
  },

  campaign: {
    new: (input) => (input.type === 'began' ? step('ringingOut') : undefined),
    ringingOut: (input) => {
      if (input.type === 'customerAnswered') return step('inFlow', { do: 'runFlow' })
      if (input.type !== 'customerUnreached') return undefined
      return step('ending', { do: 'end', reason: unreachedReason(input.end), endReason: input.end.reason })
    },
    ...waiting,
  },

  preview: {
    new: (input) => (input.type === 'began' ? step('scheduled', { do: 'enqueue' }) : undefined),
    scheduled,
    queued,
    offering,
    agentWhispering: agentWhispering(step('dialling', { do: 'runOutboundWhisper' })),
    ...callingOut(() => []),
  },

  monitor: {
    new: (input) => (input.type === 'began' ? step('summoning', { do: 'ringTarget' }) : undefined),
    summoning: (input) => {
      if (input.type === 'agentAnswered') return step('joined', { do: 'join' })
      return input.type === 'targetLeft' ? targetLost(input.end) : undefined
    },
    joined,
  },

  task: {
    new: waitsForItsTime,
    scheduled,
    inFlow,
    queued,
    offering,
    agentWhispering: agentWhispering(step('joined', { do: 'stopCustomerFlow' }, { do: 'join' })),
    joined,
  },
}
