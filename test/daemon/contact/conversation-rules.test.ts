// Who goes on talking when somebody has left.
import t from 'tap'
import { afterLeaving, type Present } from '../../../daemon/contact/conversation-rules.ts'

const customer: Present = { role: 'customer', joined: true }
const inFlow: Present = { role: 'customer', joined: false }
const agent: Present = { role: 'agent', joined: true }
const rung: Present = { role: 'agent', joined: false }
const outsider: Present = { role: 'thirdParty', joined: true }
const supervisor: Present = { role: 'supervisor', joined: false }

for (const [what, present, underWay, expected] of [
  ['customer and agent', [customer, agent], 0, 'goesOn'],
  ['customer and third party', [customer, outsider], 0, 'goesOn'],
  ['the customer alone', [customer], 0, 'over'],
  ['the customer, and an agent being rung', [customer, rung], 1, 'customerWaits'],
  ['the customer in a flow, and a transfer under way', [inFlow], 1, 'customerWaits'],
  ['the customer and a supervisor', [customer, supervisor], 0, 'over'],
  ['two agents', [agent, agent], 0, 'goesOn'],
  ['an agent and a third party', [agent, outsider], 0, 'goesOn'],
  ['an agent alone', [agent], 0, 'over'],
  ['an agent alone, who has a transfer under way', [agent, rung], 1, 'over'],
  ['third parties only', [outsider, outsider], 0, 'over'],
  ['nobody', [], 0, 'over'],
] as const)
  t.test(`${what}: ${expected}`, async (t) => t.equal(afterLeaving(present, underWay), expected))
