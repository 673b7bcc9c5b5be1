// Routing criteria: which agents a contact may have, step by step. What an expression means, and which step is in force.
import type { RoutingStep } from '../flow/abilities.ts'
import { type FlowValue, isFlowObject } from '../flow/flow-value.ts'

/** What an agent knows, and how well: level 1 to 5. */
export interface Proficiency {
  name: string
  value: string
  level: number
}

/** Who may have a contact now. Contacts of one key are open to the same agents. */
export interface Admission {
  readonly key: string
  admits(agent: { userName: string; proficiencies: readonly Proficiency[] }): boolean
}

export const everybody: Admission = { key: '', admits: () => true }

/** Depth of nested expressions; the flow's own checks allow less. */
const maximumDepth = 8

/**
 * What is in force `elapsedMs` after the contact was queued, and when that changes (undefined: never). A step without
 * an expiry lasts; after the last one any agent will do.
 */
export function admissionAt(
  of: { criteria?: readonly RoutingStep[]; notTo?: string },
  elapsedMs: number,
): { admission: Admission; untilMs?: number } {
  let endMs = 0
  for (const { expression, expirySeconds } of of.criteria ?? []) {
    endMs += expirySeconds === undefined ? Number.POSITIVE_INFINITY : expirySeconds * 1000
    if (elapsedMs >= endMs) continue
    const admission: Admission = {
      key: JSON.stringify([expression, of.notTo]),
      admits: (agent) => agent.userName !== of.notTo && matches(expression, agent.proficiencies),
    }
    return { admission, ...(endMs !== Number.POSITIVE_INFINITY && { untilMs: endMs }) }
  }
  if (of.notTo === undefined) return { admission: everybody }
  const { notTo } = of
  return { admission: { key: JSON.stringify([null, notTo]), admits: ({ userName }) => userName !== notTo } }
}

/** An expression that can't be read matches nobody: the step passes, and the next one comes. */
export function matches(expression: FlowValue | undefined, proficiencies: readonly Proficiency[], depth = 0): boolean {
  if (!isFlowObject(expression) || depth > maximumDepth) return false
  const { AttributeCondition, NotAttributeCondition, AndExpression, OrExpression } = expression
  const partsOf = (parts: FlowValue | undefined) => (Array.isArray(parts) ? parts : [])
  if (AttributeCondition !== undefined) return meets(AttributeCondition, proficiencies)
  if (NotAttributeCondition !== undefined) return !meets(NotAttributeCondition, proficiencies)
  if (AndExpression !== undefined)
    return partsOf(AndExpression).every((part) => matches(part, proficiencies, depth + 1))
  return partsOf(OrExpression).some((part) => matches(part, proficiencies, depth + 1))
}

function meets(condition: FlowValue, proficiencies: readonly Proficiency[]): boolean {
  if (!isFlowObject(condition)) return false
  const held = proficiencies.find(({ name, value }) => name === condition.Name && value === condition.Value)
  if (!held) return false
  const wanted = condition.ProficiencyLevel === undefined ? undefined : Number(condition.ProficiencyLevel)
  switch (condition.ComparisonOperator) {
    case 'Range': {
      const range = isFlowObject(condition.Range) ? condition.Range : {}
      return (
        held.level >= Number(range.MinProficiencyLevel ?? 1) && held.level <= Number(range.MaxProficiencyLevel ?? 5)
      )
    }
    case 'Match':
      return wanted === undefined || held.level === wanted
    default:
      return wanted === undefined || held.level >= wanted
  }
}
