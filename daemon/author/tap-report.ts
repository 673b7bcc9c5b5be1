// Results of scripts as TAP lines; the diagnosis is the YAML block that TAP 14 allows behind a failed line.
import { stringify } from 'yaml'
import type { ScriptFailure, ScriptResult } from './run-script.ts'

export function tapLine(number: number, title: string, { failure, tookMs }: ScriptResult): string {
  return `${failure ? 'not ok' : 'ok'} ${number} - ${escaped(title)} # time=${tookMs.toFixed(1)}ms`
}

/** `at`: file, line and column of the step. */
export function tapDiagnosis(at: string, { expected, happened, trace }: ScriptFailure): string {
  const yaml = stringify({ at, expected, happened, trace }, { lineWidth: 0 })
  const lines = ['---', ...yaml.trimEnd().split('\n'), '...']
  return lines.map((line) => `  ${line}`).join('\n')
}

/** One line; `#` begins a directive, `\` escapes. */
function escaped(title: string): string {
  return title.replaceAll(/[\\#]/g, '\\$&').replaceAll(/\p{C}/gu, '?')
}
