// Set customer queue flow, set hold flow, set whisper flow, set disconnect flow: which flow runs at which event.
import type { ActionDefinition } from '../action.ts'
import { isObject } from '../flow-metadata.ts'
import type { EventHook } from '../host.ts'
import type { ParameterReader } from '../parameters.ts'
import { checkBranches, checkKnown, checkWord } from './checks.ts'
import { failed, next } from './outcomes.ts'

export const hooks: readonly EventHook[] = [
  'CustomerQueue',
  'CustomerHold',
  'AgentHold',
  'AgentWhisper',
  'CustomerWhisper',
  'OutboundWhisper',
  'CustomerRemaining',
  'DefaultAgentUI',
  'DisconnectAgentUI',
  'PauseContact',
  'ResumeContact',
]

/** Parties are held on the telephone only (fact sheet flow-types 10). */
const voiceOnly: readonly EventHook[] = ['CustomerHold', 'AgentHold']

/** Hooks that can be switched off instead of naming a flow. */
const disableable: readonly EventHook[] = ['AgentWhisper', 'CustomerWhisper', 'OutboundWhisper']

export const updateContactEventHooks: ActionDefinition = {
  type: 'UpdateContactEventHooks',
  blockName: 'SetEventHook',
  flowTypes: 'all',
  channels: 'all',
  needsParticipant: false,
  terminal: false,

  check(action, report) {
    checkKnown(action, report, ['EventHooks', 'EventHooksConfiguration'])
    const { EventHooks: named, EventHooksConfiguration: configuration } = action.Parameters
    const keys = isObject(named) ? Object.keys(named) : []
    const configured = isObject(configuration) ? Object.keys(configuration) : []
    if (named !== undefined && keys.length !== 1)
      report('Parameters.EventHooks', 'EventHooks has not exactly one entry.', 'Use one block per event.')
    if (keys.length === 0 && configured.length === 0)
      report('Parameters', 'No event is given.', 'Write EventHooks: {"CustomerQueue": "name of the flow"}.')
    for (const key of keys)
      if (!isHook(key)) report(`Parameters.EventHooks.${key}`, `${key} is no event.`, `Events are ${hooks.join(', ')}.`)
    for (const key of configured) {
      checkWord(action, report, `EventHooksConfiguration.${key}.DisableExecution`, ['true', 'false'], { anyCase: true })
      if (!disableable.some((hook) => hook === key))
        report(`Parameters.EventHooksConfiguration.${key}`, `${key} can not be switched off.`, 'Remove the entry.')
    }
    checkBranches(action, report, { next: true, errors: ['NoMatchingError'] })
  },

  run({ parameters, host }) {
    const named = keysOf(parameters, 'EventHooks')
    const configured = keysOf(parameters, 'EventHooksConfiguration')
    if (named.length > 1 || named.length + configured.length === 0) return failed('not exactly one event is given')
    const unknown = [...named, ...configured].find((key) => !isHook(key))
    if (unknown !== undefined) return failed(`${unknown} is no event`)

    const { channel } = host.contact
    if (channel !== 'VOICE' && named.some((key) => voiceOnly.some((hook) => hook === key)))
      return failed(`nobody is held in the channel ${channel}`)

    const disabled = configured.filter((key) => parameters.flag(`EventHooksConfiguration.${key}.DisableExecution`))
    for (const key of named) {
      if (disabled.includes(key)) continue
      const flowId = parameters.resource(`EventHooks.${key}`, 'flow')
      if (flowId === undefined || !host.setEventHook(key as EventHook, flowId))
        return failed(`there is no flow ${parameters.text(`EventHooks.${key}`) ?? '(no data)'}`)
    }
    for (const key of disabled) host.setEventHook(key as EventHook, undefined)
    return next
  },
}

function isHook(key: string): boolean {
  return hooks.some((hook) => hook === key)
}

function keysOf(parameters: ParameterReader, name: string): string[] {
  const value = parameters.raw(name)
  return isObject(value) ? Object.keys(value) : []
}
