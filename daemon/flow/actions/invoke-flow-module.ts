// Invoke module: goes on in a module and comes back here; the module's result chooses the branch.
import type { ActionDefinition } from '../action.ts'
import { isFlowObject } from '../flow-value.ts'
import { checkBranches, checkKnown } from './checks.ts'
import { failed } from './outcomes.ts'

export const invokeFlowModule: ActionDefinition = {
  type: 'InvokeFlowModule',
  blockName: 'InvokeFlowModule',
  flowTypes: 'all',
  channels: 'all',
  needsParticipant: false,
  terminal: false,

  check(action, report) {
    checkKnown(action, report, ['FlowModuleId', 'Input'])
    if (action.Parameters.FlowModuleId === undefined)
      report('Parameters.FlowModuleId', 'FlowModuleId is missing.', 'Name the module.')
    const { Input: input } = action.Parameters
    if (input !== undefined && typeof input !== 'string' && !isFlowObject(input))
      report('Parameters.Input', 'Input is no map of keys and values.', 'Write an object: {"key": "value"}.')
    checkBranches(action, report, { next: true, errors: ['NoMatchingError'] })
  },

  run({ parameters }) {
    const written = parameters.text('FlowModuleId')
    // An id, too, may carry a version or alias behind a colon.
    const unversioned = written?.replace(/:[^:/]*$/, '') ?? ''
    const moduleId = parameters.resource('FlowModuleId', 'flow') ?? parameters.resourceNamed('flow', unversioned)
    if (moduleId === undefined) return failed(`there is no module ${written ?? '(no data)'}`)
    const input = parameters.value('Input') ?? {}
    if (!isFlowObject(input)) return failed('Input is no map')
    return { to: 'module', moduleId, input }
  },
}
