// REGISTER of an authenticated phone → contacts → the 200 that lists them (RFC 3261 section 10.3).
import type { SipAccount } from '../endpoint.ts'
import type { Hop } from '../transport/hop.ts'
import { type NameAddr, parseNameAddr, splitList } from '../wire/name-addr.ts'
import { decodedUser } from '../wire/sip-uri.ts'
import { header, headers, parseCSeq, type WireRequest } from '../wire/wire-message.ts'
import { type BindingRequest, clampExpiresS, maxExpiresS, type Registrations } from './registrations.ts'

export interface RegisterAnswer {
  status: number
  reason: string
  headers: string[]
}

export function register(
  registrations: Registrations,
  request: WireRequest,
  account: SipAccount,
  source: Hop,
  epochMs: number,
): RegisterAnswer {
  const refused = (status: number, reason: string): RegisterAnswer => ({ status, reason, headers: [] })
  const to = parseNameAddr(header(request, 'to') ?? '')?.uri
  if (!to || decodedUser(to) !== account.userName) return refused(403, 'Not your address')
  const cseq = parseCSeq(request)!.number
  const from = { source, callId: header(request, 'call-id')!, cseq }
  const expires = header(request, 'expires')
  if (expires !== undefined && !/^\d{1,10}$/.test(expires)) return refused(400, 'Malformed Expires')

  const contacts = headers(request, 'contact').flatMap(splitList)
  if (contacts.includes('*')) {
    if (contacts.length > 1 || expires !== '0') return refused(400, 'Malformed Contact')
    if (registrations.removeAll(account.userName, from) !== 'done') return refused(500, 'Out of order')
  } else if (contacts.length > 0) {
    const wanted = contacts.map((text) => bindingOf(parseNameAddr(text), expires))
    if (wanted.some((one) => one === undefined)) return refused(400, 'Malformed Contact')
    const outcome = registrations.update(account.userName, wanted as BindingRequest[], from)
    if (outcome === 'outOfOrder') return refused(500, 'Out of order')
    if (outcome === 'tooMany') return refused(403, 'Too many contacts')
  }
  return {
    status: 200,
    reason: 'OK',
    headers: [
      ...registrations
        .bindings(account.userName)
        .map((binding) => `Contact: <${binding.uri}>;expires=${registrations.expiresInS(binding)}`),
      `Date: ${new Date(epochMs).toUTCString()}`,
    ],
  }
}

function bindingOf(contact: NameAddr | undefined, expires: string | undefined): BindingRequest | undefined {
  if (contact?.uri?.scheme !== 'sip' || contact.uri.hasHeaders) return undefined
  const own = contact.parameters.get('expires')
  if (own !== undefined && (own === null || !/^\d{1,10}$/.test(own))) return undefined
  return {
    uri: contact.uriText,
    instance: contact.parameters.get('+sip.instance') ?? undefined,
    expiresS: clampExpiresS(Number(own ?? expires ?? maxExpiresS)),
  }
}
