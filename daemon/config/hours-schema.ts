// hours.yaml: what differs from the week, on some dates or again and again.
import { z } from 'zod'

export const timeOfDayRange = z
  .string()
  .regex(/^([01][0-9]|2[0-3]):[0-5][0-9]-(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$/, 'must be HH:MM-HH:MM')
const date = z.iso.date()
const weekday = z.enum(['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'])

/** Which days; all that is said must hold. A day counts by its own date, also where a range runs past midnight. */
const recurrence = z.strictObject({
  every: z.enum(['week', 'month', 'year']),
  interval: z.number().int().min(1).max(52).default(1).describe('2: every other week, month or year, from `from` on'),
  months: z.array(z.number().int().min(1).max(12)).optional(),
  days: z.array(z.number().int().min(-1).max(31)).optional().describe('Days of the month; -1: the last'),
  weekdays: z.array(weekday).optional(),
  occurrence: z
    .union([z.literal(-1), z.number().int().min(1).max(5)])
    .optional()
    .describe('Which of those weekdays in the month: 1 the first, -1 the last'),
})

export const hoursOverridesSchema = z
  .array(
    z
      .strictObject({
        name: z.string().min(1).max(127),
        description: z.string().min(1).max(250).optional(),
        kind: z
          .enum(['closed', 'open', 'temporary'])
          .describe('`closed` goes before `open`, `open` before `temporary`, and that before the week'),
        from: date,
        till: date.describe('The last day it holds'),
        recurs: recurrence
          .optional()
          .describe('Of closed and open only; every day from `from` till `till` when absent'),
        times: z.array(timeOfDayRange).default(['00:00-24:00']).describe('The whole day when absent'),
      })
      .refine(({ from, till }) => from <= till, { message: 'ends before it begins', path: ['till'] }),
  )
  .max(50)
  .optional()
  .describe('Holidays and other hours for a while')

export type HoursOverride = NonNullable<z.infer<typeof hoursOverridesSchema>>[number]
