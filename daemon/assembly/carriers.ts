// Calls out to the telephone network, and the faults of links that are down.
import { lineLinks } from '../carrier/line-links.ts'
import type { NumberCalls } from '../carrier/number-calls.ts'
import { createOutboundCalls, type OutboundService } from '../carrier/outbound-calls.ts'
import type { OutboundInstance } from '../carrier/outbound-instance.ts'
import { linkSettingsOf, sipLinks } from '../carrier/sip-links.ts'
import type { Instance } from '../config/instance.ts'
import type { Leg } from '../leg/leg.ts'
import type { Lines } from '../line/lines.ts'
import type { RootLog } from '../log/log.ts'
import { CutOverWatch } from '../porting/cut-over-watch.ts'
import { standingIn } from '../porting/standing.ts'
import type { ReloadPart } from '../reload/reload.ts'
import type { LinkView, SipEndpoint } from '../sip/endpoint.ts'
import type { Started, Surroundings } from './surroundings.ts'

type OutboundSurroundings = Pick<Surroundings, 'instance' | 'clock' | 'faults'> & { log: Pick<RootLog, 'child'> }
type OutboundSip = Pick<SipEndpoint, 'dialCarrier' | 'links' | 'onLinkChange'>

export interface OutboundBuild {
  sip: OutboundSip
  lines: Pick<Lines, 'views' | 'call'>
  numberCalls: NumberCalls
  /** Of the whole box. */
  legs: () => readonly Leg[]
}

export function buildOutbound(
  of: OutboundSurroundings,
  { sip, lines, numberCalls, legs }: OutboundBuild,
  started: Started,
): OutboundService {
  const { instance, clock, log } = of
  const outbound = createOutboundCalls({
    instance: withStanding(instance),
    links: ({ carriers, box }) => [
      ...sipLinks(carriers, box.instance.country, sip),
      ...lineLinks(instance.boards, box.instance.country, lines), // boards are those of the start
    ],
    clock,
    log: log.child({ part: 'outbound' }),
    numberCalls,
    legs,
  })
  started(
    'watch over links',
    sip.onLinkChange((link) => {
      tellLinkFault(of, link)
      if (isDead(link)) outbound.linkLost(link)
    }),
  )
  return outbound
}

/** A carrier that turns calls away for a while still has those it took. */
function isDead({ state, reason }: LinkView): boolean {
  return state === 'down' && (reason === 'timeout' || reason === 'unreachable')
}

/** Numbers that are being ported are shown, and go, as they stand at the time of each call. */
export function withStanding(instance: Instance): OutboundInstance {
  return { ...instance, standing: standingIn(instance.ports) }
}

/** Tells of numbers that come over; it knows the ports of the instance in force. */
export function watchCutOvers(of: Pick<Surroundings, 'instance' | 'clock' | 'log'>, started: Started): CutOverWatch {
  const cutOvers = new CutOverWatch({ clock: of.clock, log: of.log.child({ part: 'porting' }) })
  cutOvers.watch(of.instance.ports)
  started('watch over ports', () => cutOvers.stop())
  return cutOvers
}

export interface CarrierParts {
  sip: SipEndpoint
  outbound: OutboundService
  cutOvers: CutOverWatch
}

export function carriersPart({ sip, outbound, cutOvers }: CarrierParts): ReloadPart {
  return {
    name: 'carriers',
    prepare: (next) => ({
      commit() {
        sip.setLinks(linkSettingsOf(next.carriers, next.box.instance.country))
        outbound.reconfigure(withStanding(next))
        cutOvers.watch(next.ports)
      },
    }),
  }
}

const code = 'SIP-LINK'

const mends: Readonly<Record<string, string>> = {
  unresolved: 'Check the name in carriers.yaml, and the name service of this machine.',
  registrationRefused:
    'Ask the carrier what is wrong with the account; correct carriers.yaml and run cordboard reload, or restart the daemon.',
  timeout: 'Check the network and the firewall towards the carrier, and whether it knows our address.',
  unreachable: 'Check the network and the firewall towards the carrier.',
  unregistered: 'Check the network towards the carrier; it is tried again by itself.',
}

/** A link that is down stands in `status` until it is up again, or may be tried again. */
function tellLinkFault(
  { faults }: Pick<Surroundings, 'faults'>,
  { carrier, link, state, reason = 'unknown' }: LinkView,
): void {
  const where = `${carrier}/${link}`
  if (state !== 'down') {
    faults.clear(code, where)
    return
  }
  faults.raise({
    code,
    where,
    message: `The link is down: ${reason}. Calls go by other links, if there are any.`,
    mend: mends[reason.split(':')[0] ?? ''] ?? 'Ask the carrier; it is tried again by itself.',
  })
}
