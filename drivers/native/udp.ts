// UDP sockets for media (udp.c), and IPv4 addresses as numbers. Whoever binds owns the descriptor. Bound to ::, a socket
// reaches IPv4 and IPv6.
import { describeErrno } from './errno.ts'
import { bytes, callInt, i32 } from './library.ts'

/** IPv4 dotted quad as the number the native side uses. Throws when it is not one. */
export function ipv4Number(address: string): number {
  const parts = address.split('.').map((part) => (/^[0-9]{1,3}$/.test(part) ? Number(part) : 256))
  if (parts.length !== 4 || parts.some((part) => part > 255)) throw new Error(`${address} is not an IPv4 address`)
  return parts.reduce((number, part) => number * 256 + part, 0)
}

export function ipv4Text(address: number): string {
  return `${address >>> 24}.${(address >>> 16) & 255}.${(address >>> 8) & 255}.${address & 255}`
}

/**
 * Binds a UDP socket to a free even port of the range, looking from `first` on. Any thread may do it; `addSocket` hands
 * the descriptor over. Throws when no port is free.
 */
export function bindRtpSocket(
  localAddress: string,
  range: { from: number; to: number },
  first: number,
): { fd: number; port: number } {
  const bound = new Int32Array(1)
  const fd = callInt(
    'cb_udp_bind',
    bytes(nulTerminated(localAddress)),
    i32(first),
    i32(range.from),
    i32(range.to),
    bytes(bound),
  )
  if (fd < 0)
    throw new Error(
      `no RTP port free on ${localAddress} between ${range.from} and ${range.to} (${describeErrno(-fd)}): widen sip.rtpPorts`,
    )
  return { fd, port: bound[0]! }
}

/** Binds this port and no other. Undefined: it is in use. */
export function bindUdpSocket(localAddress: string, port: number): number | undefined {
  const fd = callInt('cb_udp_bind_one', bytes(nulTerminated(localAddress)), i32(port))
  return fd < 0 ? undefined : fd
}

/** Text as C has it. */
export function nulTerminated(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(`${text}\0`)
}
