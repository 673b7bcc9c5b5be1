// Set contact attributes, flow namespace: values that live until the flow is left.
import type { ActionDefinition } from '../action.ts'
import { isObject } from '../flow-metadata.ts'
import { checkBranches, checkKnown, checkMap } from './checks.ts'
import { failed, next } from './outcomes.ts'

/** Characters of keys and values together, as for contact attributes. */
const maximumSize = 32 * 1024

export const updateFlowAttributes: ActionDefinition = {
  type: 'UpdateFlowAttributes',
  blockName: 'SetFlowAttributes',
  flowTypes: 'all',
  channels: 'all',
  needsParticipant: false,
  terminal: false,

  check(action, report) {
    checkKnown(action, report, ['FlowAttributes'])
    checkMap(action, report, 'FlowAttributes')
    const attributes = action.Parameters.FlowAttributes
    if (isObject(attributes))
      for (const [key, value] of Object.entries(attributes))
        if (!isObject(value) || typeof value.Value !== 'string')
          report('Parameters.FlowAttributes', `"${key}" has no Value.`, `Write "${key}": {"Value": "…"}.`)
    checkBranches(action, report, { next: true, errors: ['NoMatchingError'] })
  },

  run({ parameters, state }) {
    const attributes = parameters.raw('FlowAttributes')
    if (!isObject(attributes)) return failed('FlowAttributes is no map')
    const changed = new Map(state.flowAttributes)
    for (const key of Object.keys(attributes)) {
      // A dot would lead into the value instead of naming the key.
      if (/[$.]/.test(key)) return failed(`the key ${key} has a dollar sign or a dot`)
      const value = parameters.text(`FlowAttributes.${key}.Value`)
      changed.set(key, value ?? '')
    }
    let size = 0
    for (const [key, value] of changed) size += key.length + value.length
    if (size > maximumSize) return failed('the flow attributes are over 32 KB in all')
    for (const [key, value] of changed) state.flowAttributes.set(key, value)
    return next
  },
}
