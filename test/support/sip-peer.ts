// A scripted SIP phone that does nothing by itself: a test makes it say every word, right or wrong, over a real socket
// or the network in memory. Its digests are computed here, not by the code under test.
import { createHash, randomBytes } from 'node:crypto'
import { type TransportName, uriTransport } from '../../daemon/sip/transport/hop.ts'
import type { DatagramSocket } from '../../daemon/sip/transport/udp-socket.ts'
import type { HostPort } from '../../daemon/sip/wire/host-port.ts'
import { formatHostPort } from '../../daemon/sip/wire/host-port.ts'
import {
  formatWire,
  header,
  headers,
  tagOf,
  type WireHeader,
  type WireMessage,
  type WireRequest,
  type WireResponse,
} from '../../daemon/sip/wire/wire-message.ts'
import { parseWire } from '../../daemon/sip/wire/wire-parse.ts'
import { until } from './wait.ts'

export interface RequestParts {
  callId?: string
  cseq?: number
  fromTag?: string
  toTag?: string
  to?: string
  branch?: string
  /** Further headers, as lines; they replace a header of the same name that the peer would write. */
  lines?: readonly string[]
  body?: string
}

export const plainSdp = (port = 4000, more = ''): string =>
  `v=0\r\no=- 1 1 IN IP4 10.0.0.7\r\ns=-\r\nc=IN IP4 10.0.0.7\r\nt=0 0\r\nm=audio ${port} RTP/AVP 0 8 101\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:101 telephone-event/8000\r\n${more}`

/** The same from a phone that talks to the box by IPv6, where it does. */
export const sdpFrom = ({ box }: SipPeer): string =>
  box.address.includes(':') ? plainSdp().replaceAll('IN IP4 10.0.0.7', 'IN IP6 2001:db8::7') : plainSdp()

export class SipPeer {
  readonly name: string
  /** All that came, oldest first, less what was taken. */
  readonly inbox: WireMessage[] = []
  /** All that ever came. */
  readonly history: WireMessage[] = []
  /** Line ends that came in the place of messages. */
  keepAlives = 0
  /** Called with each message as it comes, for phones that act by themselves. */
  onMessage: (message: WireMessage) => void = () => {}
  readonly #socket: DatagramSocket
  readonly #box: HostPort
  readonly #transport: TransportName
  #at: HostPort = { address: '', port: 0 }
  #cseq = 0

  private constructor(name: string, socket: DatagramSocket, box: HostPort, transport: TransportName) {
    this.name = name
    this.#socket = socket
    this.#box = box
    this.#transport = transport
  }

  static async open(
    name: string,
    socket: DatagramSocket,
    at: HostPort,
    box: HostPort,
    transport: TransportName = 'UDP',
  ): Promise<SipPeer> {
    const peer = new SipPeer(name, socket, box, transport)
    socket.onDatagram((datagram) => {
      if (Buffer.from(datagram).toString('latin1').trim() === '') {
        peer.keepAlives++
        return
      }
      const framed = parseWire(datagram)
      if (framed.outcome !== 'message') throw new Error(`${name} was sent something broken: ${framed.outcome}`)
      peer.inbox.push(framed.message)
      peer.history.push(framed.message)
      peer.onMessage(framed.message)
    })
    peer.#at = await socket.bind(at)
    return peer
  }

  get box(): HostPort {
    return this.#box
  }

  get at(): HostPort {
    return this.#at
  }

  get contact(): string {
    return `<sip:${this.name}@${formatHostPort(this.#at)}${uriTransport(this.#transport)}>`
  }

  close(): Promise<void> {
    return this.#socket.close()
  }

  /** Any bytes. */
  sendRaw(bytes: string | Uint8Array, to: HostPort = this.#box): Promise<void> {
    return this.#socket.send(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes, to)
  }

  send(message: WireMessage): Promise<void> {
    return this.sendRaw(formatWire(message))
  }

