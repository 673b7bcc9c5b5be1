// One client of the control socket: splits its lines, runs its requests, writes the answers. Bounded in every
// direction, so that a client that floods, stalls or talks nonsense harms itself only.
import type { Socket } from 'node:net'
import { peerOf } from '../../drivers/native/peer-credentials.ts'
import type { Clock } from '../clock.ts'
import type { Counters } from '../counters.ts'
import type { Log } from '../log/log.ts'
import { type AuditLog, changingMethods, type Origin } from './audit-log.ts'
import { LineSplitter } from './line-splitter.ts'
import {
  ControlError,
  type ControlRequest,
  type ControlResponse,
  maximumRequestBytes,
  maximumResponseBytes,
  parseRequest,
  type RequestId,
} from './protocol.ts'

export type ControlMethod = (params: unknown) => unknown | Promise<unknown>

export interface ConnectionWorld {
  methods: ReadonlyMap<string, ControlMethod>
  clock: Clock
  log: Log
  counters: Counters
  requestTimeoutMs: number
  idleTimeoutMs: number
  requestsAtOnce: number
  /** Bytes of answers that may wait for a client that does not read. */
  unreadBytes: number
  /** Notes requests that change something; absent: nobody wants to know. */
  audit?: AuditLog
}

export class ControlConnection {
  readonly #socket: Socket
  readonly #world: ConnectionWorld
  readonly #splitter = new LineSplitter(maximumRequestBytes)
  readonly #origin: Origin
  #open = 0
  #clientDone = false

  constructor(socket: Socket, world: ConnectionWorld) {
    this.#socket = socket
    this.#world = world
    this.#origin = originOf(socket)
    socket.on('data', (chunk: Buffer) => this.#read(chunk))
    // A shell's `printf … | socat` closes its side first: the answers still go out.
    socket.on('end', () => {
      this.#clientDone = true
      this.#endWhenAnswered()
    })
    socket.on('error', () => world.counters.count('connectionErrors'))
    socket.setTimeout(world.idleTimeoutMs, () => {
      if (this.#open > 0) return
      world.counters.count('idleConnectionsClosed')
      socket.destroy()
    })
  }

  /** Answers go out no more. */
  destroy(): void {
    this.#socket.destroy()
  }

  #read(chunk: Buffer): void {
    if (this.#clientDone) return
    if (this.#splitter.push(chunk, (line) => this.#take(line))) return
    this.#world.counters.count('linesTooLong')
    const message = `A request line is longer than ${maximumRequestBytes} bytes.`
    this.#refuse(null, new ControlError('lineTooLong', message, 'Send shorter lines, each closed by a newline.'))
    this.#clientDone = true
    this.#socket.removeAllListeners('data').resume()
    this.#endWhenAnswered()
  }

  #take(line: string): void {
    if (line.trim() === '') return
    const { counters, requestsAtOnce } = this.#world
    counters.count('requests')
    const request = parseRequest(line)
    if (!request) {
      counters.count('malformedRequests')
      const mend = 'Send one JSON object a line: {"id": 1, "method": "status", "params": {…}}.'
      this.#refuse(null, new ControlError('malformed', 'The line is no request.', mend))
      return
    }
    if (this.#open >= requestsAtOnce) {
      counters.count('requestsRefused')
      const message = `More than ${requestsAtOnce} requests of this connection are under way.`
      this.#refuse(request.id, new ControlError('tooManyRequests', message, 'Wait for answers before asking more.'))
      return
    }
    void this.#run(request)
  }

  async #run(request: ControlRequest): Promise<void> {
    this.#open++
    try {
      const result = (await this.#call(request)) ?? null
      this.#note(request)
      this.#answer({ id: request.id, result })
    } catch (fault) {
      const explained = this.#explain(request.method, fault)
      this.#note(request, explained.message)
      this.#refuse(request.id, explained)
    } finally {
      this.#open--
      this.#endWhenAnswered()
    }
  }

  /** Who changed what. */
  #note({ method, params }: ControlRequest, reason?: string): void {
    if (!changingMethods.has(method)) return
    const outcome = reason === undefined ? 'done' : 'refused'
    this.#world.audit?.write({ method, params, origin: this.#origin, outcome, ...(reason !== undefined && { reason }) })
  }

  async #call(request: ControlRequest): Promise<unknown> {
    const { methods, clock, requestTimeoutMs, counters } = this.#world
    const method = methods.get(request.method)
    if (!method) {
      counters.count('unknownMethods')
      const mend = `Use one of: ${[...methods.keys()].join(', ')}.`
      throw new ControlError('unknownMethod', `There is no method ${JSON.stringify(request.method)}.`, mend)
    }
    const late = Promise.withResolvers<never>()
    const timer = clock.after(requestTimeoutMs, () => {
      counters.count('requestTimeouts')
      const message = `${request.method} did not finish within ${requestTimeoutMs} ms.`
      late.reject(new ControlError('timeout', message, 'Look at the journal, and at the lag in the status.'))
    })
    try {
      return await Promise.race([method(request.params), late.promise])
    } finally {
      timer.cancel()
    }
  }

  /** A fault of the method itself stays in the journal: its words may hold what a client should not read. */
  #explain(method: string, fault: unknown): ControlError {
    if (fault instanceof ControlError) return fault
    this.#world.counters.count('requestsFailed')
    this.#world.log.error({ err: fault, method }, 'control request failed')
    return new ControlError('failed', `${method} failed.`, 'The journal has the reason: journalctl -u cordboard.')
  }

  #refuse(id: RequestId | null, { code, message, mend }: ControlError): void {
    this.#answer({ id, error: { code, message, mend } })
  }

  #answer(response: ControlResponse): void {
    const { counters, unreadBytes } = this.#world
    if (this.#socket.destroyed || !this.#socket.writable) return
    let line = `${JSON.stringify(response)}\n`
    if (Buffer.byteLength(line) > maximumResponseBytes) {
      counters.count('answersTooLong')
      const error = {
        code: 'answerTooLong',
        message: `The answer is longer than ${maximumResponseBytes} bytes.`,
        mend: 'Ask for less at once, e.g. with a limit.',
      }
      line = `${JSON.stringify({ id: response.id, error })}\n`
    }
    if (this.#socket.writableLength > unreadBytes) {
      counters.count('slowClientsClosed')
      this.#socket.destroy()
      return
    }
    this.#socket.write(line)
  }

  #endWhenAnswered(): void {
    if (this.#clientDone && this.#open === 0) this.#socket.end()
  }
}

/** Asked at once: afterwards the other side may be gone. */
function originOf(socket: Socket): Origin {
  // Node tells no descriptor of a socket but through its handle.
  const handle = '_handle' in socket ? socket._handle : undefined
  const fd = typeof handle === 'object' && handle !== null && 'fd' in handle ? handle.fd : undefined
  const peer = typeof fd === 'number' && fd >= 0 ? peerOf(fd) : undefined
  return { from: 'control socket', ...(peer && { uid: peer.uid, pid: peer.pid }) }
}
