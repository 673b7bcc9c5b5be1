// Create task: a piece of work that runs its own flow, now or later; `$.Task.ContactId` tells which.
import type { TaskRequest } from '../abilities.ts'
import type { ActionDefinition } from '../action.ts'
import type { ParameterReader } from '../parameters.ts'
import { ParameterError } from '../resolved-parameters.ts'
import { checkBranches, checkKnown, checkMap, checkNumber } from './checks.ts'
import { readReferences } from './contact-references.ts'
import { failed, notHere, wholeNumber } from './outcomes.ts'

const maximumDelaySeconds = 518_400

export const createTask: ActionDefinition = {
  type: 'CreateTask',
  blockName: 'CreateTask',
  flowTypes: 'all',
  channels: 'all',
  needsParticipant: false,
  terminal: false,
  needs: 'createTask',

  check(action, report) {
    checkKnown(action, report, [
      'ContactFlowId',
      'Name',
      'Description',
      'Attributes',
      'References',
      'DelaySeconds',
      'ScheduledTime',
      'TaskTemplateId',
    ])
    const { Name: name, ContactFlowId: flow, TaskTemplateId: template } = action.Parameters
    if (typeof name !== 'string') report('Parameters.Name', 'Name is missing.', 'Say what is to be done.')
    if (flow === undefined && template === undefined)
      report('Parameters.ContactFlowId', 'ContactFlowId is missing.', 'Name the flow the task runs.')
    if (action.Parameters.Attributes !== undefined) checkMap(action, report, 'Attributes')
    checkNumber(action, report, 'DelaySeconds', { minimum: 1, maximum: maximumDelaySeconds })
    checkBranches(action, report, { next: true, errors: ['NoMatchingError'] })
  },

  run({ parameters, host, state }) {
    if (!host.createTask) return notHere('create tasks')
    const created = host.createTask(taskOf(parameters))
    if (!created.ok) return failed(created.detail)
    state.results.set('Task', { ContactId: created.contactId })
    return { to: 'next', result: created.contactId }
  },
}

function taskOf(parameters: ParameterReader): TaskRequest {
  const name = parameters.text('Name')
  if (!name) throw new ParameterError('Name has no data')
  const task: TaskRequest = { name, attributes: parameters.texts('Attributes'), references: readReferences(parameters) }
  const description = parameters.text('Description')
  if (description !== undefined) task.description = description
  const templateId = parameters.text('TaskTemplateId')
  if (templateId !== undefined) task.templateId = templateId
  if (parameters.has('ContactFlowId')) {
    const flowId = parameters.resource('ContactFlowId', 'flow')
    if (flowId === undefined)
      throw new ParameterError(`there is no flow ${parameters.text('ContactFlowId') ?? '(no data)'}`)
    task.flowId = flowId
  } else if (templateId === undefined) throw new ParameterError('neither a flow nor a template is given')
  const delay = parameters.number('DelaySeconds')
  if (delay !== undefined) task.delaySeconds = wholeNumber(delay, 'DelaySeconds', 1, maximumDelaySeconds)
  const epochSeconds = parameters.number('ScheduledTime')
  if (epochSeconds !== undefined) task.startEpochMs = epochSeconds * 1000
  return task
}
