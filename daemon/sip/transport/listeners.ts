// Listening for connections: TCP and TLS give streams, WS and WSS give WebSockets of sub-protocol `sip` (RFC 7118).
import { createServer, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer, type SecureContextOptions, type TlsOptions } from 'node:tls'
import { formatHostPort, type HostPort } from '../wire/host-port.ts'
import type { TransportName } from './hop.ts'
import { type Pipe, type PipeUser, remoteOf, streamPipe } from './pipe.ts'

export type ConnectionTransport = Exclude<TransportName, 'UDP'>

export interface ListenerUser {
  /** Before anything is done for it: false, and it is closed without a word. */
  admits(host: string): boolean
  accepted(from: HostPort, makePipe: (user: PipeUser) => Pipe): void
  /** Of the listening socket itself. */
  failed(fault: Error): void
}

export interface Listener {
  bound: HostPort
  /** For connections from now on. Without TLS: nothing. */
  useCertificate(context: SecureContextOptions): void
  /** Stops listening. Connections that were handed over are their owner's to close. */
  close(): Promise<void>
}

const handshakeMs = 10_000
/** Sockets whose handshake is not over included. */
const maxSockets = 2400
const maxSocketsPerHost = 300

export async function listenFor(
  transport: ConnectionTransport,
  at: HostPort,
  context: SecureContextOptions | undefined,
  user: ListenerUser,
): Promise<Listener> {
  const secure = transport === 'TLS' || transport === 'WSS'
  const tls: TlsOptions = { ...context, handshakeTimeout: handshakeMs, requestCert: context?.ca !== undefined }
  const handOver = (socket: Socket) => {
    const from = remoteOf(socket)
    if (from && user.admits(from.address)) user.accepted(from, (pipeUser) => streamPipe(socket, pipeUser))
    else socket.destroy()
  }
  let server: Server
  let stopWebSockets = () => {}
  switch (transport) {
    case 'TCP':
      server = createServer(handOver)
      break
    case 'TLS':
      server = createTlsServer(tls, handOver)
      break
    default: {
      // Loaded when it is used: most boxes have no phones in browsers.
      const { createWebServer } = await import('./web-sockets.ts')
      const web = createWebServer(secure ? tls : undefined, handshakeMs, user)
      server = web.server
      stopWebSockets = web.stopWebSockets
    }
  }
  server.maxConnections = maxSockets
  if (transport !== 'TCP') turnAwayEarly(server, user)
  await bind(server, transport, at)
  server.on('error', (fault) => user.failed(fault))
  const bound = server.address()
  return {
    bound: typeof bound === 'object' && bound ? { address: bound.address, port: bound.port } : at,
    useCertificate: (renewed) => {
      if ('setSecureContext' in server && typeof server.setSecureContext === 'function')
        server.setSecureContext(renewed)
    },
    close: () =>
      new Promise((resolve) => {
        stopWebSockets()
        server.close(() => resolve())
      }),
  }
}

/** A banned host gets no handshake, and none may keep so many waiting that others get none. */
function turnAwayEarly(server: Server, user: ListenerUser): void {
  const open = new Map<string, number>()
  server.prependListener('connection', (socket: Socket) => {
    const from = remoteOf(socket)
    const count = (from && open.get(from.address)) ?? 0
    if (!from || count >= maxSocketsPerHost || !user.admits(from.address)) {
      socket.destroy()
      return
    }
    open.set(from.address, count + 1)
    socket.once('close', () => {
      const left = (open.get(from.address) ?? 1) - 1
      if (left > 0) open.set(from.address, left)
      else open.delete(from.address)
    })
  })
  // Handshakes that fail are the far end's affair, and would otherwise be thrown.
  server.on('tlsClientError', (_fault: Error, socket: Socket) => socket.destroy())
  server.on('clientError', (_fault: Error, socket: Socket) => socket.destroy())
}

function bind(server: Server, transport: TransportName, at: HostPort): Promise<void> {
  return new Promise((resolve, reject) => {
    const refused = (fault: Error) => {
      const what = `SIP cannot listen on ${transport} ${formatHostPort(at)}: ${fault.message}.`
      reject(new Error(`${what} Free the port, or set another under sip in the configuration.`, { cause: fault }))
    }
    server.once('error', refused)
    // Each family by itself: `::` and `0.0.0.0` may both be listened on.
    server.listen({ host: at.address, port: at.port, ipv6Only: true }, () => {
      server.off('error', refused)
      resolve()
    })
  })
}
