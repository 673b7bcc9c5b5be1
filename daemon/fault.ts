// What is wrong with something a person wrote (config, flow, prompt): where it is, what is wrong, how to mend it.

export type Severity = 'error' | 'warning'

export interface Fault {
  /** Stable code, for machines and for screenshots: `CFG-…` from config, `FLOW-…` from flows. Never reused. */
  code: string
  severity: Severity
  /** File as the person named it. */
  file: string
  /** 1-based; absent when the fault is the file itself (missing, unreadable). */
  line?: number
  column?: number
  /** JSON path of the value inside the file, e.g. `$.Actions[3].Parameters.QueueId`. */
  path?: string
  /** What is wrong. */
  message: string
  /** What to do about it. */
  mend: string
}

/** One line a person can click on: `file:line:column: error CFG-…: what. mend.` */
export function formatFault(fault: Fault): string {
  const place = [fault.file, fault.line, fault.column].filter((part) => part !== undefined).join(':')
  return `${place}: ${fault.severity} ${fault.code}: ${fault.message} ${fault.mend}`
}
