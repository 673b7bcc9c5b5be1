// SSML as Amazon Polly takes it, reduced to what is safe and espeak-ng understands. A well-formed document with known
// elements only becomes markup of our own making: nothing of the input reaches the program as markup, so that no
// element of espeak-ng's (such as <audio src>, which opens files) can be smuggled in.
//
// Pauses at both ends are told apart from the speech: the speech is trimmed of silence, they are not.

export interface SpokenMarkup {
  /** For `espeak-ng -m`; empty when nothing is to be spoken. */
  markup: string
  leadingPauseMs: number
  trailingPauseMs: number
}

/** The text is no SSML. Polly would refuse it too. */
export class SsmlError extends Error {}

const maximumDepth = 32
const maximumBreakMs = 10_000
/** Of all pauses together at one end. */
const maximumPauseMs = 60_000

/** What becomes of an element: passed on, replaced by its content, or dropped with all it holds. */
type Treatment = 'pass' | 'content' | 'drop'

const elements: ReadonlyMap<string, Treatment> = new Map<string, Treatment>([
  ['speak', 'content'],
  ['p', 'pass'],
  ['s', 'pass'],
  ['emphasis', 'pass'],
  ['prosody', 'pass'],
  ['break', 'content'],
  ['say-as', 'content'],
  ['sub', 'content'],
  ['lang', 'content'],
  ['phoneme', 'content'],
  ['voice', 'content'],
  ['w', 'content'],
  ['mark', 'content'],
  ['amazon:effect', 'content'],
  ['amazon:domain', 'content'],
  ['amazon:emotion', 'content'],
  ['amazon:auto-breaths', 'content'],
  ['amazon:breath', 'content'],
])

/** Attributes that are passed on, and what they may say. */
const passedAttributes: ReadonlyMap<string, RegExp> = new Map([
  ['emphasis level', /^(strong|moderate|reduced|none)$/],
  ['prosody rate', /^(x-slow|slow|medium|fast|x-fast|[0-9]{1,3}%)$/],
  ['prosody pitch', /^(x-low|low|medium|high|x-high|default|[+-]?[0-9]{1,3}%)$/],
  ['prosody volume', /^(silent|x-soft|soft|medium|loud|x-loud|default|[+-]?[0-9]{1,2}dB)$/],
])

const strengthMs: ReadonlyMap<string, number> = new Map([
  ['none', 0],
  ['x-weak', 0],
  ['weak', 250],
  ['medium', 250],
  ['strong', 500],
  ['x-strong', 1000],
])

interface OpenElement {
  name: string
  closing: string
  spellOut: 'digits' | 'characters' | undefined
  /** Content is replaced by what the element says itself (`<sub alias>`). */
  silent: boolean
}

