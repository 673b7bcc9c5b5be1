// Branches of sip.js's transactions. It draws them from ten million numbers, so that among a thousand calls at once two
// alike are likely: the second then takes the first one's responses, and the first call never hears that it is over.
// Here they are counted instead. They never leave the box: on the wire stands a branch nobody can guess.
import { ClientTransaction, type OutgoingRequestMessage } from 'sip.js/lib/core/index.js'
import { branchCookie } from './wire/via.ts'

let count = 0

/** For every core of this process, from now on. A CANCEL keeps the branch of its INVITE (RFC 3261 section 9.1). */
export function countBranches(): void {
  Object.defineProperty(ClientTransaction, 'makeId', {
    configurable: true,
    value: (request: OutgoingRequestMessage) =>
      request.method === 'CANCEL' && request.branch ? request.branch : `${branchCookie}${(++count).toString(36)}`,
  })
}
