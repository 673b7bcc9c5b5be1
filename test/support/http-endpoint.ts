// An HTTP server on 127.0.0.1 that answers what the test tells it to, and remembers what it was asked.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Asked {
  method: string
  path: string
  headers: IncomingMessage['headers']
  body: string
}

export interface Reply {
  status?: number
  headers?: Record<string, string>
  body?: string
  /** Says nothing until the caller has left. */
  hang?: boolean
}

export class HttpEndpoint {
  readonly asked: Asked[] = []
  /** Connections whose caller left before the answer was whole. */
  left = 0
  readonly #server: Server
  readonly #reply: (asked: Asked, turn: number) => Reply

  private constructor(reply: (asked: Asked, turn: number) => Reply) {
    this.#reply = reply
    this.#server = createServer((request, response) => void this.#serve(request, response))
  }

  /** `turn` counts from 1. */
  static async open(reply: (asked: Asked, turn: number) => Reply): Promise<HttpEndpoint> {
    const endpoint = new HttpEndpoint(reply)
    await new Promise<void>((resolve) => endpoint.#server.listen(0, '127.0.0.1', resolve))
    return endpoint
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise<void>((resolve) => this.#server.close(() => resolve()))
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    response.on('close', () => {
      if (!response.writableFinished) this.left++
    })
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const asked = {
      method: request.method ?? '',
      path: request.url ?? '',
      headers: request.headers,
      body: Buffer.concat(chunks).toString('utf8'),
    }
    this.asked.push(asked)
    const { status = 200, headers = {}, body = '', hang = false } = this.#reply(asked, this.asked.length)
    if (!hang) response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body)
  }
}
