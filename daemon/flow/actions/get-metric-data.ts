// Get queue metrics: the figures of a queue become `$.Metrics.*`.
import type { QueueMetrics } from '../abilities.ts'
import type { ActionDefinition } from '../action.ts'
import type { FlowObject } from '../flow-value.ts'
import type { Channel } from '../host.ts'
import { checkBranches, checkChoice, checkKnown, checkWord } from './checks.ts'
import { failed, next, notHere } from './outcomes.ts'
import { readTarget, targetParameters } from './targets.ts'

const channels: readonly Channel[] = ['VOICE', 'CHAT', 'TASK']

export const getMetricData: ActionDefinition = {
  type: 'GetMetricData',
  blockName: 'GetMetricData',
  flowTypes: 'all',
  channels: 'all',
  needsParticipant: false,
  terminal: false,
  needs: 'queueMetrics',

  check(action, report) {
    checkKnown(action, report, [...targetParameters, 'QueueChannel'])
    checkChoice(action, report, targetParameters, { required: false })
    checkWord(action, report, 'QueueChannel', ['Voice', 'Chat', 'Task'], { anyCase: true })
    checkBranches(action, report, { next: true, errors: ['NoMatchingError'] })
  },

  run({ parameters, host, state }) {
    const written = parameters.text('QueueChannel')?.toUpperCase()
    const channel = channels.find((one) => one === written)
    if (parameters.has('QueueChannel') && channel === undefined)
      return failed(`there is no channel ${written ?? '(no data)'}`)
    if (!host.queueMetrics) return notHere('tell the metrics of queues')
    const metrics = host.queueMetrics(readTarget(parameters), channel)
    if (!metrics) return failed('there is no queue to tell the metrics of')
    state.results.set('Metrics', metricsResult(metrics))
    return next
  },
}

function metricsResult({ agents, contact, ...queue }: QueueMetrics): FlowObject {
  const count = (of: number): FlowObject => ({ Count: of })
  return {
    Queue: {
      Name: queue.name,
      ARN: queue.arn,
      Size: queue.size,
      OldestContactAge: queue.oldestContactAgeSeconds ?? null,
      EstimatedWaitTime: queue.estimatedWaitSeconds ?? null,
    },
    Agents: {
      Online: count(agents.online),
      Available: count(agents.available),
      Staffed: count(agents.staffed),
      AfterContactWork: count(agents.afterContactWork),
      Busy: count(agents.busy),
      Missed: count(agents.missed),
      NonProductive: count(agents.nonProductive),
    },
    Contact: {
      EstimatedWaitTime: contact?.estimatedWaitSeconds ?? null,
      PositionInQueue: contact?.position ?? null,
    },
  }
}
