// Return: back to the block that invoked this module, with a result if there is one.
import type { ActionDefinition, Outcome } from '../action.ts'
import { fits } from '../flow-value.ts'
import { checkKnown } from './checks.ts'
import { failed } from './outcomes.ts'

export const endFlowModuleExecution: ActionDefinition = {
  type: 'EndFlowModuleExecution',
  blockName: 'ReturnFromFlowModule',
  flowTypes: ['MODULE'],
  channels: 'all',
  needsParticipant: false,
  terminal: true,

  check(action, report) {
    checkKnown(action, report, ['Result', 'ResultData'])
  },

  run({ parameters }) {
    const outcome: Extract<Outcome, { to: 'return' }> = { to: 'return' }
    const result = parameters.text('Result')
    if (result !== undefined) outcome.result = result
    const resultData = parameters.value('ResultData')
    if (resultData !== undefined && !fits(resultData)) return failed('ResultData has more than 32 KB')
    if (resultData !== undefined) outcome.resultData = resultData
    return outcome
  },
}
