// The control methods about campaigns.
import { z } from 'zod'
import type { Campaigns } from '../campaigns/campaigns.ts'
import type { ControlMethod } from './control-connection.ts'
import { ControlError } from './protocol.ts'
import { type CampaignOutcomesReport, type CampaignsReport, reportVersion } from './reports.ts'

const named = z.strictObject({ campaign: z.string() })
const switchParams = z.strictObject({ campaign: z.string(), to: z.enum(['start', 'pause', 'stop']) })
const outcomesParams = z.strictObject({ campaign: z.string(), limit: z.number().int().min(1).max(10_000).default(50) })
/** A request is 64 KB at most: who has more contacts sends them in several. */
const addParams = z.strictObject({
  campaign: z.string(),
  contacts: z
    .array(
      z.strictObject({
        number: z.string().regex(/^\+[1-9][0-9]{1,14}$/),
        timeZone: z.string().max(100).optional(),
        hours: z
          .string()
          .regex(/^\d\d:\d\d-\d\d:\d\d$/)
          .optional(),
        attributes: z.record(z.string(), z.string()),
      }),
    )
    .max(1000),
})

export function campaignMethods(
  campaigns: Campaigns,
  read: <T>(schema: z.ZodType<T>, params: unknown) => T,
): Record<'campaigns' | 'campaign' | 'switchCampaign' | 'addToCampaign' | 'campaignOutcomes', ControlMethod> {
  const show = (name: string): CampaignsReport => {
    const view = campaigns.view(name)
    if (!view) throw noSuch(name)
    return { version: reportVersion, campaigns: [{ ...view }] }
  }
  return {
    campaigns: (): CampaignsReport => ({
      version: reportVersion,
      campaigns: campaigns.views().map((view) => ({ ...view })),
    }),
    campaign: (params): CampaignsReport => show(read(named, params).campaign),
    switchCampaign(params): CampaignsReport {
      const { campaign, to } = read(switchParams, params)
      if (!campaigns.switch(campaign, to)) throw noSuch(campaign)
      return show(campaign)
    },
    addToCampaign(params): { version: typeof reportVersion; added: number } {
      const { campaign, contacts } = read(addParams, params)
      const result = campaigns.add(campaign, contacts)
      if (!result) throw noSuch(campaign)
      if (result === 'tooMany')
        throw new ControlError('refused', 'The campaign would have too many contacts.', 'Begin another campaign.')
      return { version: reportVersion, ...result }
    },
    campaignOutcomes(params): CampaignOutcomesReport {
      const { campaign, limit } = read(outcomesParams, params)
      const attempts = campaigns.attempts(campaign, limit)
      if (!attempts) throw noSuch(campaign)
      return { version: reportVersion, attempts: attempts.map((attempt) => ({ ...attempt })) }
    },
  }
}

function noSuch(name: string): ControlError {
  const mend = 'Campaigns stand in campaigns.yaml; cordboard reload after a change there.'
  return new ControlError('notFound', `There is no campaign ${JSON.stringify(name)}.`, mend)
}
