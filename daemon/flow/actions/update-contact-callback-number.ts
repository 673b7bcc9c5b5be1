// Set callback number: where a callback of this contact will go.
import type { ActionDefinition } from '../action.ts'
import { wholeReference } from '../references.ts'
import { checkBranches, checkKnown } from './checks.ts'
import { inboundQueueAndTransfer } from './flow-types.ts'
import { failed } from './outcomes.ts'
import { e164 } from './phone-number.ts'

const invalid = 'InvalidCallbackNumber'
const notDialable = 'CallbackNumberNotDialable'

export const updateContactCallbackNumber: ActionDefinition = {
  type: 'UpdateContactCallbackNumber',
  blockName: 'SetCallbackNumber',
  flowTypes: inboundQueueAndTransfer,
  // Other channels leave by the branch of a number that is none; there is no NoMatchingError.
  channels: 'all',
  needsParticipant: false,
  terminal: false,
  needs: 'setCallbackNumber',

  check(action, report) {
    checkKnown(action, report, ['CallbackNumber'])
    const { CallbackNumber: number } = action.Parameters
    if (typeof number !== 'string' || wholeReference(number) === undefined)
      report('Parameters.CallbackNumber', 'CallbackNumber is no reference.', 'Write e.g. $.StoredCustomerInput.')
    checkBranches(action, report, { next: true, errors: [invalid, notDialable] })
  },

  run({ parameters, host }) {
    if (host.contact.channel !== 'VOICE') return failed(`not for the channel ${host.contact.channel}`, invalid)
    const written = parameters.text('CallbackNumber')
    const number = e164(written)
    if (number === undefined) return failed(`${written ?? '(no data)'} is no number`, invalid)
    if (!host.setCallbackNumber) return failed('this box can not call back from here', notDialable)
    switch (host.setCallbackNumber(number)) {
      case 'set':
        return { to: 'next', result: number }
      case 'invalid':
        return failed(`${number} is no number`, invalid)
      case 'notDialable':
        return failed(`${number} is in a country or has a prefix that may not be called`, notDialable)
    }
  },
}
