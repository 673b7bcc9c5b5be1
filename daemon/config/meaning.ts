// What a schema can't say: values that must fit each other, the calendar, the network and the machine.
import { isIP } from 'node:net'
import type { Fault } from '../fault.ts'
import type { FlowType } from '../flow/host.ts'
import { unknownCountries } from './carriers.ts'
import { code } from './codes.ts'
import type { Configuration, FileName } from './configuration.ts'
import { currentCountry, isCountry } from './countries.ts'
import { defaultFlows } from './default-flows.ts'
import { type ConfigDocument, fault } from './document.ts'
import { child, findAll, findTexts, isRecord, valueAt } from './place.ts'
import { ownerName } from './references.ts'
import { closest } from './suggest.ts'

export function meaningFaults(configuration: Configuration, flowsFolder: string): Fault[] {
  const on = (file: FileName, check: (document: ConfigDocument) => Fault[]): Fault[] => {
    const document = configuration.documents.get(file)
    return document ? check(document) : []
  }
  return [
    ...on('box', (box) => [
      ...placeFaults(box),
      ...networkFaults(box),
      ...listenFaults(box),
      ...timeZoneFaults(box, 'instance.timeZone'),
    ]),
    ...on('hours', (hours) => [...timeZoneFaults(hours, 'hours.*.timeZone'), ...reversedHours(hours)]),
    ...on('lines', (lines) => unstableDevices(lines, configuration.overriddenBoards)),
    ...on('agents', unreachableAgents),
    ...on('agents', (agents) => unknownCountries(agents, 'agents.*.outbound.countries.*')),
    ...on('queues', (queues) => [...unservedQueues(queues, configuration), ...missingCallerIds(queues, configuration)]),
    ...on('queues', (queues) =>
      flowTypeFaults(queues, 'queues.*.outboundWhisperFlow', configuration, () => 'OUTBOUND_WHISPER'),
    ),
    ...on('numbers', (numbers) => flowTypeFaults(numbers, 'numbers.*.flow', configuration, () => 'CONTACT_FLOW')),
    ...on('campaigns', (campaigns) =>
      flowTypeFaults(campaigns, 'campaigns.*.flow', configuration, () => 'CONTACT_FLOW'),
    ),
    ...on('quick-connects', (document) =>
      flowTypeFaults(document, 'quickConnects.*.flow', configuration, (owner) =>
        child(owner, 'type') === 'agent' ? 'AGENT_TRANSFER' : 'QUEUE_TRANSFER',
      ),
    ),
    ...missingDefaultFlows(configuration, flowsFolder),
  ]
}

function placeFaults(box: ConfigDocument): Fault[] {
  const faults: Fault[] = []
  const [country] = findTexts(box.value, 'instance.country')
  if (country && /^[A-Z]{2}$/.test(country.value)) {
    if (!isCountry(country.value)) {
      const current = currentCountry(country.value)
      const message = `There is no country ${JSON.stringify(country.value)}.`
      const mend = current === undefined ? 'Write its ISO 3166 code, e.g. GB or US.' : `Write ${current}.`
      faults.push(box.fault(code.unknownCountry, country.path, message, mend))
    }
  }
  const [language] = findTexts(box.value, 'instance.language')
  if (language && !isLanguage(language.value)) {
    const message = `${JSON.stringify(language.value)} is no language tag.`
    faults.push(box.fault(code.unknownLanguage, language.path, message, 'Write it like en-US or de-DE.'))
  }
  return faults
}

function isLanguage(tag: string): boolean {
  try {
    const { language } = new Intl.Locale(tag)
    return new Intl.DisplayNames('en', { type: 'language', fallback: 'none' }).of(language) !== undefined
  } catch (error) {
    if (error instanceof RangeError) return false
    throw error
  }
}

/** Secure transports need a certificate. */
function listenFaults(box: ConfigDocument): Fault[] {
  if (valueAt(box.value, ['sip', 'tls']) !== undefined) return []
  return findTexts(box.value, 'sip.listen.*.transport')
    .filter(({ value }) => value === 'tls' || value === 'wss')
    .map(({ path, value }) => {
      const message = `${value} needs a certificate, and there is no sip.tls.`
      const mend = 'Add sip.tls with certificateFile and keyFile, or listen without it.'
      return box.fault(code.certificateMissing, path, message, mend)
    })
}

