// sip: and sips: URIs (RFC 3261 section 19.1), strictly.
import { URI } from 'sip.js/lib/core/index.js'
import { parseParameters } from './via.ts'

export interface SipUri {
  scheme: 'sip' | 'sips'
  /** As written, escapes included; a `%` that begins no escape (RFC 4475 esc02) is itself escaped. */
  user: string | undefined
  /** Without brackets. */
  host: string
  port: number | undefined
  parameters: Map<string, string | null>
  /** There was a `?…` part: never wanted where we read URIs. */
  hasHeaders: boolean
}

const uriForm =
  /^(sips?):(?:([^\s<>"@]*)@)?(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9._-]+))(?::(\d{1,5}))?((?:;[^\s<>"?]*)?)(\?[^\s<>"]*)?$/i

export function parseSipUri(text: string): SipUri | undefined {
  const match = uriForm.exec(text)
  if (!match) return undefined
  const parameters = parseParameters(match[6] ?? '')
  if (!parameters) return undefined
  const port = match[5] === undefined ? undefined : Number(match[5])
  if (port !== undefined && (port === 0 || port > 65535)) return undefined
  // A password in a URI is deprecated and never ours to keep.
  const user = match[2]?.split(':', 1)[0]
  return {
    scheme: match[1]!.toLowerCase() === 'sips' ? 'sips' : 'sip',
    user: user === undefined || user === '' ? undefined : user.replace(/%(?![0-9A-Fa-f]{2})/g, '%25'),
    host: match[3] ?? match[4]!,
    port,
    parameters,
    hasHeaders: match[7] !== undefined,
  }
}

/** The user part with its escapes decoded, for comparing and for people; bytes that are no UTF-8 become U+FFFD. */
export function decodedUser(uri: SipUri): string {
  const bytes = (uri.user ?? '').replace(/%([0-9A-Fa-f]{2})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  )
  return Buffer.from(bytes, 'latin1').toString('utf8')
}

/** A user part of ours, escaped. */
export function escapeUser(user: string): string {
  return encodeURIComponent(user).replace(/%2B/g, '+')
}

/** The same URI as sip.js keeps it. */
export function toCoreUri(uri: SipUri): URI {
  const host = uri.host.includes(':') ? `[${uri.host}]` : uri.host
  return new URI(uri.scheme, wellFormedEscapes(uri.user ?? ''), host, uri.port, Object.fromEntries(uri.parameters))
}

/** sip.js decodes the user part as UTF-8 whenever it writes the URI, and throws when it isn't. */
function wellFormedEscapes(user: string): string {
  try {
    decodeURIComponent(user)
    return user
  } catch (fault) {
    if (fault instanceof URIError) return encodeURIComponent(user)
    throw fault
  }
}
