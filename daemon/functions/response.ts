// What a function answered: read and measured. Whether a flow's block can use it is the flow's to judge.
import { type FunctionFault, type FunctionOutcome, isJsonObject, type JsonValue } from './functions.ts'
import { longestAnswerBytes, oneLine, tooLarge } from './runner.ts'

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
