// The schema of campaigns.yaml: who is called in a campaign, how fast, and how often. Part of the one source, schema.ts.
// The contacts themselves are brought in by `cordboard campaign import`.
import { z } from 'zod'
import { e164, name } from './common-schema.ts'

const timeOfDay = z.string().regex(/^([01][0-9]|2[0-3]):[0-5][0-9]$/, 'must be HH:MM')
const minutes = z.number().int().min(1).max(43_200)

/** Telephony facts 7: dialler types. */
export const campaignModes = ['preview', 'progressive', 'predictive', 'agentless'] as const

/** What a contact may be called again for, and after how long when the file does not say. */
export const retriedOutcomes = {
  busy: 15,
  noAnswer: 240,
  machine: 240,
  failed: 60,
  abandoned: 1440,
  unheard: 240,
} as const
export type RetriedOutcome = keyof typeof retriedOutcomes

const retries = z
  .strictObject({
    busy: minutes.default(retriedOutcomes.busy),
    noAnswer: minutes.default(retriedOutcomes.noAnswer),
    machine: minutes.default(retriedOutcomes.machine).describe('A voicemail or answering machine'),
    failed: minutes.default(retriedOutcomes.failed).describe('The network failed'),
    abandoned: minutes.default(retriedOutcomes.abandoned).describe('A person answered, and no agent was free'),
    unheard: minutes
      .default(retriedOutcomes.unheard)
      .describe('Answered, and neither a person nor a machine was heard'),
  })
  .prefault({})
  .describe('Minutes until a contact is tried again, by what became of the last try')

export const campaignsSchema = z.strictObject({
  campaigns: z
    .array(
      z.strictObject({
        name,
        description: z.string().min(1).max(250).optional(),
        mode: z
          .enum(campaignModes)
          .describe(
            'preview: an agent takes the contact, then it is called; progressive: one call for each free agent; predictive: more, as far as the abandon limit lets; agentless: the flow alone',
          ),
        queue: name.optional().describe('Whose free agents pace the calls; a queue of its own is best'),
        flow: name.optional().describe('Runs when the contact has answered; all modes but preview'),
        callerId: e164.optional().describe('A claimed number; else that of the queue, else the instance’s rule'),
        maximumLines: z.number().int().min(1).max(500).default(10).describe('Calls of this campaign at once'),
        ringTimeoutS: z.number().int().min(10).max(60).default(25),
        detection: z.boolean().default(true).describe('Tells people from answering machines and fax machines'),
        callingTimes: z
          .strictObject({
            from: timeOfDay.default('09:00'),
            to: z.union([timeOfDay, z.literal('24:00')]).default('20:00'),
            days: z
              .array(z.enum(['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']))
              .min(1)
              .default(['mon', 'tue', 'wed', 'thu', 'fri', 'sat']),
          })
          .prefault({})
          .describe('In the contact’s own time zone; all else is quiet'),
        attempts: z
          .strictObject({
            total: z.number().int().min(1).max(20).default(3),
            perDay: z.number().int().min(1).max(10).default(2).describe('In any 24 hours'),
            retryMinutes: retries,
          })
          .prefault({})
          .describe('How often a contact is called'),
        abandon: z
          .strictObject({
            limitPercent: z.number().min(0).max(20).default(3),
            afterS: z.number().int().min(1).max(60).default(2).describe('Without an agent for so long: abandoned'),
          })
          .prefault({})
          .describe('Of the people who answer, how many may find no agent'),
      }),
    )
    .max(500)
    .default([]),
})

export type Campaign = z.infer<typeof campaignsSchema>['campaigns'][number]
