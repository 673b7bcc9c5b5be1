// Where a carrier's host is (RFC 3263 section 4): name → NAPTR → SRV → addresses, each with the transport to use.
import type { NaptrRecord } from 'node:dns'
import { isIP } from 'node:net'
import type { Clock } from '../../clock.ts'
import { defaultPort, type Hop } from '../transport/hop.ts'
import type { Peer } from './link-settings.ts'
import { createNameService, type NameService } from './name-service.ts'
import { inServerOrder } from './server-order.ts'

export interface Locator {
  /** Best first; empty when it can't be found. Never rejects. */
  locate(peer: Peer): Promise<Hop[]>
}

type Transport = NonNullable<Peer['transport']>

/** More addresses than these are no help to a caller who waits. */
const mostTargets = 8

/** By their NAPTR services (RFC 3263 section 4.1) and SRV names; in the order in which they are tried without NAPTR. */
const services: Readonly<Record<Transport, { naptr: string; srv: string }>> = {
  UDP: { naptr: 'SIP+D2U', srv: '_sip._udp' },
  TCP: { naptr: 'SIP+D2T', srv: '_sip._tcp' },
  TLS: { naptr: 'SIPS+D2T', srv: '_sips._tcp' },
}
const transports: readonly Transport[] = ['UDP', 'TCP', 'TLS']

export function createLocator(names: NameService, random: () => number): Locator {
  const addressesOf = async (host: string, port: number, transport: Transport): Promise<Hop[]> =>
    (await names.addresses(host)).map((address) => ({ address, port, transport }))

  const serversOf = async (name: string, transport: Transport): Promise<Hop[]> => {
    const servers = inServerOrder(await names.srv(name), random).slice(0, mostTargets)
    const found = await Promise.all(servers.map(({ name: host, port }) => addressesOf(host, port, transport)))
    return found.flat()
  }

  /** The first of the ways that leads to an address. */
  const firstOf = async (ways: readonly (() => Promise<Hop[]>)[]): Promise<Hop[]> => {
    for (const way of ways) {
      const hops = await way()
      if (hops.length > 0) return hops
    }
    return []
  }

  const find = async ({ host, port, transport }: Peer): Promise<Hop[]> => {
    const literal = isIP(host) !== 0
    if (literal || port !== undefined) {
      const chosen = transport ?? 'UDP'
      const at = port ?? defaultPort(chosen)
      return literal ? [{ address: host, port: at, transport: chosen }] : addressesOf(host, at, chosen)
    }
    const wanted = transport ? [transport] : transports
    const pointers = transport ? [] : inNaptrOrder(await names.naptr(host))
    return firstOf([
      ...pointers.map((pointer) => () => serversOf(pointer.replacement, transportOf(pointer))),
      ...wanted.map((one) => () => serversOf(`${services[one].srv}.${host}`, one)),
      () => addressesOf(host, defaultPort(transport ?? 'UDP'), transport ?? 'UDP'),
    ])
  }

  return {
    locate: async (peer) => {
      try {
        const hops = (await find(peer)).slice(0, mostTargets)
        // RFC 5922 section 7.3: the certificate is for the domain that was meant, not for the server that DNS named.
        return hops.map((hop) => (hop.transport === 'TLS' ? { ...hop, serverName: peer.host } : hop))
      } catch (_unanswered) {
        return []
      }
    },
  }
}

/** By the system's name service; of the addresses of a name, those that we have sockets for. */
export function systemLocator(sockets: readonly { address: string }[], clock: Clock): Locator {
  const bound = sockets.map(({ address }) => address)
  const names = createNameService({
    nowMs: () => clock.monotonicMs(),
    ipv4: bound.some((address) => !address.includes(':') || address === '::'),
    ipv6: bound.some((address) => address.includes(':')),
  })
  return createLocator(names, Math.random)
}

function inNaptrOrder(records: readonly NaptrRecord[]): NaptrRecord[] {
  return records
    .filter(({ service, flags }) => flags.toLowerCase() === 's' && service.toUpperCase() in transportByService)
    .sort((a, b) => a.order - b.order || a.preference - b.preference)
}

const transportByService: Readonly<Record<string, Transport>> = Object.fromEntries(
  transports.map((transport) => [services[transport].naptr, transport]),
)

function transportOf({ service }: NaptrRecord): Transport {
  return transportByService[service.toUpperCase()] ?? 'UDP'
}
