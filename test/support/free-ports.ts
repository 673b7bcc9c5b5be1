// Ports of 127.0.0.1 for programs that must be told theirs. The kernel picks; what it picked is free at that moment.
import { createSocket } from 'node:dgram'
import { createServer, type Server } from 'node:net'

function listenTcp(port: number): Promise<Server | undefined> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(undefined))
    server.listen(port, '127.0.0.1', () => resolve(server))
  })
}

function udpIsFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createSocket('udp4')
    socket.once('error', () => resolve(false))
    socket.bind(port, '127.0.0.1', () => socket.close(() => resolve(true)))
  })
}

/** The first of `count` ports in a row that are free for both TCP and UDP. */
export async function freePorts(count = 1): Promise<number> {
  for (let attempt = 0; attempt < 50; attempt++) {
    const servers: Server[] = []
    const first = await listenTcp(0)
    if (!first) continue
    servers.push(first)
    const bound = first.address()
    const base = typeof bound === 'object' && bound ? bound.port : 0
    let free = base > 0 && base + count <= 65536 && (await udpIsFree(base))
    for (let port = base + 1; free && port < base + count; port++) {
      const server = await listenTcp(port)
      if (server) servers.push(server)
      free = server !== undefined && (await udpIsFree(port))
    }
    await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))))
    if (free) return base
  }
  throw new Error(`there are no ${count} free ports in a row`)
}
