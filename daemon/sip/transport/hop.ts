// The next hop of a message: an address, how it is reached, and over which of our sockets or connections.
import type { HostPort } from '../wire/host-port.ts'

/** As a Via names them. */
export type TransportName = 'UDP' | 'TCP' | 'TLS' | 'WS' | 'WSS'

export interface Hop extends HostPort {
  /** Absent: UDP. */
  transport?: TransportName
  /**
   * The UDP socket or connection it was heard on (`Transports`): what goes back takes the same way, because that is what
   * passes routers, and because a browser has no other (RFC 5626 flows). Absent: any socket, or a new connection.
   */
  way?: number
  /** It also takes TCP at this address: messages too long for UDP go by that (RFC 3261 section 18.1.1). */
  tcpToo?: boolean
  /** Name that a TLS server must have a certificate for; absent: its address. */
  serverName?: string
}

export function transportOf(hop: Hop): TransportName {
  return hop.transport ?? 'UDP'
}

/** Nothing sent by it is lost on the way: requests are not resent, responses not kept for copies. */
export function isReliable(hop: Hop): boolean {
  return transportOf(hop) !== 'UDP'
}

/** RFC 3261 section 19.1.2, RFC 7118 section 5.2. */
export function defaultPort(transport: TransportName): number {
  switch (transport) {
    case 'TLS':
      return 5061
    case 'WS':
      return 80
    case 'WSS':
      return 443
    default:
      return 5060
  }
}

/** `;transport=…` of a URI of ours that is reached by it. */
export function uriTransport(transport: TransportName): string {
  switch (transport) {
    case 'UDP':
      return ''
    // RFC 7118 section 5.3: the parameter is `ws` whether or not there is TLS below.
    case 'WSS':
      return ';transport=ws'
    default:
      return `;transport=${transport.toLowerCase()}`
  }
}

/** `::ffff:10.0.0.7`, as sockets of both families tell IPv4 addresses, is `10.0.0.7`. */
export function plainAddress(address: string): string {
  return /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1] ?? address
}
