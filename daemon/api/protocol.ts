// The control protocol: JSON lines over a Unix stream socket, one request a line, one answer a line, answers in any
// order. For the command-line tool and for scripts; who may open the socket may do everything.
//
//   ▶ {"id":1,"method":"status"}
//   ◀ {"id":1,"result":{…}}         or   ◀ {"id":1,"error":{"code":"…","message":"…","mend":"…"}}

export const defaultSocketPath = '/run/cordboard/control.sock'

/** struct sockaddr_un holds 108 bytes with the closing NUL; longer paths would be cut, or refused without a word. */
export const maximumSocketPathBytes = 107

export const maximumRequestBytes = 64 * 1024
export const maximumResponseBytes = 16 * 1024 * 1024

/** Stable words for machines. */
export type ControlErrorCode =
  /** The line is no JSON object with `id` and `method`. Its answer has `id` null. */
  | 'malformed'
  /** The line passed 64 KiB; the connection is closed after the answer. */
  | 'lineTooLong'
  | 'unknownMethod'
  | 'badParams'
  /** What the parameters name does not exist. */
  | 'notFound'
  /** It can't be done now: the message says why. */
  | 'refused'
  | 'timeout'
  /** The method failed; the journal has the reason. */
  | 'failed'
  | 'tooManyConnections'
  | 'tooManyRequests'
  | 'answerTooLong'
  | 'stopping'
  /** From the client's side: no daemon listens there, no permission, the answer made no sense. */
  | 'unreachable'
  | 'forbidden'
  | 'badAnswer'

/** A refusal with words for a person. Methods throw it; `callControl` rejects with it. */
export class ControlError extends Error {
  readonly code: ControlErrorCode
  readonly mend: string

  constructor(code: ControlErrorCode, message: string, mend: string) {
    super(message)
    this.name = 'ControlError'
    this.code = code
    this.mend = mend
  }
}

export type RequestId = string | number

export interface ControlRequest {
  id: RequestId
  method: string
  params: unknown
}

export type ControlResponse =
  | { id: RequestId | null; result: unknown }
  | { id: RequestId | null; error: { code: ControlErrorCode; message: string; mend: string } }

/** Undefined when the line is no request. */
export function parseRequest(line: string): ControlRequest | undefined {
  const value = parseObject(line)
  if (!value) return undefined
  const { id, method, params } = value
  if (typeof id !== 'string' && (typeof id !== 'number' || !Number.isSafeInteger(id))) return undefined
  if (typeof method !== 'string') return undefined
  return { id, method, params }
}

/** Undefined when the line is no answer. */
export function parseResponse(line: string): ControlResponse | undefined {
  const value = parseObject(line)
  if (!value) return undefined
  const id = typeof value.id === 'string' || typeof value.id === 'number' ? value.id : null
  if ('result' in value) return { id, result: value.result }
  const { error } = value
  if (typeof error !== 'object' || error === null) return undefined
  const { code, message, mend } = error as Record<string, unknown>
  if (typeof code !== 'string' || typeof message !== 'string' || typeof mend !== 'string') return undefined
  return { id, error: { code: code as ControlErrorCode, message, mend } }
}

function parseObject(line: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined
  } catch {
    // Not JSON: the caller answers, counts or reports it.
    return undefined
  }
}
