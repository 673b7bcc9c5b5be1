// Where a prompt's URI leads: only to addresses under the sources that the instance declares, however the URI was put
// together by a flow.

export interface PromptSource {
  /** Beginning of URIs as flows write them, e.g. `s3://my-bucket/prompts/`. */
  from: string
  /** What stands in its place, e.g. `https://media.example.com/prompts/`. */
  to: string
  headers: Readonly<Record<string, string>>
}

const longestUri = 2000

/** Undefined: no source has it, or it leads out of its source. */
export function addressOf(
  uri: string,
  sources: readonly PromptSource[],
): { url: string; headers: PromptSource['headers'] } | undefined {
  const source = sources.find(({ from }) => uri.startsWith(from))
  if (!source || uri.length > longestUri) return undefined
  const written = source.to + uri.slice(source.from.length)
  // As it is asked for: `..`, in whatever disguise, has been followed by then.
  if (!URL.canParse(written)) return undefined
  const { href } = new URL(written)
  const root = new URL(source.to).href
  if (!href.startsWith(root) || /%2e|%2f|%5c/i.test(href.slice(root.length))) return undefined
  return { url: href, headers: source.headers }
}
