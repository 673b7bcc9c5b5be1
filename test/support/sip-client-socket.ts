// A phone's end of a TCP, TLS or WebSocket connection, in the form of a socket of datagrams, so that the scripted phone
// (sip-peer.ts) speaks by it as it does by UDP.
import { once } from 'node:events'
import { type Socket, connect as tcpConnect } from 'node:net'
import { type ConnectionOptions, type TLSSocket, connect as tlsConnect } from 'node:tls'
import { WebSocket } from 'ws'
import type { TransportName } from '../../daemon/sip/transport/hop.ts'
import type { DatagramSocket } from '../../daemon/sip/transport/udp-socket.ts'
import { UdpSocket } from '../../daemon/sip/transport/udp-socket.ts'
import { formatHostPort, type HostPort } from '../../daemon/sip/wire/host-port.ts'

export interface ClientSocket extends DatagramSocket {
  /** Breaks the connection without a word. */
  breakOff(): void
  /** The connection was closed, by whomever. */
  readonly closed: boolean
  readonly stream: Socket | WebSocket | undefined
}

export function clientSocket(
  transport: TransportName,
  box: HostPort,
  tls: ConnectionOptions = { rejectUnauthorized: false },
): ClientSocket {
  if (transport === 'UDP') {
    const socket = new UdpSocket((fault) => {
      throw fault
    })
    return Object.assign(socket, { breakOff: () => void socket.close(), closed: false, stream: undefined })
  }
  return transport === 'WS' || transport === 'WSS' ? webSocket(transport, box) : streamSocket(transport, box, tls)
}

type Listener = (datagram: Uint8Array, source: HostPort) => void

function streamSocket(transport: 'TCP' | 'TLS', box: HostPort, tls: ConnectionOptions): ClientSocket {
  let listener: Listener = () => {}
  let closed = false
  let stream: Socket | TLSSocket | undefined
  let pending = Buffer.alloc(0)
  return {
    bind: async () => {
      const to = { host: box.address, port: box.port }
      stream = transport === 'TLS' ? tlsConnect({ ...tls, ...to }) : tcpConnect(to)
      stream.on('close', () => {
        closed = true
      })
      await once(stream, transport === 'TLS' ? 'secureConnect' : 'connect')
      stream.on('error', () => {
        closed = true
      })
      stream.on('data', (chunk: Buffer) => {
        pending = Buffer.concat([pending, chunk])
        for (let message = takeMessage(); message; message = takeMessage()) listener(message, box)
      })
      return { address: stream.localAddress!, port: stream.localPort! }
    },
    send: async (bytes) => void stream!.write(bytes),
    onDatagram: (one) => {
      listener = one
    },
    close: async () => {
      if (!stream || closed) return
      stream.destroy()
      await once(stream, 'close')
    },
    breakOff: () => stream?.resetAndDestroy(),
    get closed() {
      return closed
    },
    get stream() {
      return stream
    },
  }

  /** Written down a second time, and without a care for bad input: the box must send good messages. */
  function takeMessage(): Buffer | undefined {
    const text = pending.toString('latin1')
    if (text.startsWith('\r\n')) {
      pending = pending.subarray(2)
      return Buffer.from('\r\n')
    }
    const head = text.indexOf('\r\n\r\n')
    if (head < 0) return undefined
    const length = Number(/\r\nContent-Length: (\d+)/.exec(text.slice(0, head))![1])
    if (text.length < head + 4 + length) return undefined
    const message = pending.subarray(0, head + 4 + length)
    pending = pending.subarray(head + 4 + length)
    return message
  }
}

function webSocket(transport: 'WS' | 'WSS', box: HostPort): ClientSocket {
  let listener: Listener = () => {}
  let closed = false
  let socket: WebSocket | undefined
  return {
    bind: async () => {
      const scheme = transport.toLowerCase()
      socket = new WebSocket(`${scheme}://${formatHostPort(box)}`, ['sip'], { rejectUnauthorized: false })
      socket.on('message', (data: Buffer) => listener(data, box))
      socket.on('close', () => {
        closed = true
      })
      await once(socket, 'open')
      socket.on('error', () => {
        closed = true
      })
      // RFC 7118 section 5: a browser knows no address of its own.
      return { address: '192.0.2.7', port: 5060 }
    },
    send: async (bytes) => socket!.send(bytes, { binary: false }),
    onDatagram: (one) => {
      listener = one
    },
    close: async () => {
      if (!socket || closed) return
      socket.terminate()
      await once(socket, 'close')
    },
    breakOff: () => socket?.terminate(),
    get closed() {
      return closed
    },
    get stream() {
      return socket
    },
  }
}