function networkFaults(box: ConfigDocument): Fault[] {
  const faults: Fault[] = []
  const [address] = findTexts(box.value, 'sip.address')
  if (address && /^[0-9.]+$|:/.test(address.value) && isIP(address.value) === 0) {
    const message = `${JSON.stringify(address.value)} is no IP address.`
    faults.push(
      box.fault(
        code.wrongForm,
        address.path,
        message,
        'Write an address of this machine, 0.0.0.0 for all of IPv4, or :: for all of IPv6.',
      ),
    )
  }
  const numberAt = (fallback: number, ...path: string[]): number => {
    const value = valueAt(box.value, path)
    return typeof value === 'number' ? value : fallback
  }
  const from = numberAt(16384, 'sip', 'rtpPorts', 'from')
  const to = numberAt(32767, 'sip', 'rtpPorts', 'to')
  const sip = numberAt(5060, 'sip', 'port')
  const calls = numberAt(10, 'limits', 'concurrentCalls')
  const path = ['sip', 'rtpPorts']
  if (from >= to) {
    const message = `The RTP ports end (${to}) before they begin (${from}).`
    faults.push(box.fault(code.rtpRangeReversed, path, message, 'Write the lower port as "from", the higher as "to".'))
    return faults
  }
  if (sip >= from && sip <= to) {
    const message = `The SIP port ${sip} lies among the RTP ports ${from}–${to}.`
    faults.push(box.fault(code.sipPortInRtpRange, path, message, 'Move the RTP ports away from it.'))
  }
  // A call has up to two SIP legs, each with a port for RTP and one for RTCP.
  if (to - from + 1 < calls * 4) {
    const message = `The RTP ports ${from}–${to} are too few for ${calls} calls at once.`
    const mend = `Leave room for ${calls * 4} ports, or lower limits.concurrentCalls.`
    faults.push(box.fault(code.rtpRangeSmall, path, message, mend, { severity: 'warning' }))
  }
  return faults
}

function timeZoneFaults(document: ConfigDocument, pattern: string): Fault[] {
  return findTexts(document.value, pattern)
    .filter(({ value }) => !isTimeZone(value))
    .map(({ path, value }) => {
      const near = closest(value, Intl.supportedValuesOf('timeZone'))
      const mend = near ? `Did you mean ${JSON.stringify(near)}?` : 'Write a tz database name, e.g. Europe/London.'
      return document.fault(code.unknownTimeZone, path, `There is no time zone ${JSON.stringify(value)}.`, mend)
    })
}

function isTimeZone(name: string): boolean {
  // Fixed offsets (+01:00) are known to Intl, but not to the tz database: they would miss the change to summer time.
  if (/^[+-]/.test(name)) return false
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    return true
  } catch (error) {
    if (error instanceof RangeError) return false
    throw error
  }
}

function reversedHours(document: ConfigDocument): Fault[] {
  const days = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday']
  return days
    .flatMap((day) => findTexts(document.value, `hours.*.week.${day}.*`))
    .flatMap(({ path, value }) => {
      const [start = '', end = ''] = value.split('-')
      if (!/^[0-9]{2}:[0-9]{2}$/.test(start) || !/^[0-9]{2}:[0-9]{2}$/.test(end) || start < end) return []
      const message = `The hours ${JSON.stringify(value)} end before they begin.`
      const mend = 'Hours over midnight are two ranges, one on each day; a whole day is 00:00-24:00.'
      return [document.fault(code.hoursReversed, path, message, mend)]
    })
}

function unstableDevices(document: ConfigDocument, overridden: ReadonlySet<string>): Fault[] {
  const devices = ['boards.*.device', 'boards.*.soundDevice'].flatMap((where) => findTexts(document.value, where))
  return devices
    .filter(({ path, value }) => {
      const name = valueAt(document.value, [...path.slice(0, -1), 'name'])
      return /^\/dev\/tty(USB|ACM)[0-9]+$/.test(value) && !(typeof name === 'string' && overridden.has(name))
    })
    .map(({ path, value }) => {
      const message = `${value} may be another device after the next start.`
      const mend = 'Use its name under /dev/cordboard or /dev/serial/by-id.'
      return document.fault(code.unstableDevice, path, message, mend, { severity: 'warning' })
    })
}

