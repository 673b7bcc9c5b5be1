// Who is recorded, as the two recording actions write it: a list, or (older exports) a list inside a JSON text.
import type { ActionReport, FlowActionDocument } from '../action.ts'
import type { RecordingBehavior } from '../host.ts'
import { ParameterError } from '../resolved-parameters.ts'
import { parameterOf } from './checks.ts'

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

/** An empty list switches recording off. */
export function readRecording(value: unknown): RecordingBehavior {
  const names = participants(value)
  if (!names) throw new ParameterError('RecordedParticipants is no list of Agent and Customer')
  return { agent: names.includes('Agent'), customer: names.includes('Customer') }
}

export function checkRecording(action: FlowActionDocument, report: ActionReport, name: string): void {
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
