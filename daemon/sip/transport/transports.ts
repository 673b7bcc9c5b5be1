// Everything SIP travels by: UDP sockets, listeners and connections, each a numbered way. Above, a message is bytes and
// a hop.
//
//   UDP socket ─────────────────┐
//   TCP, TLS ── stream framer ──┼─ way ─▶ received(bytes, hop)      send(bytes, hop) ─▶ way, or a new connection
//   WS, WSS ────────────────────┘
import { isIP, isIPv6, connect as tcpConnect } from 'node:net'
import { type SecureContextOptions, connect as tlsConnect } from 'node:tls'
import type { Clock } from '../../clock.ts'
import type { Counters } from '../../counters.ts'
import type { Log } from '../../log/log.ts'
import { formatHostPort, type HostPort } from '../wire/host-port.ts'
import { Certificates, type TlsFiles } from './certificates.ts'
import { type ConnectionLimits, Connections, defaultConnectionLimits } from './connections.ts'
import { type Hop, plainAddress, type TransportName, transportOf } from './hop.ts'
import { type ConnectionTransport, type Listener, listenFor } from './listeners.ts'
import { LocalAddresses } from './local-address.ts'
import { streamPipe } from './pipe.ts'
import { type DatagramSocket, UdpSocket } from './udp-socket.ts'

export interface Listen extends HostPort {
  transport: TransportName
}

export interface TransportsUser {
  /** The bytes are the listener's to keep. */
  received(bytes: Uint8Array, from: Hop): void
  /** A connection is gone: what was under way over it must not be waited for. */
  lost(way: number, reason: string): void
  /** False: the host gets no connection and no hearing. */
  admits(host: string): boolean
}

export interface TransportsOptions {
  /** The first one's address and port are what a peer is told when nothing fits better. */
  listens: readonly Listen[]
  tls?: TlsFiles | undefined
  advertisedAddress?: string | undefined
  clock: Clock
  counters: Counters
  log: Log
  user: TransportsUser
  limits?: Partial<ConnectionLimits> | undefined
  /** In the place of UDP sockets, for tests. */
  udpSocket?: (() => DatagramSocket) | undefined
}

/** For a next address there must be time left (RFC 3263 section 4.3). */
const connectMs = 4000

interface Opened {
  listen: Listen
  locals: LocalAddresses
  way: number
  socket?: DatagramSocket
  listener?: Listener
}

export class Transports {
  readonly #options: TransportsOptions
  readonly #connections: Connections
  readonly #certificates: Certificates | undefined
  readonly #opened: Opened[] = []
  /** UDP sockets by way. */
  readonly #sockets = new Map<number, Opened>()
  /** What connections were accepted by, to know which of our addresses they know us under. */
  readonly #acceptedBy = new Map<number, Opened>()
  #nextWay = 1

