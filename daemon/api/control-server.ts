// The control socket: `scripts/cordboard` and scripts of the house ask here. Methods come from main.ts; this file knows
// connections only.
import { createServer } from 'node:net'
import { type Clock, SystemClock } from '../clock.ts'
import { Counters } from '../counters.ts'
import type { Log } from '../log/log.ts'
import type { AuditLog } from './audit-log.ts'
import { ControlConnection, type ControlMethod } from './control-connection.ts'
import { prepareSocketFile, restrictSocketFile } from './socket-file.ts'

export interface ControlServerOptions {
  path: string
  /** By name. A method gets the `params` as they came, and checks them; it throws ControlError for refusals. */
  methods: Record<string, ControlMethod>
  log: Log
  clock?: Clock
  requestTimeoutMs?: number
  idleTimeoutMs?: number
  maximumConnections?: number
  unreadBytes?: number
  audit?: AuditLog
}

export interface ControlServer {
  /** Rejects with a message that names the mend: another daemon listens, the place is unusable. */
  start(): Promise<void>
  /** Closes every connection and removes the socket. */
  stop(): Promise<void>
  counters(): Record<string, number>
}

const requestsAtOnce = 16

export function createControlServer(options: ControlServerOptions): ControlServer {
  const { path, log } = options
  const maximumConnections = options.maximumConnections ?? 32
  const counters = new Counters()
  const connections = new Set<ControlConnection>()
  const world = {
    methods: new Map(Object.entries(options.methods)),
    clock: options.clock ?? new SystemClock(),
    log,
    counters,
    requestTimeoutMs: options.requestTimeoutMs ?? 10_000,
    idleTimeoutMs: options.idleTimeoutMs ?? 60_000,
    requestsAtOnce,
    unreadBytes: options.unreadBytes ?? 1024 * 1024,
    ...(options.audit && { audit: options.audit }),
  }

  const server = createServer({ allowHalfOpen: true }, (socket) => {
    counters.count('connections')
    if (connections.size >= maximumConnections) {
      counters.count('connectionsRefused')
      const error = {
        code: 'tooManyConnections',
        message: `More than ${maximumConnections} connections are open.`,
        mend: 'Close some, then try again.',
      }
      socket.on('error', () => counters.count('connectionErrors'))
      socket.end(`${JSON.stringify({ id: null, error })}\n`, () => socket.destroy())
      return
    }
    const connection = new ControlConnection(socket, world)
    connections.add(connection)
    socket.on('close', () => connections.delete(connection))
  })

  return {
    async start() {
      await prepareSocketFile(path)
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject)
        server.listen(path, () => {
          server.off('error', reject)
          resolve()
        })
      })
      server.on('error', (err) => log.error({ err, path }, 'control socket failed'))
      restrictSocketFile(path)
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        for (const connection of connections) connection.destroy()
      }),
    counters: () => ({ ...counters.snapshot(), connectionsOpen: connections.size }),
  }
}
