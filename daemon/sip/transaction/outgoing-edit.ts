// What sip.js writes, made true for UDP: it knows neither our address nor what we really allow.
import { formatHostPort, type HostPort } from '../wire/host-port.ts'
import { header, type WireMessage, withHeader, withoutHeader } from '../wire/wire-message.ts'

/** Host that sip.js is told it has; stands in Via and Contact until the address for the peer is known. */
export const placeholderHost = 'cordboard.invalid'

/** Methods that are answered by more than 405 or 501. */
export const allowedMethods = 'INVITE, ACK, CANCEL, BYE, OPTIONS, REGISTER, UPDATE, INFO'

export function editOutgoing<M extends WireMessage>(message: M, local: HostPort): M {
  let edited = message
  const contact = header(edited, 'contact')
  if (contact?.includes(`@${placeholderHost}`))
    edited = withHeader(edited, 'Contact', contact.replace(`@${placeholderHost}`, `@${formatHostPort(local)}`))
  if (header(edited, 'allow') !== undefined) edited = withHeader(edited, 'Allow', allowedMethods)
  if (header(edited, 'supported') === '') edited = withoutHeader(edited, 'supported')
  if (edited.kind === 'request' && header(edited, 'max-forwards') === undefined)
    edited = withHeader(edited, 'Max-Forwards', '70')
  return edited
}
