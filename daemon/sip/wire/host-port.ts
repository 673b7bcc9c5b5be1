// A UDP address, and how it is written in SIP.
import { isIP } from 'node:net'

export interface HostPort {
  /** IPv4 or IPv6 literal, without brackets. */
  address: string
  port: number
}

export const sipPort = 5060

/** `10.0.0.7:5060`, `[fd00::7]:5060`. */
export function formatHostPort({ address, port }: HostPort): string {
  return `${formatHost(address)}:${port}`
}

export function formatHost(address: string): string {
  return address.includes(':') ? `[${address}]` : address
}

/** Host (name or literal, brackets removed) and port of `host[:port]`; undefined when it is neither. */
export function parseHostPort(text: string, defaultPort = sipPort): { host: string; port: number } | undefined {
  const match = /^(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9.-]+))(?::(\d{1,5}))?$/.exec(text.trim())
  if (!match) return undefined
  const host = match[1] ?? match[2]!
  if (match[1] !== undefined && isIP(match[1]) !== 6) return undefined
  const port = match[3] === undefined ? defaultPort : Number(match[3])
  return port > 0 && port <= 65535 ? { host, port } : undefined
}
