// A control server on a socket of its own, and a client that speaks raw lines.
import { mkdtempSync, rmSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Test } from 'tap'
import { type ControlServerOptions, createControlServer } from '../../../daemon/api/control-server.ts'
import type { Log } from '../../../daemon/log/log.ts'

/** A folder whose path is short enough for a socket address; `t.testdir()` is not. */
export function shortFolder(t: Test): string {
  const folder = mkdtempSync(join(tmpdir(), 'cb-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

export async function startServer(t: Test, options: Partial<ControlServerOptions> = {}) {
  const told: string[] = []
  const tell = (_fields: object, message: string) => void told.push(message)
  const log: Log = { debug: tell, info: tell, warn: tell, error: tell }
  const path = options.path ?? join(shortFolder(t), 'control.sock')
  const server = createControlServer({ methods: { ping: () => 'pong' }, log, ...options, path })
  await server.start()
  t.teardown(() => server.stop())
  return { server, path, told }
}

export interface RawClient {
  socket: Socket
  send(text: string | Uint8Array): void
  /** The next answer; undefined when the server closed. */
  next(): Promise<unknown>
}

export function rawClient(t: Test, path: string): RawClient {
  const socket = connect(path)
  // The server may close while we still write; what the test expects then is the end of the lines.
  socket.on('error', () => socket.destroy())
  const lines = createInterface({ input: socket })[Symbol.asyncIterator]()
  t.teardown(() => void socket.destroy())
  return {
    socket,
    send: (text) => void socket.write(text),
    next: async () => {
      const { value, done } = await lines.next()
      return done ? undefined : JSON.parse(value)
    },
  }
}
