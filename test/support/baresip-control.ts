// Remote control of baresip: its ctrl_tcp module speaks JSON in netstrings, responses and events on one connection.
import { connect, type Socket } from 'node:net'
import { Feed, until, within } from './wait.ts'

/** As baresip tells it; `type` is e.g. CALL_INCOMING, CALL_ESTABLISHED, CALL_CLOSED, REGISTER_OK, CALL_DTMF_START. */
export interface BaresipEvent {
  type: string
  class?: string
  peeruri?: string
  id?: string
  param?: string
}

interface Response {
  ok: boolean
  data: string
}

export class BaresipControl {
  readonly events = new Feed<BaresipEvent>()
  readonly #socket: Socket
  readonly #waiting = new Map<string, (response: Response) => void>()
  #received = Buffer.alloc(0)
  #nextToken = 1

  private constructor(socket: Socket) {
    this.#socket = socket
    socket.on('data', (bytes: Buffer | string) => this.#take(typeof bytes === 'string' ? Buffer.from(bytes) : bytes))
    // A lost connection shows in whatever is awaited next.
    socket.on('error', () => socket.destroy())
  }

  /** Connects as soon as the program listens. */
  static async connect(port: number, alive: () => void): Promise<BaresipControl> {
    const socket = await until(
      `baresip to listen for commands on port ${port}`,
      () => {
        alive()
        return new Promise<Socket | undefined>((resolve) => {
          const attempt = connect(port, '127.0.0.1')
          attempt.once('connect', () => resolve(attempt))
          attempt.once('error', () => resolve(undefined))
        })
      },
      { withinMs: 10_000 },
    )
    return new BaresipControl(socket)
  }

  /** Resolves with what the command printed; rejects when baresip refuses it. */
  async command(command: string, params = ''): Promise<string> {
    const token = String(this.#nextToken++)
    const answered = new Promise<Response>((resolve) => this.#waiting.set(token, resolve))
    const json = JSON.stringify({ command, params, token })
    this.#socket.write(`${Buffer.byteLength(json)}:${json},`)
    try {
      const response = await within(`baresip to answer the command ${command}`, answered)
      if (!response.ok) throw new Error(`baresip refused ${command} ${params}: ${response.data}`)
      return response.data
    } finally {
      this.#waiting.delete(token)
    }
  }

  close(): void {
    this.#socket.destroy()
  }

  #take(bytes: Buffer): void {
    this.#received = Buffer.concat([this.#received, bytes])
    for (;;) {
      const colon = this.#received.indexOf(':')
      if (colon < 0) return
      const length = Number(this.#received.toString('latin1', 0, colon))
      const end = colon + 1 + length
      if (!(length >= 0) || this.#received.length <= end) return
      const message: unknown = JSON.parse(this.#received.toString('utf8', colon + 1, end))
      this.#received = this.#received.subarray(end + 1)
      this.#dispatch(message as Record<string, unknown>)
    }
  }

  #dispatch(message: Record<string, unknown>): void {
    if (message.event === true) this.events.push(message as unknown as BaresipEvent)
    else if (message.response === true)
      this.#waiting.get(String(message.token))?.({ ok: message.ok === true, data: String(message.data ?? '') })
  }
}
