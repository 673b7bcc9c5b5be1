// Customer profiles: whether the customer belongs to a segment. The fact sheet has one spelling, exports the other.
import type { ActionDefinition, Outcome } from '../action.ts'
import { type FlowValue, isFlowObject } from '../flow-value.ts'
import { hookAction } from './hook-action.ts'
import { failed } from './outcomes.ts'

/** The function answers with true or false, or with `{IsMember: …}`. */
function branchOf(result: FlowValue): Outcome {
  const member = isFlowObject(result) ? result.IsMember : result
  const text = String(member).toLowerCase()
  if (text !== 'true' && text !== 'false') return failed('the answer is neither true nor false')
  return { to: 'condition', value: text === 'true' ? 'True' : 'False' }
}

const named = (type: string): ActionDefinition =>
  hookAction({
    type,
    kind: 'customerProfiles',
    parameters: ['ProfileRequestData'],
    follow: branchOf,
  })

export const checkSegmentMembership = named('CheckSegmentMembership')
export const checkSegmentMembershipForCustomerProfile = named('CheckSegmentMembershipForCustomerProfile')
