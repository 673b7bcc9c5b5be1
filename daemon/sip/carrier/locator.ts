// Where a carrier's host is: names to addresses.
import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import { defaultPort, type Hop } from '../transport/hop.ts'
import type { Peer } from './link-settings.ts'

export interface Locator {
  /** Best first; empty when it can't be found. Never rejects. */
  locate(peer: Peer): Promise<Hop[]>
}

const mostTargets = 8

export function createLocator(): Locator {
  return {
    async locate(peer) {
      const { host, transport = 'UDP' } = peer
      const port = peer.port ?? defaultPort(transport)
      if (isIP(host) !== 0) return [{ address: host, port, transport }]
      try {
        const found = await lookup(host, { all: true })
        return found.slice(0, mostTargets).map(({ address }) => ({ address, port, transport }))
      } catch (_unresolved) {
        return []
      }
    },
  }
}
