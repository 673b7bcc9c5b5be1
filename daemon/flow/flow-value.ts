// Values that actions leave behind for references: JSON, walked by the segments of a reference, said as text.

export type FlowValue = string | number | boolean | null | FlowValue[] | { [key: string]: FlowValue }
export type FlowObject = { [key: string]: FlowValue }

/** Bytes of one result as JSON; the service refuses larger answers of functions. */
export const maximumResultBytes = 32 * 1024

/** The value the segments from `from` on lead to. Own keys and list indexes only. */
export function valueAt(
  value: FlowValue | undefined,
  segments: readonly string[],
  from: number,
): FlowValue | undefined {
  let at = value
  for (const segment of segments.slice(from)) {
    if (Array.isArray(at)) at = /^[0-9]+$/.test(segment) ? at[Number(segment)] : undefined
    else if (isFlowObject(at)) at = Object.hasOwn(at, segment) ? at[segment] : undefined
    else return undefined
  }
  return at
}

/** A group is said as JSON; null is no data. */
export function valueText(value: FlowValue | undefined): string | undefined {
  if (value === undefined || value === null) return undefined
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

export function isFlowObject(value: unknown): value is FlowObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Whether the value is JSON of a bearable size; hosts hand over what strangers answered. */
export function fits(value: unknown, maximumBytes = maximumResultBytes): value is FlowValue {
  try {
    const json = JSON.stringify(value)
    return json !== undefined && Buffer.byteLength(json) <= maximumBytes
  } catch {
    // Goes round in a circle, or holds what JSON does not know.
    return false
  }
}
