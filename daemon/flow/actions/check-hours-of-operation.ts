// Check hours of operation: open or closed now, by the named hours, else by those of the working queue.
import type { ActionDefinition } from '../action.ts'
import { checkBranches, checkKnown } from './checks.ts'
import { inboundQueueAndTransfer } from './flow-types.ts'
import { failed } from './outcomes.ts'

export const checkHoursOfOperation: ActionDefinition = {
  type: 'CheckHoursOfOperation',
  blockName: 'CheckHoursOfOperation',
  flowTypes: inboundQueueAndTransfer,
  channels: 'all',
  needsParticipant: false,
  terminal: false,

  check(action, report) {
    checkKnown(action, report, ['HoursOfOperationId'])
    checkBranches(action, report, { errors: ['NoMatchingError'], conditions: ['True', 'False'] })
  },

  run({ parameters, host }) {
    let hoursId: string | undefined
    if (parameters.has('HoursOfOperationId')) {
      hoursId = parameters.resource('HoursOfOperationId', 'hours')
      if (hoursId === undefined)
        return failed(`there are no hours ${parameters.text('HoursOfOperationId') ?? '(no data)'}`)
    }
    const open = host.isOpen(hoursId)
    if (open === undefined) return failed('there are no hours to go by: no working queue')
    return { to: 'condition', value: open ? 'True' : 'False' }
  },
}
