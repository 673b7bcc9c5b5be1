// Runs flows and single actions for tests, and tells which way they went.

import type { Flow } from '../../../daemon/flow/flow.ts'
import type { FlowEnd } from '../../../daemon/flow/host.ts'
import { createFlowResources } from '../../../daemon/flow/resources.ts'
import { type RunFlowOptions, runFlow } from '../../../daemon/flow/run-flow.ts'
import { MockClock } from '../../support/mock-clock.ts'
import { FakeHost } from './fake-host.ts'
import { type Block, flowOf, testResources } from './flow-text.ts'

export interface Ran {
  end: FlowEnd
  host: FakeHost
  /** Identifiers of the blocks in the order they ran. */
  path: string[]
}

/** The flow log tells the path, so logging is on. */
export async function run(
  blocks: Block[],
  { host = new FakeHost(), ...options }: Partial<RunFlowOptions> & { host?: FakeHost } = {},
): Promise<Ran> {
  host.flowLogging = true
  const end = await runFlow({
    flow: flowOf(blocks),
    host,
    flows: new Map(),
    resources: testResources,
    signal: new AbortController().signal,
    clock: new MockClock(),
    ...options,
  })
  return { end, host, path: host.logged.map(({ Identifier }) => Identifier) }
}

const branches: readonly string[] = [
  'NoMatchingError',
  'NoMatchingCondition',
  'InputTimeLimitExceeded',
  'QueueAtCapacity',
  'InvalidPhoneNumber',
  'ChannelMismatch',
  'CallFailed',
  'ConnectionTimeLimitExceeded',
  'InvalidCallbackNumber',
  'CallbackNumberNotDialable',
  'TimeLimitExceeded',
  'ParticipantNotFound',
  'NoneFoundError',
  'MultipleFoundError',
  'NoneFound',
  'MultipleFound',
  'ContactNotLinked',
  'TemplateRenderingError',
]

/**
 * Runs one action whose every branch leads to a block of the branch's name, and tells that name: `next`, an error
 * type, `= operand` for a condition, or the end of the flow.
 */
export async function runAction(
  type: string,
  parameters: Record<string, unknown>,
  options: {
    host?: FakeHost
    /** Operands or operator and operand. */
    conditions?: string[]
    errors?: readonly string[]
    random?: () => number
    attributes?: Record<string, string>
    /** What it can go into. */
    modules?: readonly Flow[]
  } = {},
): Promise<{ branch: string; host: FakeHost; detail: string | undefined }> {
  const { host = new FakeHost(), conditions = [], errors = branches } = options
  Object.assign(host.attributes, options.attributes)
  const targets = ['next', ...errors, ...conditions.map((operand) => `= ${operand}`)]
  const blocks: Block[] = [
    {
      id: 'action',
      type,
      parameters,
      next: 'next',
      errors: Object.fromEntries(errors.map((error) => [error, error])),
      conditions: Object.fromEntries(conditions.map((operand) => [operand, `= ${operand}`])),
    },
    ...targets.map((id) => ({ id, type: 'EndFlowExecution' })),
  ]
  const { modules = [] } = options
  const flows = new Map(modules.map((flow) => [flow.id, flow]))
  const { end, path } = await run(blocks, {
    host,
    flows,
    ...(modules.length > 0 && { resources: createFlowResources({ flows: modules }) }),
    ...(options.random && { random: options.random }),
  })
  const branch = path.slice(1).at(-1) ?? (end.type === 'failed' ? `failed: ${end.reason}` : end.type)
  return { branch, host, detail: host.logged[0]?.Results }
}
