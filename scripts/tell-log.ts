// The daemon's log for people who watch: one short line of each JSON line, without what only machines want.

const hidden = new Set(['level', 'time', 'message', 'part'])

/** Prints a line of the log; what is no JSON is printed as it is. */
export function tellLogLine(line: string): void {
  if (line.trim() === '') return
  const entry = parsed(line)
  if (!entry) {
    console.log(line)
    return
  }
  if (entry.level === 'debug') return
  const time = String(entry.time ?? '').slice(11, 19)
  const mark = entry.level === 'info' ? ' ' : '!'
  const fields = Object.entries(entry)
    .filter(([name, value]) => !hidden.has(name) && value !== undefined && value !== null)
    .map(([name, value]) => `${name}=${typeof value === 'object' ? JSON.stringify(value) : value}`)
  console.log([time, mark, entry.part ? `${entry.part}:` : '', entry.message, ...fields].filter(Boolean).join(' '))
}

function parsed(line: string): Record<string, unknown> | undefined {
  if (!line.startsWith('{')) return undefined
  try {
    return JSON.parse(line) as Record<string, unknown>
  } catch {
    // Cut off by a crash, perhaps: shown as it is.
    return undefined
  }
}
