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

/** What a box has not, and why: flows are written to do without it, so the checker warns, and the error branch is taken. */
export const absentAbilities: ReadonlyMap<keyof FlowAbilities, string> = new Map([
  ['invokeHook', 'unless a function is declared under hooks in functions.yaml'],
  ['showView', 'there is no agent workspace to show a view in'],
  ['setChatProcessor', 'there is no chat whose messages could be processed'],
  ['loadContactContent', 'there is no e-mail to load'],
  ['setMediaStreaming', 'there is no stream to send audio to'],
  ['fetchPrompt', 'unless its source is declared in voice.yaml'],
])