const tagPattern =
  /^<(\/?)([A-Za-z][A-Za-z0-9:_-]*)((?:\s+[A-Za-z_][A-Za-z0-9:_.-]*\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>$/
const attributePattern = /([A-Za-z_][A-Za-z0-9:_.-]*)\s*=\s*(?:"([^"]*)"|'([^']*)')/g

/** Throws SsmlError with what is wrong. A text without <speak> around it is taken as if it had it. */
export function readSsml(text: string): SpokenMarkup {
  const wrapped = /^\s*(<\?[^>]*\?>\s*)?<speak[\s/>]/.test(text) ? text : `<speak>${text}</speak>`
  return new SsmlReader().read(wrapped)
}

class SsmlReader {
  readonly #open: OpenElement[] = []
  #markup = ''
  #leadingPauseMs = 0
  /** Pauses since something was last spoken; not yet known to lie between words. */
  #pendingPauseMs = 0
  #spoken = false
  #rootClosed = false

  read(text: string): SpokenMarkup {
    for (const token of tokensOf(text)) {
      if (!token.startsWith('<')) this.#text(unescapeText(token))
      else if (token.startsWith('<!--') || token.startsWith('<?')) continue
      else this.#tag(token)
    }
    if (this.#open.length > 0) throw new SsmlError(`<${this.#open.at(-1)?.name}> is not closed`)
    if (!this.#rootClosed) throw new SsmlError('there is no <speak>')
    return {
      markup: this.#spoken ? `<speak>${this.#markup}</speak>` : '',
      leadingPauseMs: Math.min(this.#leadingPauseMs, maximumPauseMs),
      trailingPauseMs: Math.min(this.#spoken ? this.#pendingPauseMs : 0, maximumPauseMs),
    }
  }

  #tag(token: string): void {
    const match = tagPattern.exec(token)
    if (!match) throw new SsmlError(`${token.slice(0, 40)} is no tag`)
    const [, slash, name = '', attributes = '', selfClosing] = match
    if (slash) return this.#close(name)
    if (this.#rootClosed) throw new SsmlError('there is more behind </speak>')
    if ((this.#open.length === 0) !== (name === 'speak')) throw new SsmlError(`<${name}> stands in the wrong place`)
    if (!elements.has(name)) throw new SsmlError(`<${name}> is no element of SSML that can be spoken`)
    if (this.#open.length >= maximumDepth) throw new SsmlError('elements are nested too deep')
    this.#openElement(name, attributesOf(attributes))
    if (selfClosing) this.#close(name)
  }

  #openElement(name: string, attributes: ReadonlyMap<string, string>): void {
    const parent = this.#open.at(-1)
    const element: OpenElement = { name, closing: '', spellOut: parent?.spellOut, silent: parent?.silent ?? false }
    if (elements.get(name) === 'pass') {
      this.#markup += `<${name}${passed(name, attributes)}>`
      element.closing = `</${name}>`
    }
    if (name === 'break') this.#pause(breakMs(attributes))
    if (name === 'say-as') element.spellOut = spelling(attributes.get('interpret-as'))
    const alias = name === 'sub' ? attributes.get('alias') : undefined
    if (alias !== undefined) {
      this.#text(alias)
      element.silent = true
    }
    this.#open.push(element)
  }

  #close(name: string): void {
    const element = this.#open.pop()
    if (element?.name !== name) throw new SsmlError(`</${name}> closes nothing`)
    this.#markup += element.closing
    if (this.#open.length === 0) this.#rootClosed = true
  }

  #pause(ms: number): void {
    if (this.#spoken) this.#pendingPauseMs += ms
    else this.#leadingPauseMs += ms
  }

  #text(text: string): void {
    const element = this.#open.at(-1)
    if (!element) {
      if (text.trim() !== '') throw new SsmlError('there is text outside of <speak>')
      return
    }
    if (element.silent) return
    if (text.trim() === '') {
      this.#markup += ' '
      return
    }
    if (this.#pendingPauseMs > 0) this.#markup += `<break time="${Math.min(this.#pendingPauseMs, maximumPauseMs)}ms"/>`
    this.#pendingPauseMs = 0
    this.#spoken = true
    this.#markup += escapeText(spellOut(text, element.spellOut))
  }
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

function passed(name: string, attributes: ReadonlyMap<string, string>): string {
  let text = ''
  for (const [attribute, value] of attributes)
    if (passedAttributes.get(`${name} ${attribute}`)?.test(value)) text += ` ${attribute}="${value}"`
  return text
}

function breakMs(attributes: ReadonlyMap<string, string>): number {
  const time = attributes.get('time')
  if (time === undefined) return strengthMs.get(attributes.get('strength') ?? 'medium') ?? 250
  const match = /^\s*\+?([0-9]+(?:\.[0-9]+)?)(ms|s)\s*$/.exec(time)
  if (!match) throw new SsmlError(`the time of a break is "${time}"`)
  const ms = Number(match[1]) * (match[2] === 's' ? 1000 : 1)
  return Math.min(Math.round(ms), maximumBreakMs)
}

function spelling(interpretAs: string | undefined): OpenElement['spellOut'] {
  switch (interpretAs) {
    case 'digits':
    case 'telephone':
      return 'digits'
    case 'characters':
    case 'spell-out':
    case 'verbatim':
      return 'characters'
    default:
      return undefined
  }
}

/** Characters stand alone, so that the voice says each by its name. */
function spellOut(text: string, how: OpenElement['spellOut']): string {
  if (how === 'digits') return text.replace(/[0-9]/g, ' $& ').replace(/[()-]/g, ' ')
  if (how === 'characters') return [...text.toUpperCase()].filter((character) => character.trim() !== '').join(', ')
  return text
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

function escapeText(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;')
}
