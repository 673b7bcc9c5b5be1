// Check queue status, check staffing: one figure of a queue decides.
import type { QueueMetrics } from '../abilities.ts'
import type { ActionDefinition } from '../action.ts'
import { checkBranches, checkChoice, checkKnown, checkWord } from './checks.ts'
import { inboundQueueAndTransfer } from './flow-types.ts'
import { failed, notHere } from './outcomes.ts'
import { readTarget, targetParameters } from './targets.ts'

const figures: ReadonlyMap<string, (of: QueueMetrics) => number> = new Map<string, (of: QueueMetrics) => number>([
  ['NumberOfAgentsAvailable', ({ agents }) => agents.available],
  ['NumberOfAgentsStaffed', ({ agents }) => agents.staffed],
  ['NumberOfAgentsOnline', ({ agents }) => agents.online],
  ['NumberOfContactsInQueue', ({ size }) => size],
  // Nobody waits: nobody has waited any time.
  ['OldestContactInQueueAgeSeconds', ({ oldestContactAgeSeconds }) => oldestContactAgeSeconds ?? 0],
])

export const checkMetricData: ActionDefinition = {
  type: 'CheckMetricData',
  blockName: 'CheckMetricData',
  flowTypes: inboundQueueAndTransfer,
  channels: 'all',
  needsParticipant: false,
  terminal: false,
  needs: 'queueMetrics',

  check(action, report) {
    checkKnown(action, report, ['MetricType', ...targetParameters])
    checkWord(action, report, 'MetricType', [...figures.keys()], { required: true })
    checkChoice(action, report, targetParameters, { required: false })
    const ofAgents = String(action.Parameters.MetricType).startsWith('NumberOfAgents')
    for (const [index, { Condition }] of (action.Transitions.Conditions ?? []).entries()) {
      const { Operator: operator } = Condition
      const path = `Transitions.Conditions.${index}.Condition.Operator`
      if (operator !== 'Equals' && !operator.startsWith('Number'))
        report(path, `${operator} does not compare numbers.`, 'Write Equals or one of the Number operators.')
      else if (ofAgents && (operator !== 'NumberGreaterThan' || Condition.Operands[0] !== '0'))
        report(path, 'Amazon Connect takes only NumberGreaterThan "0" here.', 'Write that.', 'warning')
    }
    checkBranches(action, report, { next: true, errors: ['NoMatchingCondition', 'NoMatchingError'] })
  },

  run({ parameters, host, operandsInMilliseconds }) {
    const type = parameters.text('MetricType') ?? ''
    const figure = figures.get(type)
    if (!figure) return failed(`there is no metric "${type}"`)
    if (!host.queueMetrics) return notHere('tell the metrics of queues')
    const metrics = host.queueMetrics(readTarget(parameters), undefined)
    if (!metrics) return failed('there is no queue to tell the metrics of')
    const seconds = type === 'OldestContactInQueueAgeSeconds' && operandsInMilliseconds
    return { to: 'condition', value: figure(metrics) * (seconds ? 1000 : 1) }
  },
}
