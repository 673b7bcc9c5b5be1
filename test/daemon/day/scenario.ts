// A day's script: who calls when, how patient they are, how long they talk, what each agent does. It is drawn once and
// told to the router and to the plain model; neither decides anything of it.

import type { RoutingStep } from '../../../daemon/flow/abilities.ts'
import type { FlowObject } from '../../../daemon/flow/flow-value.ts'
import type { Channel } from '../../../daemon/flow/host.ts'
import { agentQueueName } from '../../../daemon/routing/routing.ts'
import { seededRandom } from '../routing/seeded-random.ts'

export interface ScriptedContact {
  id: string
  atMs: number
  queue: string
  channel: Channel
  priority: number
  ageAdjustmentS: number
  /** Two steps of 20 s: level 3 of the skill, then level 1; then anybody. */
  skill?: string
  patienceMs: number
  talkMs: number
  /** On hold once, in the middle of the talk. */
  holds: boolean
}

export interface ScriptedAgent {
  userName: string
  profile: string
  afterContactWorkS: number
  skills: { name: string; value: string; level: number }[]
  /** Breaks: from, till, in ms of the day. */
  breaks: { fromMs: number; tillMs: number; status: string }[]
}

export interface ScriptedProfile {
  name: string
  concurrency: { VOICE: number; CHAT: number; TASK: number }
  otherChannels: { VOICE: boolean; CHAT: boolean; TASK: boolean }
  queues: { queue: string; channel: Channel; priority: number; delayS: number }[]
}

export interface Scenario {
  queues: { name: string; maximumContacts: number }[]
  profiles: ScriptedProfile[]
  agents: ScriptedAgent[]
  contacts: ScriptedContact[]
  /** What an agent does when rung: the same for the same contact, agent and attempt. */
  answer(
    contactId: string,
    agent: string,
    attempt: number,
  ): { does: 'answers' | 'declines' | 'ignores'; afterMs: number }
}

export const offerTimeoutS = 20
export const missedPauseS = 31
export const dayMs = 86_400_000
const channels: readonly Channel[] = ['VOICE', 'CHAT', 'TASK']
const queueCount = 12
const agentCount = 60

export function drawDay(seed: number, contactCount = 10_000): Scenario {
  const random = seededRandom(seed)
  const below = (limit: number) => Math.floor(random() * limit)
  const exponential = (meanMs: number) => -Math.log(1 - random()) * meanMs
  const queues = Array.from({ length: queueCount }, (_, at) => ({ name: `queue-${at}`, maximumContacts: 8 + 4 * at }))
  const profiles = Array.from({ length: 8 }, (_, at): ScriptedProfile => {
    const multi = at % 2 === 1
    return {
      name: `profile-${at}`,
      concurrency: { VOICE: 1, CHAT: multi ? 3 : 0, TASK: multi ? 2 : 0 },
      otherChannels: { VOICE: false, CHAT: at % 4 === 1, TASK: multi },
      queues: Array.from({ length: 5 }, (_, step) => (at * 3 + step) % queueCount).flatMap((queue, step) =>
        (multi ? channels : (['VOICE'] as const)).map((channel) => ({
          queue: `queue-${queue}`,
          channel,
          priority: 1 + Math.floor(step / 2),
          delayS: step === 3 ? 17 : 0,
        })),
      ),
    }
  })
  const agents = Array.from({ length: agentCount }, (_, at): ScriptedAgent => {
    const lunch = random() * 0.8 * dayMs
    return {
      userName: `agent-${at}`,
      profile: `profile-${at % profiles.length}`,
      afterContactWorkS: at % 5 === 0 ? 0 : 5 * (at % 7),
      skills: at % 3 === 0 ? [{ name: 'language', value: at % 2 ? 'fr' : 'de', level: 1 + (at % 5) }] : [],
      breaks: [
        { fromMs: lunch, tillMs: lunch + 1_800_000 * random(), status: 'Lunch' },
        { fromMs: lunch + 7_200_000, tillMs: lunch + 7_200_000 + 900_000 * random(), status: 'Offline' },
      ],
    }
  })
  const contacts = Array.from({ length: contactCount }, (_, at): ScriptedContact => {
    // Twice as many at noon as at midnight.
    let atMs = random() * dayMs
    while (random() > 0.67 - 0.33 * Math.cos((2 * Math.PI * atMs) / dayMs)) atMs = random() * dayMs
    const ownQueue = random() < 0.04
    const channel = random() < 0.9 ? 'VOICE' : channels[1 + below(2)]!
    return {
      id: `contact-${at}`,
      atMs,
      queue: ownQueue ? agentQueueName(`agent-${below(agentCount)}`) : `queue-${below(queueCount)}`,
      channel,
      priority: random() < 0.85 ? 5 : 1 + below(9),
      ageAdjustmentS: random() < 0.9 ? 0 : below(60),
      ...(random() < 0.08 && { skill: random() < 0.5 ? 'fr' : 'de' }),
      patienceMs: exponential(240_000),
      talkMs: 5_000 + exponential(400_000),
      holds: random() < 0.1,
    }
  }).sort((a, b) => a.atMs - b.atMs)
  return {
    queues,
    profiles,
    agents,
    contacts,
    answer(contactId, agent, attempt) {
      const draw = seededRandom(hash(`${seed} ${contactId} ${agent} ${attempt}`))
      draw()
      const dice = draw()
      const does = dice < 0.03 ? 'ignores' : dice < 0.05 ? 'declines' : 'answers'
      return { does, afterMs: 1_000 + draw() * 11_000 }
    },
  }
}

function hash(text: string): number {
  let value = 2_166_136_261
  for (const char of text) value = Math.imul(value ^ char.charCodeAt(0), 16_777_619)
  return value >>> 1
}

export function criteriaOf(skill: string): RoutingStep[] {
  const step = (level: number): FlowObject => ({
    AttributeCondition: {
      Name: 'language',
      Value: skill,
      ProficiencyLevel: level,
      ComparisonOperator: 'NumberGreaterOrEqualTo',
    },
  })
  return [
    { expression: step(3), expirySeconds: 20 },
    { expression: step(1), expirySeconds: 20 },
  ]
}
