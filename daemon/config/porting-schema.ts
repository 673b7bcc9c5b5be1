// The schema of porting.yaml: numbers on their way from one carrier to another. Part of the one source, schema.ts.
import { z } from 'zod'

const text = z.string().min(1).max(250)
const e164 = z.string().regex(/^\+[1-9][0-9]{1,14}$/, 'must be E.164: a plus sign and up to 15 digits')
const instant = z.iso.datetime({ offset: true })

/** In the order in which a port goes through them (telephony facts 5); the last three are beside the way. */
export const portStates = [
  'eligibility',
  'documents',
  'submitted',
  'validation',
  'scheduled',
  'preloaded',
  'porting',
  'verifying',
  'completed',
  'rejected',
  'cancelled',
  'rolledBack',
] as const

/** Why a losing carrier does not let go. */
export const rejections = ['unpaidBalance', 'nameMismatch', 'notPortable', 'missingInformation'] as const

export const documentKinds = ['bill', 'letter', 'signedLetter', 'serviceRecord', 'identity', 'other'] as const

export const portingSchema = z.strictObject({
  ports: z
    .array(
      z.strictObject({
        id: z.string().regex(/^[A-Za-z0-9._-]{1,40}$/, 'must be letters, digits, dot, dash or underscore'),
        numbers: z.array(e164).min(1).max(1000),
        losing: z
          .strictObject({
            carrier: text.describe('Who has the numbers now, as on the bill'),
            account: text.optional().describe('Account number there'),
          })
          .describe('The carrier that is left'),
        winning: text.describe('The carrier that gets them, by its name in carriers.yaml'),
        customer: z
          .strictObject({
            company: text.optional().describe('Exactly as the losing carrier has it'),
            address: text.optional().describe('Of the service; no post-office box'),
            contact: text.optional().describe('Who may sign'),
          })
          .prefault({}),
        before: z
          .strictObject({
            callerId: e164.optional().describe('Shown in place of these numbers until they are ours'),
            carriers: z.array(text).min(1).optional().describe('Who carries them until then, if that is one of ours'),
          })
          .prefault({})
          .describe('How calls go out before the switch, and after a roll-back'),
        state: z.enum(portStates),
        cutOver: instant.optional().describe('The mutually agreed date and time, e.g. 2026-12-01T10:00:00+00:00'),
        rollBackWindowMin: z.number().int().min(0).max(10_080).default(120),
        rejection: z.enum(rejections).optional(),
        documents: z.array(z.strictObject({ kind: z.enum(documentKinds), file: text, date: z.iso.date() })).default([]),
        history: z
          .array(z.strictObject({ at: instant, state: z.enum(portStates), remark: text.optional() }))
          .default([]),
      }),
    )
    .default([]),
})

export type Port = z.infer<typeof portingSchema>['ports'][number]
export type PortState = Port['state']
export type Rejection = (typeof rejections)[number]
export type DocumentKind = (typeof documentKinds)[number]
