// Paths into a configuration's values, how they are written, and how the values under a pattern are found.

export type Path = readonly (string | number)[]

/** `$.queues[0].hours`, as flows and editors write it. */
export function formatPath(path: Path): string {
  let text = '$'
  for (const part of path) {
    if (typeof part === 'number') text += `[${part}]`
    else text += /^[A-Za-z_][A-Za-z0-9_-]*$/.test(part) ? `.${part}` : `[${JSON.stringify(part)}]`
  }
  return text
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** One step into a value; undefined where there is nothing. Never reaches a prototype. */
export function child(value: unknown, part: string | number): unknown {
  if (Array.isArray(value)) return typeof part === 'number' ? value[part] : undefined
  return isRecord(value) && Object.hasOwn(value, part) ? value[part] : undefined
}

export function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>(child, value)
}

export interface Found {
  path: Path
  value: unknown
}

/** Every value under a pattern such as `queues.*.hours`, where `*` stands for each item of a list. */
export function findAll(root: unknown, pattern: string): Found[] {
  let found: Found[] = [{ path: [], value: root }]
  for (const part of pattern.split('.')) {
    const next: Found[] = []
    for (const { path, value } of found) {
      if (part !== '*') next.push({ path: [...path, part], value: child(value, part) })
      else if (Array.isArray(value))
        for (const [index, item] of value.entries()) next.push({ path: [...path, index], value: item })
    }
    found = next.filter(({ value }) => value !== undefined)
  }
  return found
}

/** As `findAll`, texts only: what is no text is the schema's business. */
export function findTexts(root: unknown, pattern: string): { path: Path; value: string }[] {
  return findAll(root, pattern).filter(
    (found): found is { path: Path; value: string } => typeof found.value === 'string',
  )
}
