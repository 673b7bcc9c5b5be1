// The form of the action tests: one row says what an action is given and where it must lead.
import t, { type Test } from 'tap'
import type { FlowAbilities } from '../../../../daemon/flow/abilities.ts'
import { checkFlow } from '../../../../daemon/flow/check-flow.ts'
import type { Flow } from '../../../../daemon/flow/flow.ts'
import { FakeHost } from '../fake-host.ts'
import { type Block, flowOf, testResources } from '../flow-text.ts'
import { runAction } from '../run-support.ts'

export interface Row {
  /** What is shown. */
  what: string
  parameters: Record<string, unknown>
  conditions?: string[]
  /** Prepares the contact. */
  given?: (host: FakeHost) => unknown
  random?: number
  /** What it can go into. */
  modules?: Flow[]
  /** `next`, an error type, `= operand`, or how the flow ended. */
  leads: string
  /** What the flow log shows as the result. */
  result?: string | RegExp
  /** What the action did. */
  shows?: (host: FakeHost, test: Test) => unknown
}

export function table(type: string, rows: Row[]): void {
  for (const { what, parameters, conditions, given, random, modules, leads, result, shows } of rows)
    t.test(`${type}: ${what}`, async (t) => {
      const host = new FakeHost()
      given?.(host)
      const { branch, detail } = await runAction(type, parameters, {
        host,
        conditions: conditions ?? [],
        ...(random !== undefined && { random: () => random }),
        ...(modules && { modules }),
      })
      t.equal(branch, leads)
      if (result !== undefined) t.match(detail, result)
      shows?.(host, t)
    })
}

/** Gives the host an ability. */
export function can(host: FakeHost, abilities: Partial<FlowAbilities>): void {
  Object.assign(host, abilities)
}

const branches = {
  NoMatchingError: 'bye',
  NoMatchingCondition: 'bye',
  InputTimeLimitExceeded: 'bye',
  QueueAtCapacity: 'bye',
  InvalidPhoneNumber: 'bye',
  ChannelMismatch: 'bye',
  CallFailed: 'bye',
  ConnectionTimeLimitExceeded: 'bye',
  InvalidCallbackNumber: 'bye',
  CallbackNumberNotDialable: 'bye',
  TimeLimitExceeded: 'bye',
  ParticipantNotFound: 'bye',
}

/** What the checker says of the action with every branch connected: `severity path message`, in order. */
export function checked(
  type: string,
  parameters: Record<string, unknown>,
  conditions: string[] = [],
  flowType = 'contactFlow',
): string[] {
  const block: Block = {
    id: 'action',
    type,
    parameters,
    next: 'bye',
    errors: branches,
    conditions: Object.fromEntries(conditions.map((operand) => [operand, 'bye'])),
  }
  const flow = flowOf(
    [
      block,
      { id: 'bye', type: 'UpdateFlowLoggingBehavior', parameters: { FlowLoggingBehavior: 'Enabled' }, next: 'bye' },
    ],
    { type: flowType },
  )
  return checkFlow(flow, testResources)
    .filter(({ path }) => path?.startsWith('$.Actions[0]'))
    .map(
      ({ severity, path, message }) =>
        `${severity} ${path?.slice('$.Actions[0].'.length)}: ${message.replace(/^.*?\): /, '')}`,
    )
}

/** Each row: what is written, and the one fault the checker must find; undefined for none. */
export function checkTable(
  type: string,
  rows: [parameters: Record<string, unknown>, fault: RegExp | undefined, conditions?: string[]][],
  flowType?: string,
): void {
  for (const [parameters, fault, conditions] of rows)
    t.test(`${type} checked: ${JSON.stringify(parameters)}${conditions ? ` ${conditions}` : ''}`, async (t) => {
      const faults = checked(type, parameters, conditions, flowType)
      if (fault === undefined) t.same(faults, [])
      else t.match(faults.join('\n'), fault)
    })
}
