// What a request must be before anything acts on it: RFC 3261 section 8.2 in its order, with the expectations of
// RFC 4475. A pure function from request to refusal.
import { mediaType } from '../core-message.ts'
import { digitTypes } from '../info-digits.ts'
import { allowedMethods } from '../transaction/outgoing-edit.ts'
import { parseNameAddr, splitList } from '../wire/name-addr.ts'
import { parseSipUri } from '../wire/sip-uri.ts'
import { branchCookie, topVia } from '../wire/via.ts'
import { header, headers, parseCSeq, type WireRequest } from '../wire/wire-message.ts'

export interface Refusal {
  status: number
  reason: string
  headers?: readonly string[]
}

/** Methods of the registry that we know and don't allow: 405. Any other word: 501. */
const knownMethods = ['SUBSCRIBE', 'NOTIFY', 'MESSAGE', 'PUBLISH']
const allowed = allowedMethods.split(', ')
const singleHeaders = new Set(['from', 'to', 'call-id', 'cseq', 'max-forwards', 'content-type', 'expires'])
/** What a request of the method may require. */
const supportedExtensions: Readonly<Record<string, readonly string[]>> = {
  INVITE: ['100rel', 'replaces', 'timer'],
  UPDATE: ['timer'],
  REFER: ['norefersub'],
}

export const versionNotSupported: Refusal = { status: 505, reason: 'Version Not Supported' }

/** Undefined: go on. A refusal of an ACK is never sent: the ACK is dropped. */
export function refuse(request: WireRequest): Refusal | undefined {
  if (request.version !== 'SIP/2.0') return versionNotSupported
  return (
    refuseHeaders(request) ??
    refuseMethod(request) ??
    refuseUri(request) ??
    refuseExtensions(request) ??
    refuseBody(request)
  )
}

function bad(reason: string): Refusal {
  return { status: 400, reason }
}

function refuseHeaders(request: WireRequest): Refusal | undefined {
  const repeated = repeatedHeader(request)
  if (repeated !== undefined) return bad(`Multiple ${repeated}`)
  if (!header(request, 'call-id')) return bad('Missing Call-ID')
  const cseq = parseCSeq(request)
  if (!cseq) return bad('Malformed CSeq')
  if (cseq.method !== request.method) return bad('CSeq method does not match')
  const from = parseNameAddr(header(request, 'from') ?? '')
  if (!from) return bad('Malformed From')
  const to = parseNameAddr(header(request, 'to') ?? '')
  if (!to) return bad('Malformed To')
  const hops = header(request, 'max-forwards')
  if (hops !== undefined && (!/^\d{1,10}$/.test(hops) || Number(hops) > 255)) return bad('Malformed Max-Forwards')
  const contacts = headers(request, 'contact').flatMap(splitList)
  const addresses = contacts.map((contact) => (contact === '*' ? undefined : parseNameAddr(contact)))
  if (contacts.some((contact, index) => contact !== '*' && !addresses[index])) return bad('Malformed Contact')
  if (request.method === 'INVITE') {
    if (contacts.length > 1) return bad('Multiple contact')
    if (contacts.length === 0 && !isOldFashioned(request)) return bad('Missing Contact')
    if (addresses.some((address) => !address?.uri) || !from.uri || !to.uri) return bad('Unusable address')
  }
  if (from.uri && to.uri) return undefined
  // What names a foreign scheme is answered like one in the Request-URI; a registrar's addresses are SIP's.
  const isForeign = [from, to].every(({ uri, uriText }) => uri !== undefined || !/^\s*sips?:/i.test(uriText))
  return isForeign && request.method !== 'REGISTER'
    ? { status: 416, reason: 'Unsupported URI Scheme' }
    : bad('Malformed address')
}

/** Of those that may stand once; undefined: none. */
function repeatedHeader({ headers }: WireRequest): string | undefined {
  const seen = new Set<string>()
  for (const { key } of headers) {
    if (!singleHeaders.has(key)) continue
    if (seen.has(key)) return key
    seen.add(key)
  }
  return undefined
}

/** RFC 2543, which knew neither branches nor that an INVITE needs a Contact (RFC 4475 inv2543). */
export function isOldFashioned(request: WireRequest): boolean {
  return !topVia(request)?.branch.startsWith(branchCookie)
}

function refuseMethod(request: WireRequest): Refusal | undefined {
  if (allowed.includes(request.method)) return undefined
  return knownMethods.includes(request.method)
    ? { status: 405, reason: 'Method Not Allowed', headers: [`Allow: ${allowedMethods}`] }
    : { status: 501, reason: 'Not Implemented', headers: [`Allow: ${allowedMethods}`] }
}

function refuseUri(request: WireRequest): Refusal | undefined {
  const uri = parseSipUri(request.uri)
  if (uri?.scheme === 'sip') return uri.hasHeaders ? bad('Headers in Request-URI') : undefined
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):/.exec(request.uri)?.[1]?.toLowerCase()
  return scheme === undefined || scheme === 'sip'
    ? bad('Malformed Request-URI')
    : { status: 416, reason: 'Unsupported URI Scheme' }
}

function refuseExtensions(request: WireRequest): Refusal | undefined {
  if (request.method === 'ACK' || request.method === 'CANCEL') return undefined
  const supported = supportedExtensions[request.method] ?? []
  const required = headers(request, 'require')
    .flatMap(splitList)
    .filter((one) => !supported.includes(one.toLowerCase()))
  return required.length === 0
    ? undefined
    : { status: 420, reason: 'Bad Extension', headers: [`Unsupported: ${required.join(', ')}`] }
}

function refuseBody(request: WireRequest): Refusal | undefined {
  const accepted: readonly string[] = request.method === 'INFO' ? digitTypes : ['application/sdp']
  if (request.method === 'INVITE') {
    const accept = headers(request, 'accept').flatMap(splitList)
    const types = accept.map((one) => one.split(';')[0]!.trim().toLowerCase())
    if (accept.length > 0 && !types.some((one) => ['application/sdp', 'application/*', '*/*'].includes(one)))
      return { status: 406, reason: 'Not Acceptable' }
  }
  if (request.body === '' || !['INVITE', 'UPDATE', 'PRACK', 'INFO', 'ACK'].includes(request.method)) return undefined
  const encoding = header(request, 'content-encoding')
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity')
    return { status: 415, reason: 'Unsupported Media Type', headers: ['Accept-Encoding: identity'] }
  if (accepted.includes(mediaType(request))) return undefined
  return { status: 415, reason: 'Unsupported Media Type', headers: [`Accept: ${accepted.join(', ')}`] }
}
