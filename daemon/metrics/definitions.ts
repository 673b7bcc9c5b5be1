// The metrics by their published names, and how each is reckoned from the sums of a cell. A value with nothing to divide
// by is absent.
import type { FlowOutcome } from '../flow/host.ts'
import type { DimensionName, Sums } from './cells.ts'
import { serviceLevelsS } from './contact-sums.ts'

export interface MetricDefinition {
  /** As in the API of Amazon Connect, with the threshold or method behind it where there are several. */
  name: string
  unit: 'count' | 'seconds' | 'percent' | 'ratio'
  of(sums: Readonly<Sums>, byMethod: (method: string) => Readonly<Sums>): number | undefined
  /** Groupings under which it means nothing. */
  notBy?: readonly DimensionName[]
}

const at = (sums: Readonly<Sums>, name: string) => sums[name] ?? 0
const ratio = (dividend: number, divisor: number) => (divisor > 0 ? dividend / divisor : undefined)
const percent = (dividend: number, divisor: number) => (divisor > 0 ? (100 * dividend) / divisor : undefined)

const count = (name: string, sum: string): MetricDefinition => ({ name, unit: 'count', of: (sums) => at(sums, sum) })
const seconds = (name: string, ...parts: string[]): MetricDefinition => ({
  name,
  unit: 'seconds',
  of: (sums) => parts.reduce((total, part) => total + at(sums, part), 0) / 1000,
})
const average = (name: string, per: string, ...parts: string[]): MetricDefinition => ({
  name,
  unit: 'seconds',
  of: (sums) => ratio(parts.reduce((total, part) => total + at(sums, part), 0) / 1000, at(sums, per)),
})
/** The largest or the smallest. */
const extreme = (name: string, sum: string): MetricDefinition => ({
  name,
  unit: 'seconds',
  of: (sums) => (sums[sum] === undefined ? undefined : sums[sum] / 1000),
})
const share = (name: string, part: string, whole: string): MetricDefinition => ({
  name,
  unit: 'percent',
  of: (sums) => percent(at(sums, part), at(sums, whole)),
})
const ofMethod = (method: string, metric: MetricDefinition): MetricDefinition => ({
  ...metric,
  name: `${metric.name}.${method}`,
  of: (_, byMethod) => metric.of(byMethod(method), byMethod),
})
/** Agents' own time has no queue, channel or method (metrics facts, 1). */
const agentOnly = (metric: MetricDefinition): MetricDefinition => ({
  ...metric,
  notBy: ['queue', 'channel', 'initiationMethod'],
})

const handled = count('CONTACTS_HANDLED', 'handled')
const created = count('CONTACTS_CREATED', 'created')
const work = average('AVG_AFTER_CONTACT_WORK_TIME', 'handled', 'workMs')
const interaction = average('AVG_INTERACTION_TIME', 'handled', 'interactionMs')

/** A flow's run has no queue and no agent. */
const flowOnly = (metric: MetricDefinition): MetricDefinition => ({
  ...metric,
  notBy: ['queue', 'agent', 'routingProfile'],
})
const flowOutcomes: readonly FlowOutcome[] = [
  'DROPPED',
  'DISCONNECTED_PARTICIPANT',
  'ENDED_FLOW_EXECUTION',
  'TRANSFERED_TO_AGENT',
  'TRANSFERED_TO_PHONE_NUMBER',
  'TRANSFERED_TO_FLOW',
  'TRANSFERED_TO_QUEUE',
  'RETURNED_TO_FLOW',
]
const flowDefinitions = [
  count('FLOWS_STARTED', 'flowsStarted'),
  count('FLOWS_OUTCOME', 'flowsEnded'),
  ...flowOutcomes.flatMap((outcome) => [
    count(`FLOWS_OUTCOME.${outcome}`, `flows.${outcome}`),
    share(`PERCENT_FLOWS_OUTCOME.${outcome}`, `flows.${outcome}`, 'flowsEnded'),
  ]),
  average('AVG_FLOW_TIME', 'flowsEnded', 'flowRunMs'),
  extreme('MAX_FLOW_TIME', 'flowRunMsMax'),
  extreme('MIN_FLOW_TIME', 'flowRunMsMin'),
].map(flowOnly)

