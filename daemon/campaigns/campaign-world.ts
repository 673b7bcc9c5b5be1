// What a campaign needs of the rest of the daemon.
import type { Clock } from '../clock.ts'
import type { CampaignOperations } from '../contact/campaign-operations.ts'
import type { Log } from '../log/log.ts'
import type { CampaignStore } from './campaign-store.ts'

export interface CampaignWorld {
  clock: Clock
  log: Log
  store: CampaignStore
  calls: Pick<CampaignOperations, 'dial' | 'preview'>
  /** Who serves the queue by telephone, as it is now. */
  agents(queue: string): { free: number; busy: number }
  /** Of numbers without a country. */
  timeZone(): string
  /** Throws while nobody can tell: then nobody is called. */
  mustNotCall(number: string): boolean
}
