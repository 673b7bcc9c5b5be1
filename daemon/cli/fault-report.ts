// Faults of what people wrote, as lines to click on or as JSON.
import { reportVersion } from '../api/reports.ts'
import { type Fault, formatFault } from '../fault.ts'
import type { Invocation } from './command.ts'
import { printable } from './table.ts'

/** `subject` joins the JSON object, `summary` begins the last line for people. */
export function reportFaults(
  { terminal, options }: Invocation,
  subject: Record<string, unknown>,
  summary: string,
  faults: readonly Fault[],
  ok: boolean,
): void {
  if (options.json === true) {
    terminal.out(JSON.stringify({ version: reportVersion, ...subject, ok, faults }, null, 2))
    return
  }
  for (const fault of faults) terminal.out(printable(faultLine(fault)))
  const errors = faults.filter((fault) => fault.severity === 'error').length
  const warnings = faults.length - errors
  const counted = [count(errors, 'error'), count(warnings, 'warning')].filter((part) => part !== '').join(', ')
  terminal.out(`${summary}: ${ok ? (counted === '' ? 'all is well' : `usable, ${counted}`) : counted}`)
}

/** The line to click on, and at its end the path of the value: `file:line:column: error CODE: what. mend. [$.path]` */
export function faultLine(fault: Fault): string {
  return fault.path === undefined ? formatFault(fault) : `${formatFault(fault)} [${fault.path}]`
}

function count(number: number, noun: string): string {
  return number === 0 ? '' : `${number} ${noun}${number === 1 ? '' : 's'}`
}
