// What stands in for AWS Lambda on the box, as flows see it: functions by name, each an HTTP endpoint, a program or a
// JavaScript module of the instance. Event and response have Connect's shapes (fact sheet flow-language 5.4).

export type JsonValue = string | number | boolean | null | JsonValue[] | JsonObject
export interface JsonObject {
  [key: string]: JsonValue
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A function as functions.yaml declares it, with the values of its secret headers. */
export type FunctionDefinition = {
  name: string
  /** Cut off after this, however long the flow would wait. */
  timeoutS: number
  /** Calls at once; more wait for their turn. */
  concurrency: number
} & (
  | { kind: 'http'; url: string; headers: Readonly<Record<string, string>> }
  /** Program and arguments, never through a shell. A program with a slash in it is relative to the instance. */
  | { kind: 'program'; command: readonly string[] }
  /** JavaScript file, relative to the instance, that exports `handler(event, context)`. */
  | { kind: 'module'; file: string }
)

export type FunctionFailure = 'notFound' | 'timeout' | 'failed' | 'badResponse' | 'tooLarge' | 'busy' | 'aborted'

/** `detail` is for the flow log and the operator, one line. */
export interface FunctionFault {
  ok: false
  reason: FunctionFailure
  detail: string
}

export type FunctionOutcome = { ok: true; result: JsonObject } | FunctionFault

export interface InvokeOptions {
  /** How long the flow waits; the function's own limit holds too. */
  timeoutMs: number
  /** Aborted when nobody waits any more: what was started is stopped. */
  signal: AbortSignal
}

/** The box's own ARN of a function. */
export function functionArn(name: string): string {
  return `arn:aws:lambda:local:000000000000:function:${name}`
}

export interface Functions {
  has(name: string): boolean
  /** Never rejects for what a function does or a person configured. */
  invoke(name: string, event: JsonObject, options: InvokeOptions): Promise<FunctionOutcome>
  counters(): Record<string, number>
  /** Stops what still runs, and resolves when it is gone. Calls under way end as aborted, later ones at once. */
  close(): Promise<void>
}