  /** A sound request; not sent yet. */
  make(method: string, uri: string, parts: RequestParts = {}): WireRequest {
    const cseq = parts.cseq ?? ++this.#cseq
    const branch = parts.branch ?? `z9hG4bK${randomBytes(8).toString('hex')}`
    const own = [
      `Via: SIP/2.0/${this.#transport} ${formatHostPort(this.#at)};branch=${branch};rport`,
      `From: <sip:${this.name}@box>;tag=${parts.fromTag ?? `${this.name}-tag`}`,
      `To: <${parts.to ?? uri}>${parts.toTag === undefined ? '' : `;tag=${parts.toTag}`}`,
      `Call-ID: ${parts.callId ?? randomBytes(8).toString('hex')}`,
      `CSeq: ${cseq} ${method}`,
      `Contact: ${this.contact}`,
      'Max-Forwards: 70',
      ...(parts.body === undefined ? [] : ['Content-Type: application/sdp']),
    ].map(headerOf)
    const more = (parts.lines ?? []).map(headerOf)
    const kept = own.filter((one) => !more.some((other) => other.key === one.key))
    return { kind: 'request', method, uri, version: 'SIP/2.0', headers: [...kept, ...more], body: parts.body ?? '' }
  }

  /** The request once more with credentials for the challenge, as a new transaction. */
  withCredentials(
    request: WireRequest,
    challenge: WireResponse,
    password: string,
    change: DigestChange = {},
  ): WireRequest {
    const cseq = Number(header(request, 'cseq')!.split(' ')[0]) + 1
    this.#cseq = Math.max(this.#cseq, cseq)
    const authorization = digest({
      challenge: header(challenge, 'www-authenticate')!,
      userName: this.name,
      password,
      method: request.method,
      uri: request.uri,
      ...change,
    })
    const replaced = new Map([
      ['cseq', `${cseq} ${request.method}`],
      [
        'via',
        `SIP/2.0/${this.#transport} ${formatHostPort(this.#at)};branch=z9hG4bK${randomBytes(8).toString('hex')};rport`,
      ],
    ])
    return {
      ...request,
      headers: [
        ...request.headers
          .filter((one) => one.key !== 'authorization')
          .map((one) => ({ ...one, value: replaced.get(one.key) ?? one.value })),
        { name: 'Authorization', key: 'authorization', value: authorization },
      ],
    }
  }

  /** ACK of a final response to an INVITE: in its transaction for a failure, in its own for a 2xx. */
  ack(invite: WireRequest, response: WireResponse, body?: string): Promise<void> {
    const accepted = response.status < 300
    const cseq = Number(header(invite, 'cseq')!.split(' ')[0])
    const branch = /branch=([^;]+)/.exec(header(invite, 'via')!)![1]!
    const ack = this.make('ACK', invite.uri, {
      callId: header(invite, 'call-id')!,
      cseq,
      fromTag: tagOf(invite, 'from'),
      ...(accepted ? {} : { branch }),
      ...(body === undefined ? {} : { body }),
      lines: [`To: ${header(response, 'to')}`],
    })
    return this.send(ack)
  }

  /** A request inside the dialog that our INVITE and the box's 2xx made. */
  inDialog(method: string, invite: WireRequest, response: WireResponse, parts: RequestParts = {}): WireRequest {
    return this.make(method, invite.uri, {
      callId: header(invite, 'call-id')!,
      fromTag: tagOf(invite, 'from'),
      ...parts,
      lines: [`To: ${header(response, 'to')}`, ...(parts.lines ?? [])],
    })
  }

  /** A request inside the dialog that the box's INVITE and our 2xx (with this tag) made. */
  inTheirDialog(method: string, invite: WireRequest, tag: string, parts: RequestParts = {}): WireRequest {
    return this.make(method, `sip:cordboard@${formatHostPort(this.#box)}`, {
      callId: header(invite, 'call-id')!,
      ...parts,
      lines: [`From: ${header(invite, 'to')};tag=${tag}`, `To: ${header(invite, 'from')}`, ...(parts.lines ?? [])],
    })
  }

  /** CANCEL of a request of ours. */
  cancel(invite: WireRequest): Promise<void> {
    const cseq = header(invite, 'cseq')!.replace('INVITE', 'CANCEL')
    const kept = invite.headers.filter((one) => ['via', 'from', 'to', 'call-id', 'max-forwards'].includes(one.key))
    return this.send({
      ...invite,
      method: 'CANCEL',
      headers: [...kept, { name: 'CSeq', key: 'cseq', value: cseq }],
      body: '',
    })
  }

