// Wire message → the message object sip.js works on. sip.js's own parser is not used: its generated grammar takes
// about 2 ms a message (measured 2026-11, two-core virtual machine), which would stop the main thread for a call's
// worth of messages, and it drops silently what should be answered 400.
import {
  type IncomingMessage,
  IncomingRequestMessage,
  IncomingResponseMessage,
  NameAddrHeader,
} from 'sip.js/lib/core/index.js'
import { offeredChallenges } from './carrier/core-digest.ts'
import { type NameAddr, parseNameAddr, splitList } from './wire/name-addr.ts'
import { toCoreUri } from './wire/sip-uri.ts'
import { topVia } from './wire/via.ts'
import {
  header,
  headers,
  parseCSeq,
  type WireMessage,
  type WireRequest,
  type WireResponse,
} from './wire/wire-message.ts'

/** `uri` takes the place of the request's own: sip.js answers 404 to every user part but its own. */
export function toCoreRequest(
  request: WireRequest,
  uri: IncomingRequestMessage['ruri'],
): IncomingRequestMessage | undefined {
  const message = new IncomingRequestMessage()
  message.method = request.method
  message.ruri = uri
  return fill(message, request) ? message : undefined
}

export function toCoreResponse(response: WireResponse): IncomingResponseMessage | undefined {
  const message = new IncomingResponseMessage()
  message.statusCode = response.status
  message.reasonPhrase = response.reason
  if (!fill(message, response)) return undefined
  const offered = offeredChallenges(response)
  if (offered) setParsed(message, response.status === 401 ? 'WWW-Authenticate' : 'Proxy-Authenticate', offered)
  return message
}

/** False when a header that sip.js needs is missing or broken. */
function fill(message: IncomingMessage, wire: WireMessage): boolean {
  const via = topVia(wire)
  const cseq = parseCSeq(wire)
  const from = parseNameAddr(header(wire, 'from') ?? '')
  const to = parseNameAddr(header(wire, 'to') ?? '')
  const callId = header(wire, 'call-id')
  if (!via || !cseq || !from?.uri || !to?.uri || callId === undefined || callId === '') return false
  const contacts = headers(wire, 'contact').flatMap(splitList)
  const parsedContacts = contacts.map(parseNameAddr)
  if (contacts.some((text, index) => text !== '*' && !parsedContacts[index]?.uri)) return false

  for (const one of wire.headers) if (!listed.has(one.key)) addHeader(message, one.key, one.value)
  for (const value of headers(wire, 'record-route').flatMap(splitList)) message.addHeader('record-route', value)
  contacts.forEach((text, index) => {
    message.addHeader('contact', text)
    const parsed = parsedContacts[index]
    if (parsed?.uri) message.headers.Contact![index]!.parsed = toCoreNameAddr(parsed)
  })
  message.via = { host: via.host, port: via.port ?? 5060 }
  message.viaBranch = via.branch
  message.callId = callId
  message.cseq = cseq.number
  message.method = cseq.method
  message.from = toCoreNameAddr(from)
  message.fromTag = from.parameters.get('tag') ?? ''
  message.to = toCoreNameAddr(to)
  message.toTag = to.parameters.get('tag') ?? ''
  setParsed(message, 'From', message.from)
  setParsed(message, 'To', message.to)
  setParsed(message, 'Content-Type', mediaType(wire))
  const disposition = header(wire, 'content-disposition')
  if (disposition !== undefined) setParsed(message, 'Content-Disposition', { type: disposition.split(';')[0]!.trim() })
  // A body of unsaid type is no session description, and sip.js would throw at it.
  message.body = mediaType(wire) === '' ? '' : wire.body
  return true
}

const listed = new Set(['record-route', 'contact'])

/** sip.js makes its form of a name (`Call-ID`) anew for each header it is given; of what every message has, it is known. */
const coreNames = new Map(
  ['via', 'from', 'to', 'call-id', 'cseq', 'max-forwards', 'content-type', 'content-length', 'user-agent', 'allow']
    .concat(['supported', 'authorization', 'accept', 'expires'])
    .map((key) => [key, coreNameOf(key)]),
)

function coreNameOf(key: string): string {
  const message = new IncomingRequestMessage()
  message.addHeader(key, '')
  return Object.keys(message.headers)[0]!
}

function addHeader(message: IncomingMessage, key: string, value: string): void {
  const name = coreNames.get(key)
  const others = name === undefined ? undefined : message.headers[name]
  if (name === undefined || others) message.addHeader(key, value)
  else message.headers[name] = [{ raw: value }]
}

/** Type and subtype of the body, lower case, without parameters; empty when not said. */
export function mediaType(message: WireMessage): string {
  return (header(message, 'content-type') ?? '').split(';')[0]!.trim().toLowerCase()
}

function setParsed(message: IncomingMessage, name: string, parsed: unknown): void {
  const first = message.headers[name]?.[0]
  if (first) first.parsed = parsed
}

function toCoreNameAddr(parsed: NameAddr): NameAddrHeader {
  return new NameAddrHeader(toCoreUri(parsed.uri!), parsed.displayName ?? '', parametersOf(parsed))
}

/** sip.js writes a parameter whose value is null without `=`, though its types know only text. */
function parametersOf(parsed: NameAddr): { [name: string]: string } {
  return Object.fromEntries(parsed.parameters) as { [name: string]: string }
}
