// The UDP socket under SIP, behind a small interface so that tests can put a bad network in its place.
import { createSocket, type Socket } from 'node:dgram'
import { isIPv6 } from 'node:net'
import { formatHostPort, type HostPort } from '../wire/host-port.ts'

export interface DatagramSocket {
  /** Resolves with the address bound. Rejects with a message that names it. */
  bind(at: HostPort): Promise<HostPort>
  /** Rejects when the system refuses the datagram; resolving means no more than that it was taken. */
  send(datagram: Uint8Array, to: HostPort): Promise<void>
  /** The listener must not throw; it owns the datagram. */
  onDatagram(listener: (datagram: Uint8Array, source: HostPort) => void): void
  close(): Promise<void>
}

export class UdpSocket implements DatagramSocket {
  #socket: Socket | undefined
  #listener: (datagram: Uint8Array, source: HostPort) => void = () => {}
  readonly #onFault: (fault: Error) => void

  /** `onFault` hears of errors of the socket itself, after it was bound. */
  constructor(onFault: (fault: Error) => void) {
    this.#onFault = onFault
  }

  async bind(at: HostPort): Promise<HostPort> {
    const socket = createSocket({
      type: isIPv6(at.address) ? 'udp6' : 'udp4',
      // Each family by itself: `::` and `0.0.0.0` may both be listened on.
      ipv6Only: isIPv6(at.address),
      recvBufferSize: 1 << 20,
    })
    await new Promise<void>((resolve, reject) => {
      socket.once('error', (fault) => {
        socket.close()
        const what = `SIP cannot listen on UDP ${formatHostPort(at)}: ${fault.message}.`
        reject(new Error(`${what} Free the port, or set another under sip in the configuration.`, { cause: fault }))
      })
      socket.bind(at.port, at.address, resolve)
    })
    socket.removeAllListeners('error')
    socket.on('error', (fault) => this.#onFault(fault))
    socket.on('message', (datagram, from) => this.#listener(datagram, { address: from.address, port: from.port }))
    this.#socket = socket
    const { address, port } = socket.address()
    return { address, port }
  }

  send(datagram: Uint8Array, to: HostPort): Promise<void> {
    const socket = this.#socket
    if (!socket) return Promise.reject(new Error('The SIP socket is closed.'))
    return new Promise((resolve, reject) => {
      socket.send(datagram, to.port, to.address, (fault) => (fault ? reject(fault) : resolve()))
    })
  }

  onDatagram(listener: (datagram: Uint8Array, source: HostPort) => void): void {
    this.#listener = listener
  }

  close(): Promise<void> {
    const socket = this.#socket
    this.#socket = undefined
    if (!socket) return Promise.resolve()
    return new Promise((resolve) => socket.close(() => resolve()))
  }
}