  /** A response to a request of the box; not sent yet. */
  answer(
    request: WireRequest,
    status: number,
    parts: { tag?: string; lines?: readonly string[]; body?: string } = {},
  ): WireResponse {
    const to = header(request, 'to')!
    const tagged = status > 100 && tagOf(request, 'to') === '' ? `${to};tag=${parts.tag ?? `${this.name}-tag`}` : to
    const lines = [
      ...headers(request, 'via').map((via) => `Via: ${via}`),
      `From: ${header(request, 'from')}`,
      `To: ${tagged}`,
      `Call-ID: ${header(request, 'call-id')}`,
      `CSeq: ${header(request, 'cseq')}`,
      `Contact: ${this.contact}`,
      ...(parts.body === undefined ? [] : ['Content-Type: application/sdp']),
    ].map(headerOf)
    const more = (parts.lines ?? []).map(headerOf)
    const kept = lines.filter((one) => !more.some((other) => other.key === one.key))
    return { kind: 'response', status, reason: 'Said', headers: [...kept, ...more], body: parts.body ?? '' }
  }

  respond(request: WireRequest, status: number, parts: Parameters<SipPeer['answer']>[2] = {}): Promise<void> {
    return this.send(this.answer(request, status, parts))
  }

  /** Takes the oldest request of the method out of the inbox. */
  takeRequest(method: string): WireRequest {
    const found = this.inbox.find((one): one is WireRequest => one.kind === 'request' && one.method === method)
    return this.#take(found, method)
  }

  /** Takes the oldest response with the status (to the method, if said). */
  takeResponse(status: number, method?: string): WireResponse {
    const found = this.inbox.find(
      (one): one is WireResponse =>
        one.kind === 'response' &&
        one.status === status &&
        (method === undefined || header(one, 'cseq')!.endsWith(` ${method}`)),
    )
    return this.#take(found, `${status} ${method ?? ''}`)
  }

  /** The same, in real time. */
  nextRequest(method: string): Promise<WireRequest> {
    return until(`${this.name} to receive ${method}`, () => this.takeRequest(method))
  }

  nextResponse(status: number, method?: string): Promise<WireResponse> {
    return until(`${this.name} to receive ${status}`, () => this.takeResponse(status, method))
  }

  /** Requests of the method that came so far, copies included. */
  requests(method: string): WireRequest[] {
    return this.history.filter((one): one is WireRequest => one.kind === 'request' && one.method === method)
  }

  responses(status: number): WireResponse[] {
    return this.history.filter((one): one is WireResponse => one.kind === 'response' && one.status === status)
  }

  #take<M extends WireMessage>(found: M | undefined, what: string): M {
    if (!found) throw new Error(`${this.name} did not receive ${what}; it has ${this.inbox.map(startLine).join(' | ')}`)
    this.inbox.splice(this.inbox.indexOf(found), 1)
    return found
  }
}

export function startLine(message: WireMessage): string {
  return message.kind === 'request'
    ? `${message.method} ${message.uri}`
    : `${message.status} ${header(message, 'cseq')}`
}

function headerOf(line: string): WireHeader {
  const colon = line.indexOf(':')
  const name = line.slice(0, colon)
  return { name, key: name.toLowerCase(), value: line.slice(colon + 1).trim() }
}

export interface DigestChange {
  userName?: string
  nonce?: string
  count?: string
  uri?: string
  /** Leave out qop, as the oldest phones do. */
  plain?: boolean
  /** MD5 when absent. */
  algorithm?: 'MD5' | 'MD5-sess' | 'SHA-256' | 'SHA-256-sess'
}

/** RFC 2617 and RFC 7616, written down a second time. */
export function digest(
  options: { challenge: string; userName: string; password: string; method: string; uri: string } & DigestChange,
): string {
  const field = (name: string) => new RegExp(`${name}="([^"]*)"`).exec(options.challenge)?.[1] ?? ''
  const algorithm = options.algorithm ?? 'MD5'
  const hash = (text: string) =>
    createHash(algorithm.startsWith('MD5') ? 'md5' : 'sha256')
      .update(text)
      .digest('hex')
  const nonce = options.nonce ?? field('nonce')
  const realm = field('realm')
  const cnonce = 'c0ffee'
  const user = hash(`${options.userName}:${realm}:${options.password}`)
  const first = algorithm.endsWith('-sess') ? hash(`${user}:${nonce}:${cnonce}`) : user
  const second = hash(`${options.method}:${options.uri}`)
  const head = `Digest username="${options.userName}", realm="${realm}", nonce="${nonce}", uri="${options.uri}"`
  if (options.plain) return `${head}, response="${hash(`${first}:${nonce}:${second}`)}"`
  const count = options.count ?? '00000001'
  const response = hash(`${first}:${nonce}:${count}:${cnonce}:auth:${second}`)
  return `${head}, response="${response}", algorithm=${algorithm}, qop=auth, nc=${count}, cnonce="${cnonce}"`
}
