// The control socket of the simulator: scripts, tests and people at `scripts/rig call` drive callers and faults by it.
import { rmSync } from 'node:fs'
import { createServer, type Server, type Socket } from 'node:net'
import { createInterface } from 'node:readline'
import type { BoardView, ControlAnswer, ControlCommand, ControlEvent, ControlRequest } from './control-messages.ts'

/** The kernel's limit of a socket's path, without the closing zero. */
const pathBytesMax = 107

export interface ControlServer {
  broadcast(event: ControlEvent): void
  close(): Promise<void>
}

/** Rejects, naming the mend, when the socket can't be made. `perform` throws what is wrong with a command. */
export async function openControl(
  path: string,
  perform: (command: ControlCommand) => BoardView,
): Promise<ControlServer> {
  if (Buffer.byteLength(path) > pathBytesMax)
    throw new Error(
      `the control socket's path is longer than ${pathBytesMax} bytes: choose a shorter --device: ${path}`,
    )
  const clients = new Set<Socket>()
  const server = createServer((socket) => {
    clients.add(socket)
    socket.on('close', () => clients.delete(socket))
    // A client that left while it was answered: its own loss.
    socket.on('error', () => socket.destroy())
    createInterface({ input: socket }).on('line', (line) => send(socket, answer(line, perform)))
  })
  rmSync(path, { force: true })
  await listen(server, path)
  return {
    broadcast: (event) => {
      for (const client of clients) send(client, event)
    },
    close: () =>
      new Promise((resolve) => {
        for (const client of clients) client.destroy()
        server.close(() => resolve())
      }),
  }
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(path, resolve)
  })
}

function send(socket: Socket, message: ControlAnswer | ControlEvent): void {
  if (socket.writable) socket.write(`${JSON.stringify(message)}\n`)
}

function answer(line: string, perform: (command: ControlCommand) => BoardView): ControlAnswer {
  let id = 0
  try {
    const request = JSON.parse(line) as ControlRequest
    id = request.id
    return { id, ok: true, view: perform(request) }
  } catch (fault) {
    return { id, ok: false, error: fault instanceof Error ? fault.message : String(fault) }
  }
}
