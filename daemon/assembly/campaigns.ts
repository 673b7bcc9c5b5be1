// The campaigns: their store beside the contact records, the do-not-call list beside the configuration, paced by who is
// free.
import { join } from 'node:path'
import { CampaignStore } from '../campaigns/campaign-store.ts'
import { Campaigns } from '../campaigns/campaigns.ts'
import { DoNotCall } from '../campaigns/do-not-call.ts'
import type { Instance } from '../config/instance.ts'
import type { ContactService } from '../contact/contact-service.ts'
import { WalSync } from '../database/wal-sync.ts'
import type { ReloadPart } from '../reload/reload.ts'
import type { Router } from '../routing/router.ts'
import type { Started, Surroundings } from './surroundings.ts'

export interface CampaignParts {
  contacts: ContactService
  routing: Router
  /** In force now. */
  instance: () => Instance
}

export function buildCampaigns(of: Surroundings, storage: string, parts: CampaignParts, started: Started): Campaigns {
  const { clock, faults } = of
  const { contacts, routing, instance } = parts
  const log = of.log.child({ part: 'campaigns' })
  const file = join(storage, 'campaigns.db')
  const sync = new WalSync(file, {
    clock,
    onSynced(fault) {
      if (!fault) return faults.clear('CAMPAIGNS-UNWRITABLE', file)
      log.error({ err: fault }, 'attempts of campaigns could not be brought to the disk')
      faults.raise({
        code: 'CAMPAIGNS-UNWRITABLE',
        where: file,
        message: `Attempts of campaigns may be lost by a power cut (${fault.message}): a contact could be called twice.`,
        mend: 'Stop campaigns until the disk is mended.',
      })
    },
  })
  const store = new CampaignStore(file, { clock, log, onCommit: () => sync.changed() })
  const doNotCall = new DoNotCall(of.options.instanceDirectory, () => instance().box.instance.country)
  const campaigns = new Campaigns(instance().campaigns, {
    clock,
    log,
    store,
    calls: contacts.operations.campaigns,
    agents(queue) {
      const { available = 0, staffed = 0 } = routing.queue(queue, 'VOICE') ?? {}
      return { free: available, busy: Math.max(0, staffed - available) }
    },
    timeZone: () => instance().box.instance.timeZone,
    mustNotCall: (number) => doNotCall.has(number),
  })
  started('campaign store', () => {
    store.close()
    sync.close()
  })
  const unlisten = routing.onAgentChange(() => {
    // A turn later: the routing is asked about its agents, and must have done with this one.
    queueMicrotask(() => campaigns.look())
  })
  started('campaigns', () => {
    unlisten()
    campaigns.close()
  })
  return campaigns
}

export function campaignsPart(campaigns: Campaigns): ReloadPart {
  return {
    name: 'campaigns',
    prepare: (next) => ({ commit: () => campaigns.reconfigure(next.campaigns) }),
  }
}
