// The toll-fraud guard: may this call go out? A pure function of the call, what is allowed, and what was called already.
// Whoever gets past a password still finds most of the world shut, and the rest measured out.
import type { NumberType } from 'libphonenumber-js/max'
import type { AgentOutbound, OutboundPolicy } from '../config/carrier-schema.ts'
import type { DialledNumber } from './dialled-number.ts'
import { isWithin } from './opening-times.ts'
import type { OutboundRefusal } from './outbound.ts'
import type { Used } from './usage.ts'

export interface GuardedCall {
  number: DialledNumber
  /** What the agent may, when an agent calls. */
  agent?: { rights: AgentOutbound | undefined; used: Used }
  used: Used
  /** Calls out that go on. */
  concurrent: number
  /** `HH:MM` in the instance's time zone. */
  timeOfDay: string
}

export type GuardVerdict = { allowed: true } | { refused: OutboundRefusal; detail: string }

/** `policy.countries` with the default filled in. */
export function judge(policy: OutboundPolicy, homeCountry: string, call: GuardedCall): GuardVerdict {
  const { number } = call
  if (number.kind === 'emergency') return { allowed: true }
  if (number.kind === 'invalid') return refuse('invalidNumber', number.detail)
  return (
    destinationRefusal(policy, homeCountry, call, number) ??
    nightRefusal(policy, call, number) ??
    volumeRefusal(policy, call) ?? { allowed: true }
  )
}

/** Whether the box itself may call it at all, whenever and however often: callbacks are promised for such numbers only. */
export function isCallable(policy: OutboundPolicy, homeCountry: string, number: DialledNumber): boolean {
  return number.kind === 'e164' && destinationRefusal(policy, homeCountry, {}, number) === undefined
}

type E164Number = Extract<DialledNumber, { kind: 'e164' }>

const premiumTypes: readonly NumberType[] = ['PREMIUM_RATE', 'SHARED_COST']

/**
 * What costs callers dear without counting as premium rate: personal, pager and special-tariff numbers (among those that
 * Amazon Connect blocks by default, routing facts 8).
 */
export const costlyPrefixes: readonly string[] = [
  '+4470',
  '+4476',
  '+449',
  '+4487',
  '+4484',
  '+44111',
  '+44118',
  '+44119',
]

function destinationRefusal(
  policy: OutboundPolicy,
  homeCountry: string,
  { agent }: Pick<GuardedCall, 'agent'>,
  { number, country, type }: E164Number,
): GuardVerdict | undefined {
  if (agent?.rights?.allowed === false) return refuse('notAllowed', 'the agent may not call out')
  const blocked = policy.blockedPrefixes.find((prefix) => number.startsWith(prefix))
  if (blocked !== undefined) return refuse('notAllowed', `the prefix ${blocked} is blocked`)
  if (policy.allowedPrefixes.some((prefix) => number.startsWith(prefix))) return undefined
  const countries = agent?.rights?.countries ?? policy.countries ?? [homeCountry]
  if (country === undefined || !countries.includes(country))
    return refuse('notAllowed', country === undefined ? 'the number is of no country' : `${country} is not allowed`)
  if (policy.premiumRate) return undefined
  if (premiumTypes.includes(type)) return refuse('notAllowed', 'the number is of premium rate')
  const costly = costlyPrefixes.find((prefix) => number.startsWith(prefix))
  return costly === undefined ? undefined : refuse('notAllowed', `the prefix ${costly} is costly`)
}

function nightRefusal(
  { night }: OutboundPolicy,
  { timeOfDay, used }: GuardedCall,
  { country }: E164Number,
): GuardVerdict | undefined {
  if (!night || !isWithin(timeOfDay, night.from, night.to)) return undefined
  if (night.countries && (country === undefined || !night.countries.includes(country)))
    return refuse('nightLimit', `${country ?? 'a number of no country'} is not called at night`)
  return used.calls >= night.callsPerHour
    ? refuse('nightLimit', `${night.callsPerHour} calls an hour at night`)
    : undefined
}

function volumeRefusal(policy: OutboundPolicy, { agent, used, concurrent }: GuardedCall): GuardVerdict | undefined {
  if (concurrent >= policy.concurrentCalls) return refuse('atCapacity', `${policy.concurrentCalls} calls out at once`)
  if (used.calls >= policy.callsPerHour) return refuse('volumeLimit', `${policy.callsPerHour} calls an hour`)
  if (used.minutes >= policy.minutesPerHour) return refuse('volumeLimit', `${policy.minutesPerHour} minutes an hour`)
  if (!agent) return undefined
  const calls = agent.rights?.callsPerHour ?? policy.agent.callsPerHour
  const minutes = agent.rights?.minutesPerHour ?? policy.agent.minutesPerHour
  if (agent.used.calls >= calls) return refuse('volumeLimit', `${calls} calls an hour for the agent`)
  if (agent.used.minutes >= minutes) return refuse('volumeLimit', `${minutes} minutes an hour for the agent`)
  return undefined
}

function refuse(refused: OutboundRefusal, detail: string): GuardVerdict {
  return { refused, detail }
}
