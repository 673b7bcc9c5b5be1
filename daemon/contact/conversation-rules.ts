// What becomes of a conversation when somebody leaves it. Pure: who is there, who went → who goes on, who comes off hold.
//
//   customer and one more            the talk goes on
//   the customer alone               waits, if a transfer is under way; else it is over, and the disconnect flow runs
//   two agents, agent and outsider   the talk goes on without the customer
//   fewer, or outsiders only         it is over

export interface Present {
  role: 'customer' | 'agent' | 'thirdParty' | 'supervisor'
  /** Has been let into the talk. Agents who are still rung or hear a whisper are not, nor who hears a flow. */
  joined: boolean
}

export type Afterwards = 'goesOn' | 'customerWaits' | 'over'

/** `present`: those who remain. `underWay`: segments that are on their way to somebody. */
export function afterLeaving(present: readonly Present[], underWay: number): Afterwards {
  const joined = present.filter((one) => one.joined)
  const customer = present.some(({ role }) => role === 'customer')
  const agents = joined.filter(({ role }) => role === 'agent').length
  const outsiders = joined.filter(({ role }) => role === 'thirdParty').length
  if (customer && agents + outsiders > 0) return 'goesOn'
  if (customer) return underWay > 0 ? 'customerWaits' : 'over'
  return agents > 0 && agents + outsiders > 1 ? 'goesOn' : 'over'
}
