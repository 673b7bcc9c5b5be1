// Calls out to the telephone network, and the faults of links that are down.
import { createOutboundCalls, type OutboundService } from '../carrier/outbound-calls.ts'
import { sipLinks } from '../carrier/sip-links.ts'
import type { LinkView, SipEndpoint } from '../sip/endpoint.ts'
import type { Started, Surroundings } from './surroundings.ts'

/** `current`: the configuration in force. */
export function buildOutbound(of: Surroundings, sip: SipEndpoint, started: Started): OutboundService {
  const { instance, clock, log } = of
  const links = sipLinks(instance.carriers, instance.box.instance.country, sip)
  started(
    'watch over links',
    sip.onLinkChange((link) => tellLinkFault(of, link)),
  )
  return createOutboundCalls({ instance, links: () => links, clock, log: log.child({ part: 'outbound' }) })
}

const code = 'SIP-LINK'

const mends: Readonly<Record<string, string>> = {
  unresolved: 'Check the name in carriers.yaml, and the name service of this machine.',
  registrationRefused: 'Check user and password in carriers.yaml with the carrier, then run cordboard reload.',
  timeout: 'Check the network and the firewall towards the carrier, and whether it knows our address.',
  unreachable: 'Check the network and the firewall towards the carrier.',
}

/** A link that is down stands in `status` until it is up again, or may be tried again. */
function tellLinkFault({ faults }: Surroundings, { carrier, link, state, reason = 'unknown' }: LinkView): void {
  const where = `${carrier}/${link}`
  if (state !== 'down') {
    faults.clear(code, where)
    return
  }
  faults.raise({
    code,
    where,
    message: `The link is down: ${reason}. Calls go by other links, if there are any.`,
    mend: mends[reason] ?? 'Ask the carrier; it is tried again by itself.',
  })
}
