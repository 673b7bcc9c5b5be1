// SSML as Amazon Polly takes it, read into a list of what is to be said and how. Malformed text is refused, as Polly
// refuses it; elements and attributes nobody knows are ignored, their content is spoken. Nothing of the input passes on
// as markup: whoever speaks the list writes markup of its own (espeak-markup.ts, polly-markup.ts, plain-text.ts).

export type SsmlEvent =
  /** Opens one of `spokenElements`; always closed again. */
  | { type: 'open'; name: SpokenElement; attributes: ReadonlyMap<string, string> }
  | { type: 'close'; name: SpokenElement }
  /** Characters as meant: references are resolved, nothing is escaped. */
  | { type: 'text'; text: string }
  | { type: 'pause'; ms: number }

/** The text is no SSML. Polly would refuse it too. */
export class SsmlError extends Error {}

export const spokenElements = [
  'p',
  's',
  'emphasis',
  'prosody',
  'say-as',
  'sub',
  'lang',
  'phoneme',
  'w',
  'amazon:effect',
] as const
export type SpokenElement = (typeof spokenElements)[number]

const maximumDepth = 32
const maximumBreakMs = 10_000

const strengthMs: ReadonlyMap<string, number> = new Map([
  ['none', 0],
  ['x-weak', 0],
  ['weak', 250],
  ['medium', 250],
  ['strong', 500],
  ['x-strong', 1000],
])

const tagPattern =
  /^<(\/?)([A-Za-z][A-Za-z0-9:_-]*)((?:\s+[A-Za-z_][A-Za-z0-9:_.-]*\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>$/
const attributePattern = /([A-Za-z_][A-Za-z0-9:_.-]*)\s*=\s*(?:"([^"]*)"|'([^']*)')/g

/** Throws SsmlError with what is wrong. A text without <speak> around it is taken as if it had it. */
export function readSsml(text: string): SsmlEvent[] {
  const wrapped = /^\s*(<\?[^>]*\?>\s*)?<speak[\s/>]/.test(text) ? text : `<speak>${text}</speak>`
  return new SsmlReader().read(wrapped)
}

class SsmlReader {
  readonly #open: string[] = []
  readonly #events: SsmlEvent[] = []
  #rootClosed = false

  read(text: string): SsmlEvent[] {
    for (const token of tokensOf(text)) {
      if (!token.startsWith('<')) this.#text(unescapeText(token))
      else if (token.startsWith('<!--') || token.startsWith('<?')) continue
      else this.#tag(token)
    }
    if (this.#open.length > 0) throw new SsmlError(`<${this.#open.at(-1)}> is not closed`)
    if (!this.#rootClosed) throw new SsmlError('there is no <speak>')
    return this.#events
  }

  #tag(token: string): void {
    const match = tagPattern.exec(token)
    if (!match) throw new SsmlError(`${token.slice(0, 40)} is no tag`)
    const [, slash, name = '', attributes = '', selfClosing] = match
    if (slash) return this.#close(name)
    if (this.#rootClosed) throw new SsmlError('there is more behind </speak>')
    if ((this.#open.length === 0) !== (name === 'speak')) throw new SsmlError(`<${name}> stands in the wrong place`)
    if (this.#open.length >= maximumDepth) throw new SsmlError('elements are nested too deep')
    this.#openElement(name, attributesOf(attributes))
    if (selfClosing) this.#close(name)
  }

  #openElement(name: string, attributes: ReadonlyMap<string, string>): void {
    this.#open.push(name)
    if (name === 'break') this.#events.push({ type: 'pause', ms: breakMs(attributes) })
    else if (isSpoken(name)) this.#events.push({ type: 'open', name, attributes })
  }

  #close(name: string): void {
    if (this.#open.pop() !== name) throw new SsmlError(`</${name}> closes nothing`)
    if (isSpoken(name)) this.#events.push({ type: 'close', name })
    if (this.#open.length === 0) this.#rootClosed = true
  }

  #text(text: string): void {
    if (this.#open.length > 0) this.#events.push({ type: 'text', text })
    else if (text.trim() !== '') throw new SsmlError('there is text outside of <speak>')
  }
}

function isSpoken(name: string): name is SpokenElement {
  return (spokenElements as readonly string[]).includes(name)
}

/** Tags, comments and the text between them. */
function* tokensOf(text: string): Generator<string> {
  let at = 0
  while (at < text.length) {
    const tagStart = text.indexOf('<', at)
    if (tagStart !== at) yield text.slice(at, tagStart < 0 ? text.length : tagStart)
    if (tagStart < 0) return
    const end = text.startsWith('<!--', tagStart) ? '-->' : '>'
    const tagEnd = text.indexOf(end, tagStart)
    if (tagEnd < 0) throw new SsmlError('a tag is not closed')
    at = tagEnd + end.length
    yield text.slice(tagStart, at)
  }
}

function attributesOf(text: string): Map<string, string> {
  const attributes = new Map<string, string>()
  for (const [, name = '', double, single] of text.matchAll(attributePattern)) {
    if (attributes.has(name)) throw new SsmlError(`the attribute ${name} stands twice`)
    attributes.set(name, unescapeText(double ?? single ?? ''))
  }
  return attributes
}

function breakMs(attributes: ReadonlyMap<string, string>): number {
  const time = attributes.get('time')
  if (time === undefined) return strengthMs.get(attributes.get('strength') ?? 'medium') ?? 250
  const match = /^\s*\+?([0-9]+(?:\.[0-9]+)?)(ms|s)\s*$/.exec(time)
  if (!match) throw new SsmlError(`the time of a break is "${time}"`)
  const ms = Number(match[1]) * (match[2] === 's' ? 1000 : 1)
  return Math.min(Math.round(ms), maximumBreakMs)
}

const entities: ReadonlyMap<string, string> = new Map([
  ['amp', '&'],
  ['lt', '<'],
  ['gt', '>'],
  ['quot', '"'],
  ['apos', "'"],
])

function unescapeText(text: string): string {
  if (!text.includes('&')) return text
  return text.replace(/&([^;\s&]{0,10};)?/g, (whole, body: string | undefined) => {
    const name = body?.slice(0, -1) ?? ''
    const named = entities.get(name)
    if (named !== undefined) return named
    const code = /^#(?:x([0-9A-Fa-f]{1,6})|([0-9]{1,7}))$/.exec(name)
    const point = code ? Number.parseInt(code[1] ?? code[2] ?? '', code[1] === undefined ? 10 : 16) : Number.NaN
    if (Number.isNaN(point) || point > 0x10ffff) throw new SsmlError(`"${whole}" is no character: write &amp; for &`)
    return String.fromCodePoint(point)
  })
}

/** For text and attribute values of markup that is written. */
export function escapeText(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;')
}
