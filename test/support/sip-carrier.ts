// Links to carriers for tests of the SIP endpoint: carriers are scripted peers at addresses of their own.
import type { LinkSettings } from '../../daemon/sip/carrier/link-settings.ts'
import type { Locator } from '../../daemon/sip/carrier/locator.ts'

/** An address-based link that is not asked whether it lives. Numbers are E.164 both ways. */
export function linkTo(host: string, more: Partial<LinkSettings> = {}): LinkSettings {
  return {
    carrier: 'telco',
    link: 'north',
    revision: '1',
    peer: { host, port: 5060 },
    sources: [],
    codecs: ['PCMA', 'PCMU'],
    srtp: 'off',
    keysBy: 'rfc4733',
    channels: 10,
    noResponseMs: 4000,
    identity: {
      from: 'caller',
      assertedIdentity: true,
      remotePartyId: false,
      diversion: 'diversion',
      userPhone: false,
    },
    ...more,
    inbound: {
      trusted: true,
      calledFrom: 'auto',
      toE164: (written) => (/^\+?[1-9]\d{6,14}$/.test(written) ? `+${written.replace('+', '')}` : undefined),
      ...more.inbound,
    },
  }
}

export const account = { userName: 'trunk', password: 'given-by-the-carrier' }

/** The name service of a test: a host that is not listed can't be found. */
export function locatorOf(hosts: Record<string, readonly string[]>): Locator & { hosts: typeof hosts } {
  return {
    hosts,
    locate: async ({ host, port, transport = 'UDP' }) =>
      (hosts[host] ?? (/^[0-9.]+$/.test(host) ? [host] : [])).map((address) => ({
        address,
        port: port ?? 5060,
        transport,
      })),
  }
}
