// The shapes that the control methods answer with, and `scripts/cordboard … --json` prints. Stable: fields are added,
// never renamed or removed, while `version` stays the same; readers ignore what they don't know.
import { z } from 'zod'

export const reportVersion = 1

const version = z.literal(reportVersion)
const counters = z.record(z.string(), z.number())
const timestamp = z.string().describe('ISO 8601 UTC')

export const lineReport = z.looseObject({
  name: z.string(),
  number: z.string(),
  device: z.string(),
  state: z.string(),
  battery: z.string(),
  details: z.record(z.string(), z.union([z.string(), z.number()])).describe('What the device says of itself'),
  counters,
})

/** A link to a carrier; `reason`: why it is down. */
export const linkReport = z.looseObject({
  carrier: z.string(),
  link: z.string(),
  state: z.string(),
  since: timestamp,
  reason: z.string().optional(),
  calls: z.number(),
  channels: z.number(),
})

/** A host that is not heard for a while; `offence`: what it did last. */
export const banReport = z.looseObject({ address: z.string(), offence: z.string(), leftS: z.number() })

export const agentReport = z.looseObject({
  userName: z.string(),
  status: z.string(),
  reachable: z.boolean(),
  activity: z.string(),
  since: timestamp,
  contactIds: z.array(z.string()).default([]),
})

export const queueReport = z.looseObject({
  name: z.string(),
  enabled: z.boolean().default(true),
  waiting: z.number(),
  oldestAgeS: z.number(),
  available: z.number(),
  staffed: z.number(),
  online: z.number(),
  /** Seconds; absent when nothing can be told. */
  estimatedWaitS: z.number().optional(),
})

/** A contact that is alive; finished ones are records. */
export const liveContactReport = z.looseObject({ contactId: z.string(), state: z.string(), describe: z.string() })

export const faultReport = z.looseObject({
  code: z.string(),
  where: z.string(),
  message: z.string(),
  mend: z.string(),
  since: timestamp,
  count: z.number(),
})

export const statusReport = z.looseObject({
  version,
  state: z.enum(['starting', 'running', 'draining']),
  instance: z.looseObject({ name: z.string(), directory: z.string() }),
  pid: z.number(),
  startedAt: timestamp,
  uptimeS: z.number(),
  lines: z.array(lineReport),
  links: z.array(linkReport).default([]),
  bans: z.array(banReport).default([]),
  agents: z.array(agentReport),
  queues: z.array(queueReport),
  contacts: z.array(liveContactReport),
  faults: z.array(faultReport),
  counters: z.record(z.string(), counters).describe('By part of the daemon'),
})

export const agentsReport = z.looseObject({ version, agents: z.array(agentReport) })
export const queuesReport = z.looseObject({ version, queues: z.array(queueReport) })
export const legsReport = z.looseObject({ version, legs: z.array(z.string()) })
/** Records as they stand in the store, newest first (daemon/contact/contact-record.ts). */
export const contactsReport = z.looseObject({ version, contacts: z.array(z.looseObject({ ContactId: z.string() })) })

export type StatusReport = z.infer<typeof statusReport>
export type AgentsReport = z.infer<typeof agentsReport>
export type QueuesReport = z.infer<typeof queuesReport>
export type LegsReport = z.infer<typeof legsReport>

const writtenFault = z.looseObject({
  code: z.string(),
  severity: z.enum(['error', 'warning']),
  file: z.string(),
  line: z.number().optional(),
  column: z.number().optional(),
  path: z.string().optional(),
  message: z.string(),
  mend: z.string(),
})
const change = z.looseObject({
  kind: z.string(),
  name: z.string(),
  what: z.enum(['added', 'removed', 'changed']),
  applies: z.enum(['now', 'restart']),
})
export const reloadReport = z.discriminatedUnion('outcome', [
  z.looseObject({
    version,
    outcome: z.enum(['reloaded', 'unchanged']),
    changes: z.array(change),
    warnings: z.array(writtenFault),
  }),
  z.looseObject({ version, outcome: z.literal('refused'), faults: z.array(writtenFault) }),
  z.looseObject({ version, outcome: z.literal('failed'), part: z.string(), reason: z.string() }),
])
export type ReloadReport = z.infer<typeof reloadReport>

export const doneReport = z.looseObject({ version })
export const quickConnectsReport = z.looseObject({
  version,
  quickConnects: z.array(
    z.looseObject({ type: z.string(), name: z.string(), description: z.string(), code: z.string().optional() }),
  ),
})
export type QuickConnectsReport = z.infer<typeof quickConnectsReport>

/** Historical figures: metrics by their published names; those that do not apply to a row are absent. */
export const metricsReport = z.looseObject({
  version,
  from: timestamp,
  to: timestamp,
  interval: z.string(),
  by: z.array(z.string()),
  rows: z.array(
    z.looseObject({
      from: timestamp,
      group: z.record(z.string(), z.string().optional()),
      metrics: z.record(z.string(), z.number()),
    }),
  ),
})
export type MetricsReport = z.infer<typeof metricsReport>

/** Figures of this moment, by their published names. */
export const liveMetricsReport = z.looseObject({
  version,
  at: timestamp,
  by: z.string(),
  rows: z.array(
    z.looseObject({
      group: z.record(z.string(), z.string().optional()),
      metrics: z.record(z.string(), z.number()),
    }),
  ),
})
export type LiveMetricsReport = z.infer<typeof liveMetricsReport>

/** A campaign: contacts by where they stand, attempts by what became of them; rates from 0 to 1. */
export const campaignsReport = z.looseObject({
  version,
  campaigns: z.array(
    z.looseObject({
      name: z.string(),
      mode: z.string(),
      queue: z.string().optional(),
      state: z.string(),
      waiting: z.number(),
      calling: z.number(),
      done: z.number(),
      blocked: z.number().default(0).describe('Of those done: on the do-not-call list'),
      attempts: z.number(),
      live: z.number().describe('People who answered and wanted an agent'),
      abandoned: z.number(),
      abandonRate: z.number(),
      abandonLimit: z.number(),
      outcomes: z.record(z.string(), z.number()),
      held: z.string().optional(),
      nextDue: timestamp.optional(),
    }),
  ),
})
export type CampaignsReport = z.infer<typeof campaignsReport>

export const campaignOutcomesReport = z.looseObject({
  version,
  attempts: z.array(
    z.looseObject({
      number: z.string(),
      at: timestamp,
      ended: timestamp.nullable(),
      outcome: z.string().nullable(),
      contactId: z.string().nullable(),
    }),
  ),
})
export type CampaignOutcomesReport = z.infer<typeof campaignOutcomesReport>

export const addedReport = z.looseObject({ version, added: z.number() })

const learntTone = z.object({ frequenciesHz: z.array(z.number()), cadenceMs: z.array(z.number()) })

/** `cordboard line learn`: how far it is, and what was learnt by then. */
export const learningReport = z.object({
  version,
  line: z.string(),
  step: z.enum(['dialTone', 'busyTone', 'waitingForCall', 'hangUp', 'done']),
  profile: z.object({
    tones: z.object({
      dial: learntTone.optional(),
      busy: learntTone.optional(),
      congestion: learntTone.optional(),
      ring: learntTone.optional(),
    }),
    hangUp: z.array(z.enum(['currentLoss', 'polarity', 'tone'])).optional(),
  }),
  failure: z.object({ reason: z.string(), mend: z.string() }).optional(),
})
export type LearningReport = z.infer<typeof learningReport>
