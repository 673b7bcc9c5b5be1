// How long an answer may be used without asking again (RFC 9111 section 5.2.2).

/** Where the server says nothing: a prompt changed on the server is heard within so long. */
const defaultMs = 60_000
const longestMs = 30 * 24 * 3_600_000

export function maxAgeMs(cacheControl: string | null): number {
  const directives = (cacheControl ?? '').toLowerCase().split(',')
  if (directives.some((directive) => /^\s*no-(cache|store)\s*$/.test(directive))) return 0
  const seconds = directives.map((directive) => /^\s*max-age\s*=\s*"?([0-9]{1,12})"?\s*$/.exec(directive)?.[1])
  const given = seconds.find((one) => one !== undefined)
  return given === undefined ? defaultMs : Math.min(Number(given) * 1000, longestMs)
}
