// Where a far end says that it can be reached instead (3xx, RFC 3261 section 8.1.3.4): one place after the other, the
// most wanted first, none twice, and not for ever. Pure.
import { parseNameAddr } from '../wire/name-addr.ts'
import { decodedUser, parseSipUri } from '../wire/sip-uri.ts'

export interface RedirectTarget {
  /** Number or user, decoded. */
  user: string
  host: string
  port: number | undefined
}

export interface Redirects {
  queue: readonly RedirectTarget[]
  /** All that was ever called or waits to be. */
  known: readonly string[]
}

/** However long the chain and however many the contacts. */
export const mostRedirects = 5

/** The call as it was first made. */
export function redirectsFrom(first: RedirectTarget): Redirects {
  return { queue: [], known: [keyOf(first)] }
}

/** Contacts of a 3xx go before what was left of an earlier one. */
export function addContacts({ queue, known }: Redirects, contacts: readonly string[]): Redirects {
  const room = mostRedirects + 1 - known.length
  const found = targetsIn(contacts)
  const fresh = found.filter(
    (one, at) => !known.includes(keyOf(one)) && found.findIndex((other) => keyOf(other) === keyOf(one)) === at,
  )
  const taken = fresh.slice(0, Math.max(0, room))
  return { queue: [...taken, ...queue], known: [...known, ...taken.map(keyOf)] }
}

function targetsIn(contacts: readonly string[]): RedirectTarget[] {
  return contacts
    .flatMap((text) => {
      const contact = parseNameAddr(text)
      const uri = parseSipUri(contact?.uriText ?? '')
      const user = uri && decodedUser(uri)
      if (!uri || !user) return []
      const q = Number(contact?.parameters.get('q') ?? 1)
      return [{ target: { user, host: uri.host, port: uri.port }, q: Number.isFinite(q) ? q : 0 }]
    })
    .toSorted((a, b) => b.q - a.q)
    .map(({ target }) => target)
}

function keyOf({ user, host, port }: RedirectTarget): string {
  return `${user}@${host.toLowerCase()}:${port ?? 5060}`
}
