// Amazon Connect's default quotas (2026). More works on the box; a configuration that is to move there should know.
import type { Fault } from '../fault.ts'
import { code } from './codes.ts'
import type { Configuration, FileName } from './configuration.ts'
import { findAll, valueAt } from './place.ts'

interface Quota {
  file: FileName
  /** Lists, each of which may have so many items. */
  pattern: string
  items: number
  what: string
}

const quotas: readonly Quota[] = [
  { file: 'numbers', pattern: 'numbers', items: 10, what: 'phone numbers' },
  { file: 'hours', pattern: 'hours', items: 100, what: 'hours of operation' },
  { file: 'queues', pattern: 'queues', items: 100, what: 'queues' },
  { file: 'queues', pattern: 'queues.*.quickConnects', items: 700, what: 'quick connects in one queue' },
  { file: 'routing-profiles', pattern: 'routingProfiles', items: 500, what: 'routing profiles' },
  { file: 'routing-profiles', pattern: 'routingProfiles.*.queues', items: 50, what: 'queues in one routing profile' },
  { file: 'agents', pattern: 'agents', items: 500, what: 'agents' },
  { file: 'campaigns', pattern: 'campaigns', items: 50, what: 'campaigns' },
  { file: 'quick-connects', pattern: 'quickConnects', items: 100, what: 'quick connects' },
]

export function quotaFaults(configuration: Configuration): Fault[] {
  return quotas.flatMap(({ file, pattern, items, what }) => {
    const document = configuration.documents.get(file)
    if (!document) return []
    return findAll(document.value, pattern).flatMap(({ path }) => {
      const list = valueAt(document.value, path)
      if (!Array.isArray(list) || list.length <= items) return []
      const message = `${list.length} ${what} are more than the ${items} that Amazon Connect allows by default.`
      const mend = 'They work here; there, ask for a higher quota.'
      return [document.fault(code.overQuota, path, message, mend, { at: 'key', severity: 'warning' })]
    })
  })
}
