// Flow documents for tests, short to write: an action is its type, its parameters and where its branches lead.
import type { Flow } from '../../../daemon/flow/flow.ts'
import { loadFlow } from '../../../daemon/flow/load-flow.ts'
import { createFlowResources, type FlowResources } from '../../../daemon/flow/resources.ts'

export interface Block {
  id: string
  type: string
  parameters?: Record<string, unknown>
  next?: string
  /** Error type to identifier. */
  errors?: Record<string, string>
  /** `Equals` operand to identifier, or operator and operand (`NumberLessThan 4`). */
  conditions?: Record<string, string>
}

export function flowText(blocks: Block[], metadata: Record<string, unknown> = {}): string {
  const actions = blocks.map(({ id, type, parameters = {}, next, errors = {}, conditions = {} }) => ({
    Identifier: id,
    Type: type,
    Parameters: parameters,
    Transitions: {
      ...(next === undefined ? {} : { NextAction: next }),
      Errors: Object.entries(errors).map(([ErrorType, NextAction]) => ({ ErrorType, NextAction })),
      Conditions: Object.entries(conditions).map(([written, NextAction]) => {
        const [, operator = 'Equals', operand = written] = /^([A-Z]\w+) (.*)$/.exec(written) ?? []
        return { NextAction, Condition: { Operator: operator, Operands: [operand] } }
      }),
    },
  }))
  return JSON.stringify(
    { Version: '2019-10-30', StartAction: blocks[0]?.id, Metadata: metadata, Actions: actions },
    null,
    2,
  )
}

/** A flow that must load without a fault. */
export function flowOf(blocks: Block[], metadata: Record<string, unknown> = {}, file = 'test.json'): Flow {
  const { flow, faults } = loadFlow(flowText(blocks, metadata), file)
  const errors = faults.filter(({ severity }) => severity === 'error')
  if (!flow || errors.length > 0) throw new Error(`the test flow does not load: ${JSON.stringify(faults)}`)
  return flow
}

const ref = (kind: string, id: string, name: string) => ({
  id,
  name,
  arn: `arn:aws:connect:local:1:instance/i/${kind}/${id}`,
})

/** Two queues, two prompts, one set of hours, one flow, one agent, one function, one bot. */
export const testResources: FlowResources = createFlowResources({
  queues: [ref('queue', 'q-support', 'Support'), ref('queue', 'q-sales', 'Sales')],
  prompts: [ref('prompt', 'p-welcome', 'welcome'), ref('prompt', 'p-music', 'music')],
  hours: [ref('operating-hours', 'h-office', 'Office hours')],
  agents: [ref('agent', 'anna', 'anna')],
  functions: [ref('function', 'lookup', 'lookup')],
  bots: [ref('bot', 'orders', 'ORDERS')],
  flows: [
    { ...ref('contact-flow', 'other', 'Other flow'), type: 'CONTACT_FLOW' },
    { ...ref('contact-flow', 'queue-music', 'Queue music'), type: 'CUSTOMER_QUEUE' },
  ],
})

export const bye: Block = { id: 'bye', type: 'DisconnectParticipant' }
export const end: Block = { id: 'end', type: 'EndFlowExecution' }
export const say = (id: string, text: string, next: string, errors: Record<string, string> = {}): Block => ({
  id,
  type: 'MessageParticipant',
  parameters: { Text: text },
  next,
  errors,
})
export const check = (
  id: string,
  value: string,
  conditions: Record<string, string>,
  rest: Partial<Block> = {},
): Block => ({
  id,
  type: 'Compare',
  parameters: { ComparisonValue: value },
  conditions,
  ...rest,
})
