// Who is recorded, as the two recording actions write it: a list, or (older exports) a list inside a JSON text.
import type { ActionReport, FlowActionDocument } from '../action.ts'
import type { RecordingBehavior } from '../host.ts'
import type { ParameterReader } from '../parameters.ts'
import { ParameterError } from '../resolved-parameters.ts'
import { checkWord, parameterOf } from './checks.ts'

const ivr = 'IVRRecordingBehavior'

/** Undefined when it is no such list. */
function participants(value: unknown): string[] | undefined {
  let list: unknown = value
  if (typeof value === 'string') {
    try {
      list = value.trim() === '' ? [] : JSON.parse(value)
    } catch {
      return undefined
    }
  }
  if (!Array.isArray(list)) return undefined
  const names = list.filter((name): name is string => name === 'Agent' || name === 'Customer')
  return names.length === list.length ? names : undefined
}

/** What the map at `path` says; an empty list switches recording off. */
export function readRecording(parameters: ParameterReader, path: string): Partial<RecordingBehavior> {
  return { ...talk(parameters, `${path}.RecordedParticipants`), ...automated(parameters, `${path}.${ivr}`) }
}

function talk(parameters: ParameterReader, name: string): Partial<RecordingBehavior> {
  if (!parameters.has(name)) return {}
  const names = participants(parameters.raw(name))
  if (!names) throw new ParameterError('RecordedParticipants is no list of Agent and Customer')
  return { agent: names.includes('Agent'), customer: names.includes('Customer') }
}

function automated(parameters: ParameterReader, name: string): Partial<RecordingBehavior> {
  const written = parameters.text(name)?.toLowerCase()
  if (written === undefined) return {}
  if (written !== 'enabled' && written !== 'disabled') throw new ParameterError(`${ivr} is "${written}"`)
  return { ivr: written === 'enabled' }
}

export function checkRecording(action: FlowActionDocument, report: ActionReport, path: string): void {
  checkWord(action, report, `${path}.${ivr}`, ['Enabled', 'Disabled'], { anyCase: true })
  const name = `${path}.RecordedParticipants`
  const value = parameterOf(action, name)
  const mend = 'Write ["Agent", "Customer"], one of them, or [] for none.'
  if (value === undefined) {
    const message = `${name} is missing: recording stays as it is.`
    report(`Parameters.${name}`, message, mend, 'warning')
  } else if (!participants(value)) report(`Parameters.${name}`, `${name} is no list of participants.`, mend)
}

/** What the box does not do yet: said, so that nobody counts on it. */
export function warnIfOn(action: FlowActionDocument, report: ActionReport, name: string, what: string): void {
  const value = parameterOf(action, name)
  const on = Array.isArray(value) ? value.length > 0 : ['true', 'enabled'].includes(String(value).toLowerCase())
  if (!on) return
  report(`Parameters.${name}`, `${what} is not done by this box.`, 'Switch it off, or expect nothing of it.', 'warning')
}
