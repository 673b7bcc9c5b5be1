// The topmost Via: who sent a message, in which transaction, and where responses go (RFC 3261 18.2, RFC 3581).
import { type HostPort, sipPort } from './host-port.ts'
import { header, type WireMessage, type WireRequest, withFirstHeader } from './wire-message.ts'

export const branchCookie = 'z9hG4bK'

export interface Via {
  transport: string
  /** As written; IPv6 literals without brackets. */
  host: string
  port: number | undefined
  branch: string
  parameters: Map<string, string | null>
  /** Further values of the same header line, from the comma on. */
  rest: string
}

const sentProtocol = /^SIP\s{0,4}\/\s{0,4}2\.0\s{0,4}\/\s{0,4}([A-Za-z0-9.-]+)[ \t]+/
const sentBy = /^(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9._-]+))(?:[ \t]*:[ \t]*(\d{1,5}))?[ \t]*/

export function parseVia(value: string): Via | undefined {
  const protocol = sentProtocol.exec(value)
  if (!protocol) return undefined
  const afterProtocol = value.slice(protocol[0].length)
  const by = sentBy.exec(afterProtocol)
  if (!by) return undefined
  const tail = afterProtocol.slice(by[0].length)
  const end = unquotedComma(tail)
  const parameters = parseParameters(end < 0 ? tail : tail.slice(0, end))
  if (!parameters) return undefined
  const port = by[3] === undefined ? undefined : Number(by[3])
  if (port !== undefined && (port === 0 || port > 65535)) return undefined
  return {
    transport: protocol[1]!.toUpperCase(),
    host: by[1] ?? by[2]!,
    port,
    branch: parameters.get('branch') ?? '',
    parameters,
    rest: end < 0 ? '' : tail.slice(end),
  }
}

/** What of a broken Via is enough to say so: transport and sent-by. */
export function salvageVia(value: string): Via | undefined {
  const start = /^SIP\s{0,4}\/\s{0,4}\d{1,3}\.\d{1,3}\s{0,4}\/\s{0,4}([A-Za-z0-9.-]+)[ \t]+/.exec(value)
  const by = start && sentBy.exec(value.slice(start[0].length))
  if (!start || !by) return undefined
  const port = by[3] === undefined ? undefined : Number(by[3])
  return {
    transport: start[1]!.toUpperCase(),
    host: by[1] ?? by[2]!,
    port: port === 0 || (port ?? 0) > 65535 ? undefined : port,
    branch: '',
    parameters: new Map(),
    rest: '',
  }
}

export function topVia(message: WireMessage): Via | undefined {
  const value = header(message, 'via')
  return value === undefined ? undefined : parseVia(value)
}

export function formatVia(via: Via): string {
  const host = via.host.includes(':') ? `[${via.host}]` : via.host
  const parameters = [...via.parameters].map(([name, value]) => (value === null ? `;${name}` : `;${name}=${value}`))
  const port = via.port === undefined ? '' : `:${via.port}`
  return `SIP/2.0/${via.transport} ${host}${port}${parameters.join('')}${via.rest}`
}

/** The request with `received`, and `rport` if it was asked for, filled in from where it really came. */
export function stampVia(request: WireRequest, via: Via, source: HostPort): { request: WireRequest; via: Via } {
  const parameters = new Map(via.parameters)
  if (parameters.has('rport')) parameters.set('rport', String(source.port))
  if (via.host !== source.address || parameters.has('rport')) parameters.set('received', source.address)
  else parameters.delete('received')
  const stamped = { ...via, parameters }
  return { request: withFirstHeader(request, 'via', formatVia(stamped)), via: stamped }
}

/**
 * Where responses to a stamped Via go; over a connection (`source.transport` other than UDP) straight back. `maddr` is
 * never followed: it would let a stranger aim us at anybody.
 */
export function responseTarget<H extends HostPort & { transport?: string }>(via: Via, source: H): H {
  const isUdp = (source.transport ?? 'UDP') === 'UDP'
  return via.parameters.has('rport') || !isUdp ? source : { ...source, port: via.port ?? sipPort }
}

/** `;a=b;c` → map; undefined when it is not of that form. Names are lower-cased. */
export function parseParameters(text: string): Map<string, string | null> | undefined {
  const parameters = new Map<string, string | null>()
  let rest = text.trim()
  while (rest !== '') {
    const match = /^;[ \t]*([A-Za-z0-9.!%*_+`'~-]+)(?:[ \t]*=[ \t]*("(?:[^"\\]|\\.)*"|[^\s;,"]+))?[ \t]*/.exec(rest)
    if (!match) return undefined
    const name = match[1]!.toLowerCase()
    if (!parameters.has(name)) parameters.set(name, match[2] ?? null)
    rest = rest.slice(match[0].length)
  }
  return parameters
}

function unquotedComma(text: string): number {
  let quoted = false
  for (let at = 0; at < text.length; at++) {
    const char = text[at]
    if (char === '\\' && quoted) at++
    else if (char === '"') quoted = !quoted
    else if (char === ',' && !quoted) return at
  }
  return -1
}