function unreachableAgents(document: ConfigDocument): Fault[] {
  return findAll(document.value, 'agents.*.phone')
    .filter(({ value }) => isRecord(value) && !('passwordFile' in value) && !('address' in value))
    .map(({ path }) => {
      const message = `${ownerName(document.value, path.slice(0, 2), 'Agent')} can't be reached by any phone.`
      const mend = 'Add `passwordFile:` for a phone that registers, or `address:` for one that does not.'
      return document.fault(code.agentUnreachable, path, message, mend, { at: 'key' })
    })
}

function unservedQueues(document: ConfigDocument, configuration: Configuration): Fault[] {
  const profiles = configuration.documents.get('routing-profiles')
  if (!profiles) return []
  const served = new Set(findTexts(profiles.value, 'routingProfiles.*.queues.*.queue').map(({ value }) => value))
  return findTexts(document.value, 'queues.*.name')
    .filter(({ value }) => !served.has(value))
    .map(({ path, value }) => {
      const message = `No routing profile has the queue ${JSON.stringify(value)}: its callers would wait for ever.`
      const mend = 'Add it to a profile in routing-profiles.yaml.'
      return document.fault(code.queueUnserved, path, message, mend, { severity: 'warning' })
    })
}

/** Calls to outside numbers show the queue's number; without one they can't be placed. */
function missingCallerIds(document: ConfigDocument, configuration: Configuration): Fault[] {
  const quickConnects = findAll(configuration.documents.get('quick-connects')?.value, 'quickConnects.*')
  const outside = new Set(
    quickConnects.filter((it) => child(it.value, 'type') === 'phone').map((it) => child(it.value, 'name')),
  )
  return findAll(document.value, 'queues.*').flatMap(({ path, value }) => {
    const named = findTexts(value, 'quickConnects.*').find((name) => outside.has(name.value))
    if (!named || valueAt(value, ['outboundCallerId', 'number']) !== undefined) return []
    const owner = ownerName(document.value, path, 'Queue')
    const message = `${owner} has the quick connect ${JSON.stringify(named.value)} to an outside number, but no number to show.`
    const mend = 'Add `outboundCallerId:` with a claimed `number:`.'
    return [document.fault(code.noCallerId, [...path, ...named.path], message, mend, { severity: 'warning' })]
  })
}

function flowTypeFaults(
  document: ConfigDocument,
  pattern: string,
  configuration: Configuration,
  wanted: (owner: unknown) => FlowType,
): Fault[] {
  return findTexts(document.value, pattern).flatMap(({ path, value }) => {
    const type = configuration.flows.get(value)
    const want = wanted(valueAt(document.value, path.slice(0, -1)))
    if (type === undefined || type === want) return []
    const message = `The flow ${JSON.stringify(value)} is of type ${type}, but here it must be ${want}.`
    return [document.fault(code.wrongFlowType, path, message, 'Name a flow of that type.')]
  })
}

function missingDefaultFlows(configuration: Configuration, flowsFolder: string): Fault[] {
  return Object.values(defaultFlows).flatMap(({ name, type }) => {
    const file = `${flowsFolder}/${name}.json`
    const actual = configuration.flows.get(name)
    if (!configuration.flows.has(name)) {
      const message = `The default flow ${JSON.stringify(name)} is missing: where no flow sets another, nothing is heard.`
      const mend = 'Copy it from the shipped instance, and change it to your liking.'
      return [fault({ file }, code.defaultFlowMissing, message, mend, 'warning')]
    }
    if (actual === undefined || actual === type) return []
    const message = `The default flow ${JSON.stringify(name)} is of type ${actual}, but must be ${type}.`
    return [fault({ file }, code.wrongFlowType, message, 'Rename it, and put a flow of the right type here.')]
  })
}
