// Where the requests of a carrier's call go once it has begun (RFC 3261 sections 12.2.1.1 and 16.12): to the first of the
// route set, or to the far end's own contact, when that is an address of the carrier. Anything else goes on to where the
// call began: a contact may be behind a router, and must not aim us at strangers. Pure.
import { isIP } from 'node:net'
import { defaultPort, type Hop, type TransportName } from '../transport/hop.ts'
import { parseNameAddr } from '../wire/name-addr.ts'

/** `routes`: Record-Route values in our order, ours first; `isCarrier`: whether a host is one of the link's. */
export function dialogHop(
  routes: readonly string[],
  contact: string | undefined,
  isCarrier: (host: string) => boolean,
): Hop | undefined {
  const value = routes[0] ?? contact
  const uri = value === undefined ? undefined : parseNameAddr(value)?.uri
  if (!uri || isIP(uri.host) === 0 || !isCarrier(uri.host)) return undefined
  const transport = transportOf(uri.scheme, uri.parameters.get('transport'))
  return transport && { address: uri.host, port: uri.port ?? defaultPort(transport), transport }
}

function transportOf(scheme: 'sip' | 'sips', parameter: string | null | undefined): TransportName | undefined {
  const wanted = (parameter ?? 'udp').toUpperCase()
  if (scheme === 'sips') return 'TLS'
  return wanted === 'UDP' || wanted === 'TCP' || wanted === 'TLS' ? wanted : undefined
}
