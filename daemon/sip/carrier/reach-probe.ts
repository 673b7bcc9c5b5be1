// Whether the network itself says that nobody is at an address. The sockets that SIP travels by are not connected, and
// hear nothing of ICMP; a connected one does. It sends the keep-alive of RFC 5626, which nobody answers over UDP.
import { createSocket } from 'node:dgram'
import { isIPv6 } from 'node:net'
import type { HostPort } from '../wire/host-port.ts'

/** Calls `refused` at most once, and never after it was stopped. Returns how to stop. */
export type ReachProbe = (target: HostPort, refused: () => void) => () => void

const keepAlive = Buffer.from('\r\n\r\n', 'latin1')
const telling = new Set(['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH'])

export const probeByUdp: ReachProbe = ({ address, port }, refused) => {
  const socket = createSocket(isIPv6(address) ? 'udp6' : 'udp4')
  let open = true
  const stop = () => {
    if (!open) return
    open = false
    socket.close()
  }
  socket.on('error', (fault: NodeJS.ErrnoException) => {
    if (!open) return
    stop()
    if (telling.has(fault.code ?? '')) refused()
  })
  socket.on('connect', () => {
    if (open) socket.send(keepAlive)
  })
  socket.connect(port, address)
  return stop
}

/** For networks that are none. */
export const noProbe: ReachProbe = () => () => {}
