// The number and its parameters in a SIP or tel URI of a carrier: `sip:+1555;verstat=…@host;user=phone`, `tel:+1555`.
import { type NameAddr, parseNameAddr } from '../wire/name-addr.ts'
import { decodedUser } from '../wire/sip-uri.ts'
import { fromWireText } from '../wire/wire-message.ts'

export interface NumberAddress {
  /** User part without its parameters, escapes decoded; empty when there is none. */
  user: string
  /** Of a SIP URI. */
  host: string | undefined
  displayName: string | undefined
  /** Of the header, the URI and the user part together; names in lower case. */
  parameters: ReadonlyMap<string, string>
}

/** Undefined when the value is no address. */
export function readAddress(value: string): NumberAddress | undefined {
  const parsed = parseNameAddr(value)
  if (!parsed) return undefined
  const written = userOf(parsed)
  if (written === undefined) return undefined
  const [user = '', ...inUser] = written.split(';')
  const parameters = new Map<string, string>()
  for (const [name, text] of [...(parsed.uri?.parameters ?? []), ...parsed.parameters]) parameters.set(name, text ?? '')
  for (const part of inUser) {
    const [name = '', text = ''] = part.split('=', 2)
    if (name !== '') parameters.set(name.toLowerCase(), text)
  }
  const { displayName, uri } = parsed
  return {
    user,
    host: uri?.host,
    displayName: displayName === undefined ? undefined : fromWireText(displayName),
    parameters,
  }
}

function userOf({ uri, uriText }: NameAddr): string | undefined {
  if (uri) return decodedUser(uri)
  return /^tel:([^?]*)/i.exec(uriText)?.[1]
}
