// What the schema can't say of campaigns.yaml: what each mode needs, and times that end before they begin.
import type { Fault } from '../fault.ts'
import { code } from './codes.ts'
import type { Configuration } from './configuration.ts'
import type { ConfigDocument } from './document.ts'
import { child, findAll } from './place.ts'
import { ownerName } from './references.ts'

export function campaignFaults({ documents }: Configuration): Fault[] {
  const campaigns = documents.get('campaigns')
  return campaigns ? [...missingParts(campaigns), ...reversedTimes(campaigns)] : []
}

function missingParts(document: ConfigDocument): Fault[] {
  return findAll(document.value, 'campaigns.*').flatMap(({ path, value }) => {
    const mode = child(value, 'mode')
    const owner = ownerName(document.value, path, 'Campaign')
    const lacks = (key: string) => child(value, key) === undefined
    const faults: Fault[] = []
    if (mode !== 'agentless' && typeof mode === 'string' && lacks('queue')) {
      const mend = 'Add `queue:`; its free agents pace the calls.'
      faults.push(document.fault(code.campaignPart, path, `${owner} is ${mode}, but has no queue.`, mend))
    }
    if (mode !== 'preview' && typeof mode === 'string' && lacks('flow')) {
      const mend = 'Add `flow:`; it runs when somebody answers.'
      faults.push(document.fault(code.campaignPart, path, `${owner} has no flow.`, mend))
    }
    return faults
  })
}

function reversedTimes(document: ConfigDocument): Fault[] {
  return findAll(document.value, 'campaigns.*.callingTimes').flatMap(({ path, value }) => {
    const from = child(value, 'from') ?? '09:00'
    const to = child(value, 'to') ?? '20:00'
    if (typeof from !== 'string' || typeof to !== 'string' || from < to) return []
    const owner = ownerName(document.value, path.slice(0, -1), 'Campaign')
    const message = `${owner} has calling times that end (${to}) before they begin (${from}).`
    return [document.fault(code.campaignTimes, path, message, 'Nobody is called at night: they lie within one day.')]
  })
}
