// Servers on this machine that behave, stall or talk rubbish, as a test tells them to: HTTP, and WebSocket (RFC 6455, as
// much of it as a recogniser's client needs).
import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import type { Duplex } from 'node:stream'

export interface Endpoint {
  url: string
  /** Connections open now: the ledger. */
  connections(): number
  close(): Promise<void>
}

export async function httpEndpoint(
  answer: (request: IncomingMessage, body: Buffer, response: ServerResponse) => void,
): Promise<Endpoint> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => answer(request, Buffer.concat(chunks), response))
  })
  return endpointOf(server, 'http')
}

export interface Peer {
  /** A message from the client: text, or samples. */
  onMessage: (message: string | Buffer) => void
  send(text: string): void
  sendBytes(bytes: Buffer): void
  /** The connection breaks off. */
  cut(): void
  /** Closes it as the protocol has it. */
  close(): void
}

export async function webSocketEndpoint(accept: (peer: Peer) => void): Promise<Endpoint> {
  const server = createServer()
  server.on('upgrade', (request, socket) => {
    const key = createHash('sha1')
      .update(`${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
      .digest('base64')
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${key}\r\n\r\n`,
    )
    socket.on('error', () => socket.destroy())
    accept(peerOf(socket))
  })
  return endpointOf(server, 'ws')
}

async function endpointOf(server: ReturnType<typeof createServer>, scheme: string): Promise<Endpoint> {
  const sockets = new Set<Socket>()
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `${scheme}://127.0.0.1:${port}/speech`,
    connections: () => sockets.size,
    close: () => {
      for (const socket of sockets) socket.destroy()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}

const opcodes = { text: 1, bytes: 2, close: 8 }

function peerOf(socket: Duplex): Peer {
  let pending: Buffer = Buffer.alloc(0)
  const frame = (opcode: number, body: Buffer) => {
    const length =
      body.length < 126 ? Buffer.from([body.length]) : Buffer.from([126, body.length >> 8, body.length & 0xff])
    if (!socket.destroyed) socket.write(Buffer.concat([Buffer.from([0x80 | opcode]), length, body]))
  }
  const peer: Peer = {
    onMessage: () => undefined,
    send: (text) => frame(opcodes.text, Buffer.from(text)),
    sendBytes: (bytes) => frame(opcodes.bytes, bytes),
    cut: () => socket.destroy(),
    close: () => {
      frame(opcodes.close, Buffer.alloc(0))
      socket.end()
    },
  }
  socket.on('data', (chunk: Buffer) => {
    pending = Buffer.concat([pending, chunk])
    for (;;) {
      const taken = takeFrame(pending)
      if (!taken) return
      pending = taken.rest
      if (taken.opcode === opcodes.text) peer.onMessage(taken.body.toString('utf8'))
      else if (taken.opcode === opcodes.bytes) peer.onMessage(taken.body)
      else if (taken.opcode === opcodes.close) peer.close()
    }
  })
  return peer
}

/** A client's frames are masked (RFC 6455 5.3). */
function takeFrame(bytes: Buffer): { opcode: number; body: Buffer; rest: Buffer } | undefined {
  if (bytes.length < 2) return undefined
  const short = bytes[1]! & 0x7f
  const lengthBytes = short === 126 ? 2 : short === 127 ? 8 : 0
  const start = 2 + lengthBytes + 4
  if (bytes.length < start) return undefined
  const length =
    lengthBytes === 0 ? short : lengthBytes === 2 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2))
  if (bytes.length < start + length) return undefined
  const mask = bytes.subarray(start - 4, start)
  const body = Buffer.from(bytes.subarray(start, start + length).map((byte, index) => byte ^ mask[index & 3]!))
  return { opcode: bytes[0]! & 0x0f, body, rest: bytes.subarray(start + length) }
}
