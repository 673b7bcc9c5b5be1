// Loop: so many times ContinueLooping, once DoneLooping, then from the start. The counter belongs to this block. A loop
// with a name tells where it stands: `$.Loop.<name>.Index` (from 0), and `.Element` and `.Elements` when it goes
// through a list. How exports write name and list is not published; the keys are taken from the console's words.
import type { ActionDefinition, ActionRun } from '../action.ts'
import { type FlowObject, type FlowValue, isFlowObject } from '../flow-value.ts'
import { checkBranches, checkKnown, checkNumber, isDynamic } from './checks.ts'
import { failed } from './outcomes.ts'

const maximumCount = 100
const listName = 'LoopArray'

export const loop: ActionDefinition = {
  type: 'Loop',
  blockName: 'Loop',
  flowTypes: 'all',
  channels: 'all',
  needsParticipant: false,
  terminal: false,

  check(action, report) {
    checkKnown(action, report, ['LoopCount', 'LoopName', listName])
    const list = action.Parameters[listName]
    if (list === undefined)
      checkNumber(action, report, 'LoopCount', { required: true, minimum: 0, maximum: maximumCount })
    else if (!Array.isArray(list) && !isDynamic(list))
      report(`Parameters.${listName}`, `${listName} is no list.`, 'Write a reference to one, e.g. $.External.items.')
    checkBranches(action, report, { conditions: ['ContinueLooping', 'DoneLooping'] })
  },

  run(run) {
    const { parameters, state, identifier } = run
    const list = parameters.has(listName) ? listOf(parameters.value(listName)) : undefined
    if (parameters.has(listName) && !list)
      return failed(`${listName} is no list, or has more than ${maximumCount} entries`)
    const count = list ? list.length : parameters.number('LoopCount')
    if (count === undefined || !Number.isInteger(count) || count < 0 || count > maximumCount)
      return failed(`LoopCount is ${count ?? 'without data'}, not 0 to ${maximumCount}`)
    const done = state.loopCounts.get(identifier) ?? 0
    if (done < count) {
      state.loopCounts.set(identifier, done + 1)
      tell(run, done, list)
      return { to: 'condition', value: 'ContinueLooping' }
    }
    state.loopCounts.delete(identifier)
    return { to: 'condition', value: 'DoneLooping' }
  },
}

/** A reference in a text of its own (an attribute) may hold the list as JSON. */
function listOf(value: FlowValue | undefined): FlowValue[] | undefined {
  let list: unknown = value
  if (typeof value === 'string') {
    try {
      list = JSON.parse(value)
    } catch {
      return undefined
    }
  }
  return Array.isArray(list) && list.length <= maximumCount ? (list as FlowValue[]) : undefined
}

function tell({ parameters, state }: ActionRun, index: number, list: FlowValue[] | undefined): void {
  const name = parameters.text('LoopName')
  if (!name) return
  const known = state.results.get('Loop')
  const now: FlowObject = list ? { Index: index, Element: list[index] ?? null, Elements: list } : { Index: index }
  state.results.set('Loop', Object.fromEntries([...Object.entries(isFlowObject(known) ? known : {}), [name, now]]))
}
