// Actions of which the service's documents tell little more than the name (fact sheet flow-language 5.5), and the two
// of Voice ID's first edition. They are kept, the checker warns of them, and NoMatchingError is taken.
import type { ActionDefinition } from '../action.ts'
import { failed } from './outcomes.ts'

const types: readonly string[] = [
  'AuthenticateParticipant',
  'CheckSecurityStatus',
  'CreateContact',
  'CreatePersistentContactAssociation',
  'InvokeThirdPartyAction',
  'RouteContactToAgent',
  'SetSecurityBehavior',
  'StartOutboundChatContact',
  'StartOutboundEmailContact',
]

export const knownByName: readonly ActionDefinition[] = types.map((type) => ({
  type,
  blockName: type,
  flowTypes: 'all',
  channels: 'all',
  needsParticipant: false,
  terminal: false,
  knownByNameOnly: true,
  check() {
    // Nothing is known of its parameters.
  },
  run() {
    return failed(`${type} is known to this box by its name only`)
  },
}))
