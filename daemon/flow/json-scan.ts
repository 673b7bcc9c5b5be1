// Reads JSON text for its places only: where each value stands, which keys are written twice, where the syntax breaks.
// Values themselves come from JSON.parse; its messages name no place for half of the faults, hence this.
//
// One pass, no recursion, so that no text can exhaust the stack.

export interface JsonFault {
  offset: number
  message: string
}

export interface JsonVisitor {
  /** A value begins at `offset`. `path` is the scanner's own array: copy what is kept. */
  value?(path: readonly (string | number)[], offset: number): void
  /** A key that the object already had. JSON.parse would take the last one without a word. */
  duplicateKey?(path: readonly (string | number)[], offset: number): void
}

interface Open {
  array: boolean
  keys: Set<string>
}

const escapePattern = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y
const numberPattern = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y
const quote = 0x22
const backslash = 0x5c
const firstPrintable = 0x20
const wordPattern = /true|false|null/y
const spacePattern = /[ \t\n\r]*/y

/** Strict JSON (RFC 8259), nested at most `maximumDepth`. Undefined when the text is sound. */
export function scanJson(text: string, maximumDepth: number, visitor: JsonVisitor = {}): JsonFault | undefined {
  const path: (string | number)[] = []
  const open: Open[] = []
  let at = 0

  const match = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at
    const found = pattern.exec(text)?.[0]
    if (found !== undefined) at += found.length
    return found
  }
  /** Nothing is consumed unless a whole string stands here. */
  const matchString = (): string | undefined => {
    if (text[at] !== '"') return undefined
    let end = at + 1
    for (;;) {
      const code = text.charCodeAt(end)
      if (code === quote) break
      if (code === backslash) {
        escapePattern.lastIndex = end
        const escaped = escapePattern.exec(text)
        if (!escaped) return undefined
        end += escaped[0].length
      } else if (code >= firstPrintable) end++
      // A control character, or NaN: the end of the text.
      else return undefined
    }
    const start = at
    at = end + 1
    return text.slice(start, at)
  }
  const skipSpace = () => void match(spacePattern)
  const fault = (expected: string): JsonFault => ({
    offset: at,
    message: at >= text.length ? `The text ends where ${expected} should stand.` : `Here should stand ${expected}.`,
  })

  /** Reads `"key":` and puts the key on the path. */
  const readKey = (inside: Open): JsonFault | undefined => {
    const keyOffset = at
    const written = matchString()
    if (written === undefined) return fault('a key in double quotes')
    const key: string = JSON.parse(written)
    path[open.length - 1] = key
    if (inside.keys.has(key)) visitor.duplicateKey?.(path, keyOffset)
    inside.keys.add(key)
    skipSpace()
    if (text[at] !== ':') return fault('a colon after the key')
    at++
    skipSpace()
    return undefined
  }

  skipSpace()
  for (;;) {
    // A value begins here, and `path` leads to it.
    visitor.value?.(path, at)
    const first = text[at]
    if (first === '{' || first === '[') {
      if (open.length >= maximumDepth) return { offset: at, message: `Nested deeper than ${maximumDepth} levels.` }
      const inside: Open = { array: first === '[', keys: new Set() }
      at++
      skipSpace()
      if (text[at] === (inside.array ? ']' : '}')) {
        at++
      } else {
        open.push(inside)
        path.push(0)
        const wrong = inside.array ? undefined : readKey(inside)
        if (wrong) return wrong
        continue
      }
    } else if (matchString() === undefined && match(numberPattern) === undefined && match(wordPattern) === undefined) {
      return fault('a value')
    }

    // A value has ended: close what closes, then go on behind the comma.
    for (;;) {
      skipSpace()
      const inside = open.at(-1)
      if (!inside) return at < text.length ? fault('nothing more') : undefined
      const mark = text[at]
      if (mark === ',') {
        at++
        skipSpace()
        if (inside.array) path[open.length - 1] = Number(path[open.length - 1]) + 1
        const wrong = inside.array ? undefined : readKey(inside)
        if (wrong) return wrong
        break
      }
      if (mark !== (inside.array ? ']' : '}')) return fault(inside.array ? 'a comma or ]' : 'a comma or }')
      at++
      open.pop()
      path.pop()
    }
  }
}

/** Line and column, from 1, of an offset. */
export function placeOf(text: string, offset: number): { line: number; column: number } {
  let line = 1
  let lineStart = 0
  for (;;) {
    const next = text.indexOf('\n', lineStart)
    if (next < 0 || next >= offset) return { line, column: offset - lineStart + 1 }
    line++
    lineStart = next + 1
  }
}

/** Offset of the value at the path, or of the innermost value around it that exists. The text is sound JSON. */
export function offsetOf(text: string, target: readonly (string | number)[], maximumDepth: number): number {
  let found = 0
  let foundLength = -1
  scanJson(text, maximumDepth, {
    value(path, offset) {
      if (path.length <= foundLength || path.length > target.length) return
      for (let i = 0; i < path.length; i++) if (path[i] !== target[i]) return
      found = offset
      foundLength = path.length
    },
  })
  return found
}

/** `$.Actions[3].Parameters.QueueId` */
export function formatPath(path: readonly (string | number)[]): string {
  let text = '$'
  for (const part of path) {
    if (typeof part === 'number') text += `[${part}]`
    else text += /^[A-Za-z_][A-Za-z0-9_-]*$/.test(part) ? `.${part}` : `[${JSON.stringify(part)}]`
  }
  return text
}
