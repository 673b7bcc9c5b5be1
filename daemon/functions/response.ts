// What a function answered: read, measured and held against the type of response that the flow's block asks for.
import { type FunctionFault, type FunctionOutcome, isJsonObject, type JsonObject, type JsonValue } from './functions.ts'
import { longestAnswerBytes, oneLine, tooLarge } from './runner.ts'

/** `ResponseValidation.ResponseType` of the block; absent there: STRING_MAP. */
export type ResponseType = 'STRING_MAP' | 'JSON'

/** Deeper values than this no reference of a flow reaches. */
const deepest = 64

/** Text to object. A list, a plain value or `null` is no answer a flow could use. */
export function readAnswer(text: string): FunctionOutcome {
  if (Buffer.byteLength(text) > longestAnswerBytes) return tooLarge('the answer')
  let value: JsonValue
  try {
    value = JSON.parse(text) as JsonValue
  } catch (fault) {
    if (!(fault instanceof SyntaxError)) throw fault
    return badResponse(text.trim() === '' ? 'the answer is empty' : `the answer is no JSON: ${fault.message}`)
  }
  if (!isJsonObject(value)) return badResponse(`the answer is ${kindOf(value)}, not an object`)
  if (!isShallow(value, deepest)) return badResponse(`the answer is nested deeper than ${deepest} levels`)
  return { ok: true, result: value }
}

/**
 * STRING_MAP: a flat map; numbers and booleans become texts, a null is left out (a reference to it finds no data).
 * JSON: anything up to 32 KB.
 */
export function validateResponse(result: JsonObject, type: ResponseType): FunctionOutcome {
  if (Buffer.byteLength(JSON.stringify(result)) > longestAnswerBytes) return tooLarge('the answer')
  if (type === 'JSON') return { ok: true, result }
  const flat: [string, string][] = []
  for (const [key, value] of Object.entries(result)) {
    if (typeof value === 'object' && value !== null)
      return badResponse(`"${key}" is ${kindOf(value)}, and a STRING_MAP holds texts only`)
    if (value !== null) flat.push([key, String(value)])
  }
  // fromEntries defines own properties: a key `__proto__` stays a key.
  return { ok: true, result: Object.fromEntries(flat) }
}

function badResponse(detail: string): FunctionFault {
  return { ok: false, reason: 'badResponse', detail: oneLine(detail) }
}

function isShallow(value: JsonValue, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return true
  return levels > 0 && Object.values(value).every((inner) => isShallow(inner, levels - 1))
}

function kindOf(value: JsonValue): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'a list'
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`
}
