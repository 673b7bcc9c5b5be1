// Loop: so many times ContinueLooping, once DoneLooping, then from the start. The counter belongs to this block.
import type { ActionDefinition } from '../action.ts'
import { checkBranches, checkKnown, checkNumber } from './checks.ts'
import { failed } from './outcomes.ts'

const maximumCount = 100

export const loop: ActionDefinition = {
  type: 'Loop',
  blockName: 'Loop',
  flowTypes: 'all',
  channels: 'all',
  needsParticipant: false,
  terminal: false,

  check(action, report) {
    checkKnown(action, report, ['LoopCount'])
    checkNumber(action, report, 'LoopCount', { required: true, minimum: 0, maximum: maximumCount })
    checkBranches(action, report, { conditions: ['ContinueLooping', 'DoneLooping'] })
  },

  run({ parameters, state, identifier }) {
    const count = parameters.number('LoopCount')
    if (count === undefined || !Number.isInteger(count) || count < 0 || count > maximumCount)
      return failed(`LoopCount is ${count ?? 'without data'}, not 0 to ${maximumCount}`)
    const done = state.loopCounts.get(identifier) ?? 0
    if (done < count) {
      state.loopCounts.set(identifier, done + 1)
      return { to: 'condition', value: 'ContinueLooping' }
    }
    state.loopCounts.delete(identifier)
    return { to: 'condition', value: 'DoneLooping' }
  },
}
