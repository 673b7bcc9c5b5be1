// Which parts take a new configuration while the daemon runs, and how. What a part can't take live is told as such by
// reload/changes.ts.
import type { Campaigns } from '../campaigns/campaigns.ts'
import type { OutboundService } from '../carrier/outbound-calls.ts'
import type { ContactService } from '../contact/contact-service.ts'
import type { CutOverWatch } from '../porting/cut-over-watch.ts'
import { keepLastGood } from '../reload/last-good.ts'
import { Reload, type ReloadPart } from '../reload/reload.ts'
import type { Router } from '../routing/router.ts'
import type { SipEndpoint } from '../sip/endpoint.ts'
import type { VoiceService } from '../voice/create-voice.ts'
import { campaignsPart } from './campaigns.ts'
import { carriersPart } from './carriers.ts'
import { accountsOf, routingSources } from './phones.ts'
import type { Surroundings } from './surroundings.ts'
import type { Worlds } from './worlds.ts'

export interface ReloadedParts {
  contacts: ContactService
  voice: VoiceService
  sip: SipEndpoint
  routing: Router
  outbound: OutboundService
  cutOvers: CutOverWatch
  campaigns: Campaigns
  worlds: Worlds
}

const brokenFiles = { code: 'CFG-LAST-GOOD', where: 'configuration' } as const

export function buildReload(of: Surroundings, parts: ReloadedParts): Reload {
  const { instance, isLastGood, load, log, faults } = of
  const keep = () => keepLastGood(of.options.instanceDirectory, instance.box.storage.directory)
  if (!isLastGood) keepOrTell(keep, of)
  else
    faults.raise({
      ...brokenFiles,
      message: `The files in ${of.options.instanceDirectory} have errors; the copy of what was last in force is used.`,
      mend: 'Run cordboard check, mend the errors, then cordboard reload.',
    })
  return new Reload({
    current: instance,
    load,
    parts: [
      voicePart(parts),
      phonesPart(parts),
      routingPart(parts),
      carriersPart(parts),
      contactsPart(of, parts),
      campaignsPart(parts.campaigns),
    ],
    keep: () => {
      faults.clear(brokenFiles.code, brokenFiles.where)
      keep()
    },
    log: log.child({ part: 'reload' }),
  })
}

/** Without the copy the box works as well; it only could not start from broken files. */
function keepOrTell(keep: () => void, { log }: Surroundings): void {
  try {
    keep()
  } catch (fault) {
    log.warn({ err: fault }, 'no copy of the configuration could be kept')
  }
}

function voicePart({ voice }: ReloadedParts): ReloadPart {
  return {
    name: 'voice',
    prepare: ({ prompts, voice: { engines, rules } }) => ({
      commit: () => voice.reconfigure({ prompts, engines, rules }),
    }),
  }
}

function routingPart({ routing, sip }: ReloadedParts): ReloadPart {
  return {
    name: 'routing',
    prepare: (next) => ({
      commit() {
        routing.reconfigure(routingSources(next))
        for (const userName of next.agents.keys()) routing.setReachable(userName, sip.reachable(userName))
      },
    }),
  }
}

function phonesPart({ sip }: ReloadedParts): ReloadPart {
  return {
    name: 'phones',
    prepare: (next) => ({
      commit() {
        sip.setAccounts(accountsOf(next))
        void sip.reloadCertificates()
      },
    }),
  }
}

/** Functions and bots belong to the contacts that began with them, and go when the last of those is over. */
function contactsPart(of: Surroundings, { contacts, worlds }: ReloadedParts): ReloadPart {
  return {
    name: 'contacts',
    prepare(next) {
      const world = worlds.make({ ...of, instance: next })
      return {
        commit: () => worlds.use(world, contacts.useWorld(world.contacts)),
        discard: () => void world.stop(),
      }
    },
  }
}
