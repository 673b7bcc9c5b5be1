// The operators of conditions (fact sheet flow-language 1.5). All text comparisons are case-sensitive; a number is
// compared only with a number.
import { decimal } from './decimal.ts'
import type { ReferenceSource } from './references.ts'
import { compileTemplate } from './template.ts'

export { decimal }

export type ConditionValue = string | number | undefined

type Test = (value: string, operand: string) => boolean

const tests: ReadonlyMap<string, Test> = new Map<string, Test>([
  ['Equals', (value, operand) => value === operand],
  ['TextStartsWith', (value, operand) => value.startsWith(operand)],
  ['TextEndsWith', (value, operand) => value.endsWith(operand)],
  ['TextContains', (value, operand) => value.includes(operand)],
  // Comparisons with NaN are false, as they should be.
  ['NumberGreaterThan', (value, operand) => decimal(value) > decimal(operand)],
  ['NumberGreaterOrEqualTo', (value, operand) => decimal(value) >= decimal(operand)],
  ['NumberLessThan', (value, operand) => decimal(value) < decimal(operand)],
  ['NumberLessOrEqualTo', (value, operand) => decimal(value) <= decimal(operand)],
  // Undocumented, accepted by the service for Compare: the path has data.
  ['KeyExists', () => true],
])

export const operators: readonly string[] = [...tests.keys()]

/** True of a value that exists, when the operator holds between it and the operand (which may be a reference). */
export type CompiledCondition = (value: ConditionValue, source: ReferenceSource) => boolean

/** A condition with an unknown operator or without an operand is never true. */
export function compileCondition(operator: string, operands: readonly string[]): CompiledCondition {
  const test = tests.get(operator)
  const written = operands[0]
  if (!test || (written === undefined && operator !== 'KeyExists')) return () => false
  const template = compileTemplate(written ?? '')
  if (!template.dynamic) {
    const operand = written ?? ''
    return (value) => value !== undefined && test(String(value), operand)
  }
  return (value, source) => {
    const operand = template.fill(source)
    return value !== undefined && operand !== undefined && test(String(value), operand)
  }
}
