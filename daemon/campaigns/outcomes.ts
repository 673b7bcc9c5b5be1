// What became of a call of a campaign, and whether the contact is called again. Pure.
import { type Campaign, type RetriedOutcome, retriedOutcomes } from '../config/campaigns-schema.ts'
import type { Unreached } from '../contact/campaign-side.ts'
import type { AnsweredBy } from '../detection/answer-detector.ts'

export type Outcome =
  /** Talked with an agent. */
  | 'connected'
  /** Agentless: heard by a person, or left to a machine on purpose. */
  | 'delivered'
  /** A person answered, and no agent was there in time. */
  | 'abandoned'
  | 'machine'
  | 'fax'
  /** Answered; neither a person nor a machine was heard, and no agent was asked for. */
  | 'unheard'
  | 'busy'
  | 'noAnswer'
  | 'failed'
  | 'invalidNumber'
  /** The box may not call it: outbound rules of carriers.yaml. */
  | 'refused'
  | 'doNotCall'
  /** Stopped while it was being called. */
  | 'cancelled'
  /** Preview: no agent took it. */
  | 'notTaken'
  /** The daemon died meanwhile. */
  | 'interrupted'

/** One call, as it went. */
export interface CallStory {
  mode: Campaign['mode']
  joined: boolean
  answered: boolean
  answeredBy: AnsweredBy | undefined
  abandoned: boolean
  /** Somebody who wanted an agent. */
  live: boolean
  unreached: Unreached | undefined
  /** The contact said so: its flow set the attribute DoNotCall to true. */
  doNotCall: boolean
  taken: boolean
}

export function outcomeOf(story: CallStory): Outcome {
  if (story.doNotCall) return 'doNotCall'
  if (story.joined) return 'connected'
  if (!story.answered) {
    if (story.mode === 'preview' && !story.taken) return 'notTaken'
    return story.unreached ?? 'failed'
  }
  switch (story.answeredBy) {
    case 'machineBeep':
    case 'machineNoBeep':
      return 'machine'
    case 'fax':
      return 'fax'
  }
  if (story.mode === 'agentless') return 'delivered'
  if (story.live || story.abandoned) return 'abandoned'
  return 'unheard'
}

/** Undefined: never again. */
export function retryAfterMs(outcome: Outcome, attempts: number, campaign: Campaign): number | undefined {
  if (attempts >= campaign.attempts.total) return undefined
  const kind = outcome === 'cancelled' || outcome === 'notTaken' ? 'noAnswer' : outcome
  return isRetried(kind) ? campaign.attempts.retryMinutes[kind] * 60_000 : undefined
}

function isRetried(outcome: Outcome | RetriedOutcome): outcome is RetriedOutcome {
  return Object.hasOwn(retriedOutcomes, outcome)
}
