// What a function's answer is to a flow (`ResponseValidation.ResponseType`, fact sheet flow-language 5.4).
import { type FlowObject, type FlowValue, isFlowObject } from './flow-value.ts'

/**
 * STRING_MAP: numbers and flags are taken as their text, as the service does; null is no data. Groups and lists are
 * refused: undefined.
 */
export function stringMap(value: FlowValue): FlowObject | undefined {
  if (!isFlowObject(value)) return undefined
  const texts: [string, string][] = []
  for (const [key, inner] of Object.entries(value)) {
    if (typeof inner === 'object' && inner !== null) return undefined
    if (inner !== null) texts.push([key, String(inner)])
  }
  // fromEntries defines own properties: a key `__proto__` stays a key.
  return Object.fromEntries(texts)
}
