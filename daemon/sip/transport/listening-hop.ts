// Where the far end of a TCP connection that broke listens, if it does: at the address that it, or the proxy before it,
// names in its own URI, when that is the address it spoke from. Behind a router it is not, a browser listens nowhere, and
// phones have no certificate that a TLS connection to them could trust.
import { sipPort } from '../wire/host-port.ts'
import type { SipUri } from '../wire/sip-uri.ts'
import type { Hop } from './hop.ts'

export function listeningHop(uri: SipUri | undefined, source: Hop): Hop | undefined {
  if (source.transport !== 'TCP' || uri?.host !== source.address) return undefined
  const transport = uri.parameters.get('transport')?.toLowerCase() === 'tcp' ? 'TCP' : 'UDP'
  return { address: uri.host, port: uri.port ?? sipPort, transport }
}
