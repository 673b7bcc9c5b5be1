// Where a REFER wants a party to go (RFC 3515 section 2.1), and the call it is to take the place of (RFC 3891). Pure.
import { parseNameAddr } from '../wire/name-addr.ts'
import { decodedUser, parseSipUri } from '../wire/sip-uri.ts'

/** A call, as the party sees it that is to give it up: `toTag` is its own. */
export interface Replaces {
  callId: string
  toTag: string
  fromTag: string
  /** Only while nobody has answered yet. */
  earlyOnly: boolean
}

export interface ReferTo {
  /** User or number, decoded. */
  target: string
  replaces?: Replaces
}

/** Longest user part that is taken for a number or name. */
const longestTarget = 64

/** Undefined: nothing that the box could call. */
export function parseReferTo(value: string): ReferTo | undefined {
  const uriText = parseNameAddr(value)?.uriText ?? value.trim()
  const tel = /^tel:([+0-9*#().-]+)(?:;[^\s<>"?]*)?$/i.exec(uriText)?.[1]
  if (tel !== undefined) return withTarget(tel.replace(/[().-]/g, ''))
  const uri = parseSipUri(uriText)
  if (!uri || (uri.parameters.get('method') ?? 'INVITE').toUpperCase() !== 'INVITE') return undefined
  const wanted = replacesIn(uriText)
  if (wanted === 'malformed') return undefined
  return withTarget(decodedUser(uri), wanted)
}

function withTarget(target: string, replaces?: Replaces): ReferTo | undefined {
  if (target === '' || target.length > longestTarget || /\p{Cc}/u.test(target)) return undefined
  return { target, ...(replaces && { replaces }) }
}

/** `…?Replaces=call-id%3Bto-tag%3Da%3Bfrom-tag%3Db&Require=replaces`; other headers are none of ours. */
function replacesIn(uriText: string): Replaces | 'malformed' | undefined {
  const [, fields = ''] = uriText.split('?', 2)
  const field = fields.split('&').find((one) => /^replaces=/i.test(one))
  if (field === undefined) return undefined
  try {
    return parseReplaces(decodeURIComponent(field.slice(field.indexOf('=') + 1))) ?? 'malformed'
  } catch (fault) {
    if (fault instanceof URIError) return 'malformed'
    throw fault
  }
}

/** The dialog's id as sip.js writes it, on the side of whoever gives the call up. */
export function dialogIdOf({ callId, toTag, fromTag }: Replaces): string {
  return `${callId}${toTag}${fromTag}`
}

/** Value of a Replaces header: `call-id;to-tag=a;from-tag=b;early-only`. */
export function parseReplaces(value: string): Replaces | undefined {
  const [callId = '', ...rest] = value.split(';').map((part) => part.trim())
  const parameters = new Map<string, string>()
  for (const part of rest) {
    const [name = '', text = ''] = part.split('=', 2)
    const key = name.trim().toLowerCase()
    if (parameters.has(key)) return undefined
    parameters.set(key, text.trim())
  }
  const toTag = parameters.get('to-tag')
  const fromTag = parameters.get('from-tag')
  if (callId === '' || /\s/.test(callId) || !toTag || !fromTag) return undefined
  return { callId, toTag, fromTag, earlyOnly: parameters.has('early-only') }
}