  constructor(options: TransportsOptions) {
    const { clock, counters, log } = options
    this.#options = options
    this.#connections = new Connections({
      clock,
      counters,
      limits: { ...defaultConnectionLimits, ...options.limits },
      user: {
        received: (bytes, from) => options.user.received(bytes, from),
        lost: (way, reason) => {
          this.#acceptedBy.delete(way)
          options.user.lost(way, reason)
        },
      },
    })
    this.#certificates =
      options.tls &&
      new Certificates({
        files: options.tls,
        clock,
        changed: (context) => {
          counters.count('certificatesRenewed')
          log.info({ file: options.tls?.certificateFile }, 'sip certificate renewed')
          for (const { listener } of this.#opened) listener?.useCertificate(context)
        },
        failed: (fault) => {
          counters.count('certificatesRefused')
          log.error({ fault: fault.message }, 'sip certificate not renewed, the old one stays')
        },
      })
  }

  /** Rejects, with nothing left open, with a message that names the address that can't be had. */
  async start(): Promise<Listen[]> {
    try {
      const context = await this.#certificates?.load()
      for (const listen of this.#options.listens) this.#opened.push(await this.#open(listen, context))
    } catch (fault) {
      await this.stop()
      throw fault
    }
    return this.#opened.map(({ listen }) => listen)
  }

  async stop(): Promise<void> {
    this.#certificates?.stop()
    this.#connections.stop()
    const opened = this.#opened.splice(0)
    this.#sockets.clear()
    await Promise.all(opened.flatMap(({ socket, listener }) => [socket?.close(), listener?.close()]))
  }

  get connections(): number {
    return this.#connections.size
  }

  reloadCertificates(): Promise<void> {
    return this.#certificates?.reload() ?? Promise.resolve()
  }

  /** Whether what is sent there can still arrive: a connection that is gone is not replaced by another. */
  isOpen(hop: Hop): boolean {
    return hop.way === undefined || this.#sockets.has(hop.way) || this.#connections.isOpen(hop.way)
  }

  /** The hop with its way: the connection there is to it, or a new one. UDP hops are as they are. */
  reach(hop: Hop): Hop {
    const transport = transportOf(hop)
    if (transport === 'UDP' || hop.way !== undefined) return hop
    const found = this.#connections.find(hop)
    if (found) return found
    if (transport === 'WS' || transport === 'WSS') return hop
    return this.#connect({ ...hop, transport, way: this.#nextWay++ })
  }

  send(bytes: Uint8Array, to: Hop): Promise<void> {
    const hop = this.reach(to)
    if (transportOf(hop) !== 'UDP') {
      if (hop.way !== undefined) return this.#connections.send(bytes, hop.way)
      return Promise.reject(new Error(`Nothing is connected by ${hop.transport} from ${formatHostPort(hop)}.`))
    }
    const opened = (hop.way === undefined ? undefined : this.#sockets.get(hop.way)) ?? this.#udpFor(hop)
    return opened?.socket?.send(bytes, hop) ?? Promise.reject(new Error('SIP listens on no UDP socket of that family.'))
  }

  /** What a peer is told for us: address and port of the transport it is spoken to by. */
  localFor(hop: Hop): Listen {
    const transport = transportOf(hop)
    const opened = this.#openedFor(hop)
    return {
      transport,
      address: opened?.locals.for(hop.address) ?? hop.address,
      port: opened?.listen.port ?? this.#options.listens[0]?.port ?? 0,
    }
  }

  /** Our addresses, in the order of the configuration. */
  get homes(): { address: string; locals: LocalAddresses }[] {
    return this.#opened.map(({ listen, locals }) => ({ address: listen.address, locals }))
  }

  /** Who speaks from this hop has proved who they are. */
  trust(hop: Hop, aliasPort?: number): void {
    if (hop.way === undefined || this.#sockets.has(hop.way)) return
    this.#connections.trust(hop.way)
    if (aliasPort !== undefined) this.#connections.alias(hop.way, aliasPort)
  }

  /** Ends every connection of a host that is not to be heard any more. */
  banish(host: string): void {
    this.#connections.closeHost(host, 'Banned')
  }

  async #open(listen: Listen, context: SecureContextOptions | undefined): Promise<Opened> {
    const { clock, user } = this.#options
    const locals = new LocalAddresses(() => clock.monotonicMs(), {
      bound: listen.address,
      advertised: this.#options.advertisedAddress,
    })
    const way = this.#nextWay++
    const { transport } = listen
    if (transport !== 'UDP') {
      const opened: Opened = { listen, locals, way }
      const listener = await listenFor(transport, listen, context, {
        admits: (host) => user.admits(host) && this.#connections.hasRoom(host),
        accepted: (from, makePipe) => {
          const accepted = { ...from, transport, way: this.#nextWay++ }
          this.#acceptedBy.set(accepted.way, opened)
          this.#connections.add(accepted, false, makePipe)
        },
        failed: (fault) => this.#tellFault(fault),
      })
      return Object.assign(opened, { listener, listen: { ...listen, port: listener.bound.port } })
    }
    const socket = this.#options.udpSocket?.() ?? new UdpSocket((fault) => this.#tellFault(fault))
    socket.onDatagram((datagram, source) => {
      const address = plainAddress(source.address)
      if (user.admits(address)) user.received(datagram, { address, port: source.port, transport: 'UDP', way })
    })
    const bound = await socket.bind(listen)
    const opened: Opened = { listen: { ...listen, port: bound.port }, locals, way, socket }
    this.#sockets.set(way, opened)
    return opened
  }

  #connect(hop: Hop & { transport: ConnectionTransport; way: number }): Hop {
    if (!this.#connections.hasRoom(hop.address)) return hop
    const { clock, log } = this.#options
    const to = { host: hop.address, port: hop.port }
    const certified = hop.serverName ?? hop.address
    const socket =
      hop.transport === 'TLS'
        ? // RFC 6066 section 3: no literal address as server name.
          tlsConnect({ ...to, minVersion: 'TLSv1.2', ...(isIP(certified) === 0 ? { servername: certified } : {}) })
        : tcpConnect(to)
    const timer = clock.after(connectMs, () => this.#connections.close(hop.way, 'Unreachable'))
    // A refusal is one of many reasons: of a certificate that is not the far end's, nothing else would tell.
    const told = (fault: Error) =>
      log.warn({ transport: hop.transport, to: formatHostPort(hop), fault: fault.message }, 'sip connection failed')
    socket.once('error', told)
    socket.once(hop.transport === 'TLS' ? 'secureConnect' : 'connect', () => {
      timer.cancel()
      socket.off('error', told)
    })
    socket.once('close', () => timer.cancel())
    this.#connections.add(hop, true, (user) => streamPipe(socket, user))
    return hop
  }

  #openedFor(hop: Hop): Opened | undefined {
    const by = hop.way === undefined ? undefined : (this.#sockets.get(hop.way) ?? this.#acceptedBy.get(hop.way))
    if (by) return by
    const ofFamily = this.#opened.filter(({ listen }) => isIPv6(listen.address) === isIPv6(hop.address))
    return ofFamily.find(({ listen }) => listen.transport === transportOf(hop)) ?? ofFamily[0] ?? this.#opened[0]
  }

  #udpFor(hop: Hop): Opened | undefined {
    return [...this.#sockets.values()].find(({ listen }) => isIPv6(listen.address) === isIPv6(hop.address))
  }

  #tellFault(fault: Error): void {
    this.#options.counters.count('socketFaults')
    this.#options.log.error({ fault: fault.message }, 'sip socket fault')
  }
}
