// Set routing criteria: which agents are wanted, step by step, before any agent will do.
import type { RoutingStep } from '../abilities.ts'
import type { ActionDefinition } from '../action.ts'
import { decimal } from '../decimal.ts'
import { type FlowValue, isFlowObject } from '../flow-value.ts'
import { ParameterError } from '../resolved-parameters.ts'
import { checkBranches, checkKnown, parameterOf } from './checks.ts'
import { inboundAndTransfer } from './flow-types.ts'
import { failed, next, notHere } from './outcomes.ts'

const maximumSteps = 5
const maximumAnd = 8
const maximumOr = 3
const stepsName = 'RoutingCriteria.Steps'
const kinds: readonly string[] = ['AttributeCondition', 'AndExpression', 'OrExpression', 'NotAttributeCondition']

export const updateContactRoutingCriteria: ActionDefinition = {
  type: 'UpdateContactRoutingCriteria',
  blockName: 'SetRoutingCriteria',
  flowTypes: [...inboundAndTransfer, 'CUSTOMER_QUEUE'],
  channels: 'all',
  needsParticipant: false,
  terminal: false,
  needs: 'setRoutingCriteria',

  check(action, report) {
    checkKnown(action, report, ['RoutingCriteria'])
    try {
      stepsOf(parameterOf(action, stepsName) as FlowValue | undefined)
    } catch (fault) {
      if (!(fault instanceof ParameterError)) throw fault
      report(`Parameters.${stepsName}`, `${fault.message}.`, 'Write 1 to 5 steps, each with an Expression.')
    }
    checkBranches(action, report, { next: true, errors: ['NoMatchingError'] })
  },

  run({ parameters, host }) {
    if (!host.setRoutingCriteria) return notHere('look for agents by what they know')
    const done = host.setRoutingCriteria(stepsOf(parameters.value(stepsName)))
    return done ? next : failed('these criteria can not be followed')
  },
}

function stepsOf(value: FlowValue | undefined): RoutingStep[] {
  if (!Array.isArray(value) || value.length === 0) throw new ParameterError('there are no steps')
  if (value.length > maximumSteps) throw new ParameterError(`there are more than ${maximumSteps} steps`)
  return value.map((written) => {
    const expression = isFlowObject(written) ? written.Expression : undefined
    if (!isFlowObject(written) || !isFlowObject(expression)) throw new ParameterError('a step has no Expression')
    checkExpression(expression, 0)
    const expiry = isFlowObject(written.Expiry) ? written.Expiry.DurationInSeconds : undefined
    if (expiry === undefined) return { expression }
    // What is written may be a reference: it is judged when it is known.
    const seconds = decimal(String(expiry))
    if (!(seconds > 0) && !String(expiry).startsWith('$')) throw new ParameterError(`DurationInSeconds is ${expiry}`)
    return { expression, expirySeconds: seconds }
  })
}

function checkExpression(expression: FlowValue, depth: number): void {
  const keys = isFlowObject(expression) ? Object.keys(expression) : []
  const kind = keys[0]
  if (!isFlowObject(expression) || keys.length !== 1 || kind === undefined || !kinds.includes(kind))
    throw new ParameterError(`an expression is not one of ${kinds.join(', ')}`)
  if (!kind.endsWith('Expression')) return
  const parts = expression[kind]
  const maximum = kind === 'AndExpression' ? maximumAnd : maximumOr
  if (!Array.isArray(parts) || parts.length === 0 || parts.length > maximum)
    throw new ParameterError(`${kind} has not 1 to ${maximum} parts`)
  if (kind === 'OrExpression' && depth > 0) throw new ParameterError('OrExpression is not at the top')
  for (const part of parts) checkExpression(part, depth + 1)
}