const contactAndAgentDefinitions: readonly MetricDefinition[] = [
  created,
  ofMethod('API', created),
  ofMethod('CALLBACK', created),
  count('CONTACTS_INCOMING', 'incoming'),
  count('CONTACTS_QUEUED', 'queued'),
  // The sheet gives it no API name.
  count('CONTACT_VOLUME', 'volume'),
  count('CONTACTS_QUEUED_BY_ENQUEUE', 'queuedNow'),
  handled,
  count('CONTACTS_HANDLED_CONNECTED_TO_AGENT_TIME', 'connectedNow'),
  count('CONTACTS_HANDLED.INCOMING', 'handledIncoming'),
  ofMethod('OUTBOUND', handled),
  ofMethod('CALLBACK', handled),
  ofMethod('API', handled),
  count('CONTACTS_ABANDONED', 'abandoned'),
  count('SUM_CONTACTS_DISCONNECTED', 'disconnectedInQueue'),
  count('CONTACTS_HANDLED.AGENT_DISCONNECT', 'agentHungUp'),
  count('CONTACTS_HOLD_ABANDONS', 'holdDisconnect'),
  count('CONTACTS_ON_HOLD_AGENT_DISCONNECT', 'holdAgentDisconnect'),
  count('CONTACTS_ON_HOLD_CUSTOMER_DISCONNECT', 'holdCustomerDisconnect'),
  count('CONTACTS_PUT_ON_HOLD', 'putOnHold'),
  count('AGENT_NON_RESPONSE', 'notAnswered'),
  {
    name: 'AGENT_NON_RESPONSE_WITHOUT_CUSTOMER_ABANDONS',
    unit: 'count',
    of: (sums) => at(sums, 'notAnswered') - at(sums, 'notAnsweredForCustomerLeft'),
  },
  count('CONTACTS_TRANSFERRED_IN_BY_AGENT', 'transferredInByAgent'),
  count('CONTACTS_TRANSFERRED_IN_FROM_QUEUE', 'transferredInFromQueue'),
  {
    name: 'CONTACTS_TRANSFERRED_IN',
    unit: 'count',
    of: (sums) => at(sums, 'transferredInByAgent') + at(sums, 'transferredInFromQueue'),
  },
  count('CONTACTS_TRANSFERRED_OUT', 'transferredOut'),
  count('CONTACTS_TRANSFERRED_OUT_BY_AGENT', 'transferredOutByAgent'),
  count('CONTACTS_TRANSFERRED_OUT_FROM_QUEUE', 'transferredOutFromQueue'),
  count('CONTACTS_TRANSFERRED_OUT_EXTERNAL', 'transferredOutExternal'),
  count('CONTACTS_TRANSFERRED_OUT_INTERNAL', 'transferredOutInternal'),
  ...serviceLevelsS.flatMap((levelS) => [
    share(`SERVICE_LEVEL.${levelS}`, `removedIn${levelS}`, 'queued'),
    count(`SUM_CONTACTS_ANSWERED_IN.${levelS}`, `answeredIn${levelS}`),
    count(`SUM_CONTACTS_ABANDONED_IN.${levelS}`, `abandonedIn${levelS}`),
    count(`CONTACTS_REMOVED_FROM_QUEUE_IN.${levelS}`, `removedIn${levelS}`),
    count(`CONTACTS_RESOLVED_IN.${levelS}`, `resolvedIn${levelS}`),
  ]),
  share('ABANDONMENT_RATE', 'abandoned', 'queued'),
  average('AVG_QUEUE_ANSWER_TIME', 'answered', 'answerMs'),
  average('AVG_ABANDON_TIME', 'abandoned', 'abandonMs'),
  extreme('MAX_QUEUED_TIME', 'queuedMsMax'),
  average('AVG_HANDLE_TIME', 'handled', 'interactionMs', 'holdMs', 'workMs'),
  seconds('SUM_HANDLE_TIME', 'interactionMs', 'holdMs', 'workMs'),
  average('AVG_ACTIVE_TIME', 'handled', 'interactionMs', 'holdMs', 'workMs'),
  seconds('SUM_INTERACTION_TIME', 'interactionMs'),
  interaction,
  ofMethod('OUTBOUND', interaction),
  seconds('SUM_INTERACTION_AND_HOLD_TIME', 'interactionMs', 'holdMs'),
  average('AVG_INTERACTION_AND_HOLD_TIME', 'handled', 'interactionMs', 'holdMs'),
  seconds('SUM_HOLD_TIME', 'holdMs'),
  average('AVG_HOLD_TIME', 'putOnHold', 'holdMs'),
  average('AVG_HOLD_TIME_ALL_CONTACTS', 'handled', 'holdMs'),
  { name: 'AVG_HOLDS', unit: 'ratio', of: (sums) => ratio(at(sums, 'holds'), at(sums, 'handled')) },
  seconds('SUM_AFTER_CONTACT_WORK_TIME', 'workMs'),
  work,
  ofMethod('OUTBOUND', work),
  average('AVG_CONTACT_DURATION', 'created', 'contactMs'),
  average('AVG_RESOLUTION_TIME', 'created', 'resolutionMs'),
  seconds('SUM_CONTACT_FLOW_TIME', 'flowMs'),
  agentOnly(seconds('SUM_CONTACT_TIME_AGENT', 'onContactMs')),
  agentOnly(seconds('SUM_IDLE_TIME_AGENT', 'idleMs')),
  agentOnly(seconds('SUM_NON_PRODUCTIVE_TIME_AGENT', 'nonProductiveMs')),
  agentOnly(seconds('SUM_ONLINE_TIME_AGENT', 'onlineMs')),
  agentOnly(seconds('SUM_ERROR_STATUS_TIME_AGENT', 'errorMs')),
  agentOnly({
    name: 'AGENT_OCCUPANCY',
    unit: 'percent',
    of: (sums) => percent(at(sums, 'onContactMs'), at(sums, 'onContactMs') + at(sums, 'idleMs')),
  }),
  agentOnly({
    name: 'AVG_AGENT_CONCURRENCY',
    unit: 'ratio',
    of: (sums) => ratio(at(sums, 'concurrentMs'), at(sums, 'onContactMs') + at(sums, 'idleMs')),
  }),
  agentOnly(share('PERCENT_CONTACT_TIME_AGENT', 'onContactMs', 'onlineMs')),
  agentOnly(share('PERCENT_IDLE_TIME_AGENT', 'idleMs', 'onlineMs')),
  agentOnly(share('PERCENT_NON_PRODUCTIVE_TIME_AGENT', 'nonProductiveMs', 'onlineMs')),
  share('AGENT_ANSWER_RATE', 'accepted', 'offers'),
  ...(['Incoming', 'Outbound', 'Callback', 'Api'] as const).map((method) =>
    agentOnly(seconds(`SUM_CONNECTING_TIME_AGENT.${method.toUpperCase()}`, `connecting${method}Ms`)),
  ),
  ...(['Incoming', 'Outbound', 'Callback', 'Api'] as const).map((method) =>
    agentOnly(
      average(`AVG_AGENT_CONNECTING_TIME.${method.toUpperCase()}`, `connections${method}`, `connecting${method}Ms`),
    ),
  ),
  count('SUM_RETRY_CALLBACK_ATTEMPTS', 'callbackRetries'),
]

export const definitions: readonly MetricDefinition[] = [
  ...contactAndAgentDefinitions.map(({ notBy = [], ...metric }) => ({ ...metric, notBy: [...notBy, 'flow' as const] })),
  ...flowDefinitions,
]
