// What contacts of this box can do for a flow today: the checker holds blocks against it, contact-abilities.ts has to
// have every one of them.
import type { FlowAbilities } from './abilities.ts'

const abilities = [
  'reportDefect',
  'invokeFunction',
  'startFunction',
  'askBot',
  'queueMetrics',
  'setTargetAgent',
  'setRouting',
  'setRoutingCriteria',
  'dequeueAndTransfer',
  'setCallbackNumber',
  'requestCallback',
  'createTask',
  'transferToThirdParty',
  'transferToAgent',
  'holdParticipants',
  'tagContact',
  'untagContact',
  'updateContactData',
  'setRelatedAttributes',
  'wait',
  'resumeContact',
  'completeOutboundCall',
  'outboundCallStatus',
] as const satisfies readonly (keyof FlowAbilities)[]

export type BoxAbility = (typeof abilities)[number]

export const boxAbilities: ReadonlySet<keyof FlowAbilities> = new Set(abilities)
