// SIP over WebSockets (RFC 7118): the web server that browsers' phones connect to, with TLS or without.
import type { IncomingMessage, ServerOptions, ServerResponse } from 'node:http'
import type { Server, Socket } from 'node:net'
import type { TlsOptions } from 'node:tls'
import { WebSocketServer } from 'ws'
import { maxBodyBytes, maxHeadBytes } from '../wire/wire-limits.ts'
import type { ListenerUser } from './listeners.ts'
import { remoteOf, webSocketPipe } from './pipe.ts'

// Not by `import`: that reads every export of node:http, and so loads the client of HTTP/2 and all, 14 MB.
const http = process.getBuiltinModule('node:http')
const https = process.getBuiltinModule('node:https')

/** What is open is the caller's to close; `stopWebSockets` ends handshakes. */
export function createWebServer(
  tls: TlsOptions | undefined,
  handshakeMs: number,
  user: ListenerUser,
): { server: Server; stopWebSockets: () => void } {
  const limits: ServerOptions = { requestTimeout: handshakeMs, headersTimeout: handshakeMs, maxHeaderSize: 8192 }
  const server = tls ? https.createServer({ ...tls, ...limits }, refuseHttp) : http.createServer(limits, refuseHttp)
  return { server, stopWebSockets: takeWebSockets(server, user) }
}

function takeWebSockets(web: Server, user: ListenerUser): () => void {
  const sockets = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: maxHeadBytes + maxBodyBytes,
    handleProtocols: (offered) => offered.has('sip') && 'sip',
  })
  web.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => {
    const from = remoteOf(socket)
    const offered = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((one) => one.trim())
    if (!from || !user.admits(from.address) || !offered.includes('sip')) {
      socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n')
      return
    }
    sockets.handleUpgrade(request, socket, head, (opened) => {
      user.accepted(from, (pipeUser) => webSocketPipe(opened, pipeUser))
    })
  })
  return () => sockets.close()
}

function refuseHttp(_request: IncomingMessage, response: ServerResponse): void {
  response.writeHead(426, { Upgrade: 'websocket', Connection: 'close' }).end()
}
