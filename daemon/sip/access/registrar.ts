// REGISTER of an authenticated phone → contacts → the 200 that lists them: RFC 3261 section 10.3, with several ways to one
// phone (RFC 5626) and proxies between (RFC 3327).
import type { SipAccount } from '../endpoint.ts'
import type { Hop } from '../transport/hop.ts'
import { type NameAddr, parseNameAddr, splitList } from '../wire/name-addr.ts'
import { decodedUser } from '../wire/sip-uri.ts'
import { header, headers, parseCSeq, type WireRequest } from '../wire/wire-message.ts'
import {
  type Binding,
  type BindingRequest,
  grantedExpiresS,
  maxExpiresS,
  minExpiresS,
  type Registrations,
} from './registrations.ts'

/** On the way of a REGISTER. */
const maxProxies = 8

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
  const refused = (status: number, reason: string, ...lines: string[]): RegisterAnswer => ({
    status,
    reason,
    headers: lines,
  })
  const to = parseNameAddr(header(request, 'to') ?? '')?.uri
  if (!to || decodedUser(to) !== account.userName) return refused(403, 'Not your address')
  const cseq = parseCSeq(request)!.number
  const path = headers(request, 'path').flatMap(splitList)
  if (path.length > maxProxies || path.some((proxy) => !parseNameAddr(proxy)?.uri))
    return refused(400, 'Malformed Path')
  const proxied = headers(request, 'via').flatMap(splitList).length > 1
  const from = { source, callId: header(request, 'call-id')!, cseq, path, proxied }
  const expires = header(request, 'expires')
  if (expires !== undefined && !/^\d{1,10}$/.test(expires)) return refused(400, 'Malformed Expires')

  const contacts = headers(request, 'contact').flatMap(splitList)
  if (contacts.includes('*')) {
    if (contacts.length > 1 || expires !== '0') return refused(400, 'Malformed Contact')
    if (registrations.removeAll(account.userName, from) !== 'done') return refused(500, 'Out of order')
  } else if (contacts.length > 0) {
    const wanted = contacts.map((text) => bindingOf(parseNameAddr(text), expires))
    if (wanted.some((one) => one === undefined)) return refused(400, 'Malformed Contact')
    // RFC 3261 section 10.3 step 7: phones that want less are told how little there is.
    if (wanted.some((one) => one && one.expiresS > 0 && one.expiresS < minExpiresS))
      return refused(423, 'Interval Too Brief', `Min-Expires: ${minExpiresS}`)
    const outcome = registrations.update(account.userName, wanted as BindingRequest[], from)
    if (outcome === 'outOfOrder') return refused(500, 'Out of order')
    if (outcome === 'tooMany') return refused(403, 'Too many contacts')
  }
  const supported = headers(request, 'supported').flatMap(splitList)
  const bindings = registrations.bindings(account.userName)
  const isOutbound = supported.includes('outbound') && bindings.some((binding) => binding.regId !== undefined)
  return {
    status: 200,
    reason: 'OK',
    headers: [
      ...bindings.map((binding) => `Contact: ${contactOf(binding, registrations.expiresInS(binding))}`),
      ...(supported.includes('path') ? path.map((proxy) => `Path: ${proxy}`) : []),
      ...(isOutbound ? ['Require: outbound'] : []),
      `Date: ${new Date(epochMs).toUTCString()}`,
    ],
  }
}

function contactOf({ uri, instance, regId }: Binding, expiresS: number): string {
  const own = [
    ...(instance === undefined ? [] : [`;+sip.instance=${instance}`]),
    ...(regId ? [`;reg-id=${regId}`] : []),
  ]
  return `<${uri}>;expires=${expiresS}${own.join('')}`
}

function bindingOf(contact: NameAddr | undefined, expires: string | undefined): BindingRequest | undefined {
  // Headers in it are kept and listed (RFC 4475 regescrt), and not sent to it: a Request-URI has none.
  if (contact?.uri?.scheme !== 'sip') return undefined
  const own = contact.parameters.get('expires')
  if (own !== undefined && (own === null || !/^\d{1,10}$/.test(own))) return undefined
  const instance = contact.parameters.get('+sip.instance') ?? undefined
  const regId = contact.parameters.get('reg-id') ?? undefined
  if (regId !== undefined && !/^[1-9]\d{0,8}$/.test(regId)) return undefined
  return {
    uri: contact.uriText,
    instance,
    // RFC 5626 section 6: without an instance it means nothing.
    regId: regId === undefined || instance === undefined ? undefined : Number(regId),
    expiresS: grantedExpiresS(Number(own ?? expires ?? maxExpiresS)),
  }
}
