// What may stand in a log line: fields become plain data of bounded size, without passwords, keys and callers' digits
// (which may be card numbers). Works on a copy; getters are not called on class instances, circles are cut.

const removed = '[redacted]'

const maximumDepth = 6
const maximumEntries = 100
const maximumTextLength = 8192

/** Names of fields whose value is never logged, lower case, without `-` and `_`. */
const secretNames = new Set([
  'password',
  'passphrase',
  'secret',
  'token',
  'authorization',
  'proxyauthorization',
  'key',
  'sendkey',
  'receivekey',
  'keyandsalt',
  'masterkey',
  'privatekey',
  'digit',
  'digits',
  'storedcustomerinput',
])

/** Names that the log line itself uses. */
const lineNames = new Set(['level', 'time', 'message'])

const secretTexts: [RegExp, string][] = [
  // RFC 4568: a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:KEY
  [/\binline:[A-Za-z0-9+/=]{8,}/g, `inline:${removed}`],
  // RFC 7616: the response lets a listener try passwords at leisure.
  [/\b(response)\s*=\s*"[^"]*"/gi, `$1="${removed}"`],
  [/\b(password|passphrase|secret|token)(["']?\s*[=:]\s*)("[^"]*"|'[^']*'|[^\s,;&]+)/gi, `$1$2${removed}`],
  // application/dtmf-relay, as phones send it in SIP INFO.
  [/\b(Signal\s*=\s*)[0-9A-D*#]+/g, `$1${removed}`],
]

/** The text without secrets, cut at 8192 characters. */
export function redactText(text: string): string {
  let clean =
    text.length > maximumTextLength ? `${text.slice(0, maximumTextLength)}… (${text.length} characters)` : text
  for (const [pattern, replacement] of secretTexts) clean = clean.replace(pattern, replacement)
  return clean
}

/** Fields of one log line as plain data. A name of the line itself (`level`, …) gets an underscore. */
export function redactFields(fields: object): Record<string, unknown> {
  const clean: Record<string, unknown> = {}
  const source = fields instanceof Error ? { err: fields } : fields
  for (const [name, value] of Object.entries(source).slice(0, maximumEntries))
    clean[lineNames.has(name) ? `${name}_` : name] = isSecret(name) ? removed : redactValue(value, 1, [source])
  return clean
}

function isSecret(name: string): boolean {
  return secretNames.has(name.toLowerCase().replaceAll(/[-_]/g, ''))
}

function redactValue(value: unknown, depth: number, parents: readonly object[]): unknown {
  if (typeof value === 'string') return redactText(value)
  if (typeof value === 'bigint') return value.toString()
  if (typeof value === 'function' || typeof value === 'symbol') return `[${typeof value}]`
  if (typeof value !== 'object' || value === null) return value
  if (parents.includes(value)) return '[circular]'
  if (value instanceof Error) return redactError(value, depth, parents)
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? '[invalid date]' : value.toISOString()
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer || value instanceof SharedArrayBuffer)
    return `[${value.byteLength} bytes]`
  if (depth >= maximumDepth) return '[deeper]'
  const inside = [...parents, value]
  if (value instanceof Map) return redactValue(Object.fromEntries(value), depth, parents)
  if (value instanceof Set) return redactValue([...value], depth, parents)
  if (Array.isArray(value)) return value.slice(0, maximumEntries).map((item) => redactValue(item, depth + 1, inside))
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null) return `[${value.constructor?.name ?? 'object'}]`
  const clean: Record<string, unknown> = {}
  for (const [name, item] of Object.entries(value).slice(0, maximumEntries))
    clean[name] = isSecret(name) ? removed : redactValue(item, depth + 1, inside)
  return clean
}

function redactError(error: Error, depth: number, parents: readonly object[]): unknown {
  const code = 'code' in error ? { code: redactValue(error.code, depth + 1, parents) } : {}
  const cause =
    error.cause !== undefined && depth < maximumDepth
      ? { cause: redactValue(error.cause, depth + 1, [...parents, error]) }
      : {}
  return {
    type: error.name,
    message: redactText(error.message),
    ...code,
    stack: redactText(error.stack ?? ''),
    ...cause,
  }
}
