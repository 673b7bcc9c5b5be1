// The order in which the servers of an SRV record set are tried (RFC 2782): by priority, and by weighted chance among
// equals. Pure.
import type { SrvRecord } from 'node:dns'

export function inServerOrder(records: readonly SrvRecord[], random: () => number): SrvRecord[] {
  // A target of `.` says that there is no such service.
  const left = records.filter(({ name }) => name !== '' && name !== '.').sort((a, b) => a.priority - b.priority)
  const ordered: SrvRecord[] = []
  while (left.length > 0) {
    const equals = left.filter(({ priority }) => priority === left[0]!.priority)
    // Weight 0 first, so that it has a small chance when others have weights.
    equals.sort((a, b) => (a.weight === 0 ? 0 : 1) - (b.weight === 0 ? 0 : 1))
    const chosen = draw(equals, random)
    ordered.push(chosen)
    left.splice(left.indexOf(chosen), 1)
  }
  return ordered
}

/** `records` is not empty. */
function draw(records: readonly SrvRecord[], random: () => number): SrvRecord {
  let left = random() * records.reduce((sum, { weight }) => sum + weight, 0)
  for (const record of records) {
    left -= record.weight
    if (left <= 0) return record
  }
  return records.at(-1)!
}
