// `"Display name" <sip:user@host>;tag=…`: the form of From, To and Contact (RFC 3261 section 20.10).
import { parseSipUri, type SipUri } from './sip-uri.ts'
import { parseParameters } from './via.ts'

export interface NameAddr {
  /** Unquoted and unescaped, still wire text. */
  displayName: string | undefined
  /** As written. */
  uriText: string
  uri: SipUri | undefined
  parameters: Map<string, string | null>
}

const bracketed = /^(?:"((?:[^"\\]|\\.)*)"[ \t]*|([A-Za-z0-9.!%*_+`'~ \t-]*))<([^<>]*)>[ \t]*(.*)$/s

export function parseNameAddr(value: string): NameAddr | undefined {
  const match = bracketed.exec(value)
  if (match) {
    const parameters = parseParameters(match[4]!)
    if (!parameters) return undefined
    const displayName = match[1] !== undefined ? match[1].replace(/\\(.)/gs, '$1') : match[2]!.trim()
    return {
      displayName: displayName === '' ? undefined : displayName,
      uriText: match[3]!,
      uri: parseSipUri(match[3]!),
      parameters,
    }
  }
  // Without brackets every parameter is the header's, and `?` and `,` may not stand in the URI.
  const semicolon = value.indexOf(';')
  const uriText = (semicolon < 0 ? value : value.slice(0, semicolon)).trim()
  if (!/^[A-Za-z][A-Za-z0-9+.-]*:[^\s<>",?]+$/.test(uriText)) return undefined
  const parameters = parseParameters(semicolon < 0 ? '' : value.slice(semicolon))
  return parameters && { displayName: undefined, uriText, uri: parseSipUri(uriText), parameters }
}

/** The values of a header that may be a list: split at commas outside quotes and brackets. */
export function splitList(value: string): string[] {
  const parts: string[] = []
  let from = 0
  let quoted = false
  let inBrackets = false
  for (let at = 0; at < value.length; at++) {
    const char = value[at]
    if (quoted) {
      if (char === '\\') at++
      else if (char === '"') quoted = false
    } else if (char === '"') quoted = true
    else if (char === '<') inBrackets = true
    else if (char === '>') inBrackets = false
    else if (char === ',' && !inBrackets) {
      parts.push(value.slice(from, at).trim())
      from = at + 1
    }
  }
  parts.push(value.slice(from).trim())
  return parts.filter((part) => part !== '')
}

/** A display name as a quoted string: control characters gone, quotes and backslashes escaped, 128 chars at most. */
export function quotableName(name: string): string {
  return [...name]
    .slice(0, 128)
    .join('')
    .replace(/\p{Cc}/gu, ' ')
    .replace(/["\\]/g, '\\$&')
}
