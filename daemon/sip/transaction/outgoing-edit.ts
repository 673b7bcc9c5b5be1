// What sip.js writes, made true: it knows neither our address and transport nor what we really allow.
import { uriTransport } from '../transport/hop.ts'
import type { Listen } from '../transport/transports.ts'
import { formatHostPort } from '../wire/host-port.ts'
import { header, parseCSeq, type WireMessage, withHeader, withoutHeader } from '../wire/wire-message.ts'

/** Host that sip.js is told it has; stands in Via and Contact until the address for the peer is known. */
export const placeholderHost = 'cordboard.invalid'

/** Methods that are answered by more than 405 or 501. */
export const allowedMethods = 'INVITE, ACK, CANCEL, BYE, OPTIONS, REGISTER, PRACK, UPDATE, INFO, REFER'

/** Extensions of the dialogs we have: told in what begins or refreshes one, and in its 2xx. */
export const dialogExtensions = '100rel, timer, replaces'

export function editOutgoing<M extends WireMessage>(message: M, local: Listen): M {
  let edited = message
  const contact = header(edited, 'contact')
  if (contact?.includes(`@${placeholderHost}`))
    edited = withHeader(edited, 'Contact', contact.replace(`@${placeholderHost}`, `@${placeOf(local)}`))
  if (header(edited, 'allow') !== undefined) edited = withHeader(edited, 'Allow', allowedMethods)
  if (header(edited, 'supported') === '')
    edited = tellsExtensions(edited)
      ? withHeader(edited, 'Supported', dialogExtensions)
      : withoutHeader(edited, 'supported')
  // Of a 2xx whose description was sent before it: sip.js takes an empty body, and gives it a type.
  if (edited.body === '') edited = withoutHeader(edited, 'content-type')
  if (edited.kind === 'request' && header(edited, 'max-forwards') === undefined)
    edited = withHeader(edited, 'Max-Forwards', '70')
  return edited
}

function tellsExtensions(message: WireMessage): boolean {
  if (message.kind === 'request') return message.method === 'INVITE' || message.method === 'UPDATE'
  return parseCSeq(message)?.method === 'INVITE' && message.status > 100 && message.status < 300
}

/** Host, port and transport of a URI that reaches us. */
export function placeOf(local: Listen): string {
  return `${formatHostPort(local)}${uriTransport(local.transport)}`
}
