// Which of our addresses a peer is to be told: Via, Contact and SDP must name one it can reach.
import { BlockList, isIP, isIPv4 } from 'node:net'
import { networkInterfaces } from 'node:os'

export interface InterfaceAddress {
  address: string
  netmask: string
  internal: boolean
}

/** Order: what the configuration advertises, the one address bound, the interface on the peer's network, any. */
export function localAddressFor(
  peer: string,
  options: { bound: string; advertised?: string | undefined; interfaces?: readonly InterfaceAddress[] },
): string {
  const { advertised } = options
  // A literal of the other family is of no use to the peer.
  if (advertised !== undefined && (isIP(advertised) === 0 || isIP(advertised) === isIP(peer))) return advertised
  if (options.bound !== '0.0.0.0' && options.bound !== '::') return options.bound
  const ours = (options.interfaces ?? systemInterfaces()).filter((one) => isIPv4(one.address) === isIPv4(peer))
  const near = ours.find((one) => sameNetwork(one, peer))
  return (near ?? ours.find((one) => !one.internal) ?? ours[0])?.address ?? (isIPv4(peer) ? '127.0.0.1' : '::1')
}

const cacheMs = 30_000
const maxCached = 512

/** Remembers the answer per peer for a while: listing the interfaces takes longer than all the rest of a message. */
export class LocalAddresses {
  readonly #nowMs: () => number
  readonly #options: { bound: string; advertised?: string | undefined }
  readonly #known = new Map<string, { address: string; untilMs: number }>()

  constructor(nowMs: () => number, options: { bound: string; advertised?: string | undefined }) {
    this.#nowMs = nowMs
    this.#options = options
  }

  for(peer: string): string {
    const nowMs = this.#nowMs()
    const known = this.#known.get(peer)
    if (known && known.untilMs > nowMs) return known.address
    if (this.#known.size >= maxCached) this.#known.clear()
    const address = localAddressFor(peer, this.#options)
    this.#known.set(peer, { address, untilMs: nowMs + cacheMs })
    return address
  }
}

function systemInterfaces(): InterfaceAddress[] {
  return Object.values(networkInterfaces()).flatMap((list) => list ?? [])
}

function sameNetwork(one: InterfaceAddress, peer: string): boolean {
  const list = new BlockList()
  const family = isIPv4(one.address) ? 'ipv4' : 'ipv6'
  list.addSubnet(one.address, prefixLength(one.netmask), family)
  return list.check(peer, family)
}

function prefixLength(netmask: string): number {
  const groups = netmask.includes('.')
    ? netmask.split('.').map((group) => Number(group).toString(2))
    : netmask.split(':').map((group) => Number.parseInt(group || '0', 16).toString(2))
  return groups.join('').replaceAll('0', '').length
}
