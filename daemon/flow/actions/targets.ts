// The queue a block is about: `QueueId`, `AgentId` (that agent's personal queue), or neither: the working queue.
import type { QueueTarget } from '../abilities.ts'
import type { ParameterReader } from '../parameters.ts'
import { ParameterError } from '../resolved-parameters.ts'

export const targetParameters: readonly string[] = ['QueueId', 'AgentId']

/** Throws ParameterError when what is named is not there. */
export function readTarget(parameters: ParameterReader): QueueTarget | undefined {
  if (parameters.has('AgentId')) {
    const agentId = parameters.resource('AgentId', 'agent')
    if (agentId === undefined) throw new ParameterError(`there is no agent ${shown(parameters, 'AgentId')}`)
    return { agentId }
  }
  if (!parameters.has('QueueId')) return undefined
  const queueId = parameters.resource('QueueId', 'queue')
  if (queueId === undefined) throw new ParameterError(`there is no queue ${shown(parameters, 'QueueId')}`)
  return { queueId }
}

function shown(parameters: ParameterReader, name: string): string {
  return parameters.text(name) ?? '(no data)'
}
