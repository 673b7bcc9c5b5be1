// One connection as the table of connections sees it: a byte stream (TCP, TLS) or a WebSocket (RFC 7118) makes no
// difference there.
import { isUtf8 } from 'node:buffer'
import type { Socket } from 'node:net'
import type { WebSocket } from 'ws'
import type { HostPort } from '../wire/host-port.ts'
import { plainAddress } from './hop.ts'
import { StreamFramer } from './stream-framer.ts'

export interface Pipe {
  /** Resolves when the system took the bytes; rejects when the connection broke before. */
  write(bytes: Uint8Array): Promise<void>
  /** Bytes that the far end has not taken yet. */
  readonly queuedBytes: number
  /** A message has begun and is not complete. */
  readonly midMessage: boolean
  /** Asks the far end for a sign of life, where the transport has a way to. */
  ping(): void
  /** Closes in order, after what is queued. */
  end(): void
  /** Closes at once. */
  destroy(): void
}

export interface PipeUser {
  /** One message. `last`: the far end will make no more sense. */
  received(bytes: Buffer, last: boolean): void
  /** Bytes of any kind came, and were dealt with. */
  stirred(): void
  /** What came is no SIP. */
  spoiled(): void
  /** Told once. */
  closed(reason: string): void
}

const ping = Buffer.from('\r\n\r\n', 'latin1')
const pong = Buffer.from('\r\n', 'latin1')

export function streamPipe(socket: Socket, user: PipeUser): Pipe {
  const framer = new StreamFramer()
  let fault = 'closed by the far end'
  let open = true
  const pipe: Pipe = {
    write: (bytes) =>
      new Promise((resolve, reject) => {
        socket.write(bytes, (error) => (error ? reject(error) : resolve()))
      }),
    get queuedBytes() {
      return socket.writableLength
    },
    get midMessage() {
      return framer.midMessage
    },
    // RFC 3261 section 7.5: everybody passes over line ends between messages. They keep routers' and proxies' idle timers
    // from running out, and who speaks RFC 5626 answers.
    ping: () => void pipe.write(ping).catch((error: Error) => socket.destroy(error)),
    end: () => socket.end(),
    destroy: () => socket.destroy(),
  }
  socket.setNoDelay(true)
  socket.setKeepAlive(true, 60_000)
  socket.on('data', (chunk: Buffer) => {
    for (const piece of framer.push(chunk)) {
      if (!open) return
      if (piece.piece === 'message') user.received(piece.bytes, piece.last)
      else if (piece.piece === 'ping') pipe.write(pong).catch((error: Error) => socket.destroy(error))
      else user.spoiled()
    }
    user.stirred()
  })
  // Half-closed is of no use to SIP: answers could still be sent, but no ACK would come.
  socket.on('end', () => socket.end())
  socket.on('error', (error) => {
    fault = error.message
  })
  socket.on('close', () => {
    open = false
    user.closed(fault)
  })
  return pipe
}

/** RFC 7118 section 5: one WebSocket message is one SIP message, text or binary. */
export function webSocketPipe(socket: WebSocket, user: PipeUser): Pipe {
  let fault = 'closed by the far end'
  const pipe: Pipe = {
    write: (bytes) =>
      new Promise((resolve, reject) => {
        // A text frame must be UTF-8; what a peer wrote and we echo need not be.
        socket.send(bytes, { binary: !isUtf8(bytes) }, (error) => (error ? reject(error) : resolve()))
      }),
    get queuedBytes() {
      return socket.bufferedAmount
    },
    midMessage: false,
    ping: () => socket.ping(),
    end: () => socket.close(1000),
    destroy: () => socket.terminate(),
  }
  socket.on('message', (data: Buffer) => {
    const text = data.length > 4 ? '' : data.toString('latin1')
    if (text === '\r\n\r\n') pipe.write(pong).catch((_error: unknown) => socket.terminate())
    else if (text !== '\r\n') user.received(data, false)
    user.stirred()
  })
  socket.on('pong', () => user.stirred())
  socket.on('ping', () => user.stirred())
  socket.on('error', (error) => {
    fault = error.message
  })
  socket.on('close', () => user.closed(fault))
  return pipe
}

/** Undefined of a socket that is gone already. */
export function remoteOf(socket: Socket): HostPort | undefined {
  const { remoteAddress, remotePort } = socket
  return remoteAddress === undefined || remotePort === undefined
    ? undefined
    : { address: plainAddress(remoteAddress), port: remotePort }
}
