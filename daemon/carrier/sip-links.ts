// The carriers of the configuration as the SIP endpoint sets its links up, and as routing calls out over them.
import { createHash } from 'node:crypto'
import type { Carrier, CarrierLinkConfig, NumberRules } from '../config/carrier-schema.ts'
import type { Carriers } from '../config/carriers.ts'
import type { LinkSettings, Peer } from '../sip/carrier/link-settings.ts'
import type { SipEndpoint } from '../sip/endpoint.ts'
import { numberForLink, numberFromLink } from './number-rules.ts'
import type { OutboundLink } from './outbound-link.ts'

type ConfiguredCarrier = Carriers['carriers'][number]
type ConfiguredLink = ConfiguredCarrier['links'][number]

/** `country`: of the instance, whose national numbers are meant. */
export function linkSettingsOf({ carriers }: Carriers, country: string): LinkSettings[] {
  return carriers.flatMap((carrier) => carrier.links.map((link) => settingsOf(carrier, link, country)))
}

function settingsOf(carrier: ConfiguredCarrier, link: ConfiguredLink, country: string): LinkSettings {
  const { numbers, identity } = rulesOf(carrier, link)
  const { user, authUser, password, register, outboundProxy, optionsIntervalS } = link
  const credentialName = authUser ?? user
  return {
    carrier: carrier.name,
    link: link.name,
    revision: revisionOf(carrier, link, country),
    peer: peerOf(link),
    ...(outboundProxy && { outboundProxy: peerOf(outboundProxy) }),
    ...(register && user !== undefined && { registration: { userName: user, expiresS: register.expiresS } }),
    ...(credentialName !== undefined &&
      password !== undefined && { credentials: { userName: credentialName, password } }),
    sources: link.sources,
    codecs: link.codecs,
    srtp: link.srtp,
    keysBy: link.dtmf,
    channels: link.channels,
    ...(optionsIntervalS > 0 && { optionsIntervalMs: optionsIntervalS * 1000 }),
    noResponseMs: link.noResponseS * 1000,
    identity: {
      from: identity.from,
      assertedIdentity: identity.assertedIdentity,
      remotePartyId: identity.remotePartyId,
      diversion: identity.diversion,
      userPhone: identity.userPhone,
    },
    inbound: {
      trusted: identity.trusted,
      calledFrom: identity.calledFrom,
      toE164: (written) => numberFromLink(numbers.receive, written, country),
      ...(carrier.defaultNumber !== undefined && { defaultNumber: carrier.defaultNumber }),
    },
  }
}

/** A digest, because a password is in it. What calls cost is no matter of the link. */
function revisionOf(
  { links: _links, rates: _rates, ...carrier }: ConfiguredCarrier,
  link: ConfiguredLink,
  country: string,
): string {
  return createHash('sha256')
    .update(JSON.stringify([carrier, link, country]))
    .digest('hex')
}

const transports = { udp: 'UDP', tcp: 'TCP', tls: 'TLS' } as const

function peerOf({ host, port, transport }: Pick<CarrierLinkConfig, 'host' | 'port' | 'transport'>): Peer {
  return {
    host,
    ...(port !== undefined && { port }),
    ...(transport !== undefined && { transport: transports[transport] }),
  }
}

function rulesOf(
  carrier: ConfiguredCarrier,
  link: ConfiguredLink,
): Pick<Carrier, 'identity'> & { numbers: NumberRules } {
  return { numbers: link.numbers ?? carrier.numbers, identity: link.identity ?? carrier.identity }
}

/** The ways out over SIP; how each stands is the endpoint's knowledge. */
export function sipLinks(
  { carriers }: Carriers,
  country: string,
  sip: Pick<SipEndpoint, 'dialCarrier' | 'links'>,
): OutboundLink[] {
  return carriers.flatMap((carrier) => carrier.links.map((link) => sipLink(carrier, link, country, sip)))
}

function sipLink(
  carrier: ConfiguredCarrier,
  link: ConfiguredLink,
  country: string,
  sip: Pick<SipEndpoint, 'dialCarrier' | 'links'>,
): OutboundLink {
  const name = { carrier: carrier.name, link: link.name }
  const { numbers, identity } = rulesOf(carrier, link)
  const written = (number: string) => numberForLink(numbers.send, number, country)
  return {
    view() {
      const standing = sip.links().find((one) => one.carrier === name.carrier && one.link === name.link)
      return {
        ...name,
        order: [carrier.order, link.order],
        weight: (carrier.weight * link.weight) / 100,
        state: standing?.state ?? 'down',
        calls: standing?.calls ?? 0,
        channels: link.channels,
      }
    },
    dial({ number, emergency, caller, onBehalfOf, mayGoTo }) {
      // Where foreign callers are shown, the call says which of our numbers passed it on.
      const passedOn = identity.passCallerOn && onBehalfOf !== undefined
      const shown = passedOn ? onBehalfOf : caller.number
      return sip.dialCarrier({
        ...name,
        number: emergency ? number : written(number),
        emergency,
        mayGoTo: (other) => {
          const read = numberFromLink(numbers.receive, other, country)
          return read !== undefined && mayGoTo(read)
        },
        caller: {
          ...(shown !== undefined && { number: written(shown) }),
          ...(caller.name !== undefined && { name: caller.name }),
          ...(caller.withheld !== undefined && { withheld: caller.withheld }),
        },
        ...(passedOn && caller.number !== undefined && { divertedFrom: written(caller.number) }),
      })
    },
  }
}
