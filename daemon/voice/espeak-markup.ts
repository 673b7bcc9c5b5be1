// Speech as espeak-ng takes it: plain text, or markup of our own making where there is more to say than words. Of the
// text nothing can become markup, so that no element of espeak-ng's (such as <audio src>, which opens files) can be
// smuggled in.
import { escapeText, type SsmlEvent } from './ssml.ts'
import type { EspeakVoice } from './voices.ts'
import { espeakLanguage } from './voices.ts'
import { wordsOf } from './wording.ts'

export interface EspeakText {
  /** For the program's standard input; empty when there is nothing to say. */
  text: string
  /** `-m` is to be given. */
  markup: boolean
}

/** Attributes that are passed on, and what they may say. */
const passedAttributes: ReadonlyMap<string, RegExp> = new Map([
  ['emphasis level', /^(strong|moderate|reduced|none)$/],
  ['prosody rate', /^(x-slow|slow|medium|fast|x-fast|[0-9]{1,3}%)$/],
  ['prosody pitch', /^(x-low|low|medium|high|x-high|default|[+-]?[0-9]{1,3}%)$/],
  ['prosody volume', /^(silent|x-soft|soft|medium|loud|x-loud|default|[+-]?[0-9]{1,2}dB)$/],
])

export function espeakText(events: readonly SsmlEvent[], voice: EspeakVoice): EspeakText {
  const words = wordsOf(events)
  if (!words.some((event) => event.type === 'text' && event.text.trim() !== '')) return { text: '', markup: false }
  if (words.every((event) => event.type === 'text'))
    return { text: withoutControls(words.map(({ text }) => text).join('')).trim(), markup: false }
  const closings: string[] = []
  let markup = ''
  for (const event of words) {
    if (event.type === 'text') markup += escapeText(event.text)
    else if (event.type === 'pause') markup += `<break time="${event.ms}ms"/>`
    else if (event.type === 'close') markup += closings.pop() ?? ''
    else {
      const { opening, closing } = element(event, voice)
      markup += opening
      closings.push(closing)
    }
  }
  return { text: withoutControls(`<speak>${markup}</speak>`), markup: true }
}

function element({ name, attributes }: SsmlEvent & { type: 'open' }, voice: EspeakVoice) {
  if (name === 'lang') {
    const language = attributes.get('xml:lang')
    return language === undefined ? nothing : voiceElement(`xml:lang="${espeakLanguage(language)}"`)
  }
  if (name === 'amazon:effect') {
    const [language = '', variant = ''] = voice.name.split('+')
    const whisperer = variant.startsWith('f') ? 'whisperf' : 'whisper'
    return attributes.get('name') === 'whispered' ? voiceElement(`name="${language}+${whisperer}"`) : nothing
  }
  return { opening: `<${name}${passed(name, attributes)}>`, closing: `</${name}>` }
}

const nothing = { opening: '', closing: '' }

/** Attributes of our own tables only. */
function voiceElement(attribute: string) {
  return { opening: `<voice ${attribute}>`, closing: '</voice>' }
}

function passed(name: string, attributes: ReadonlyMap<string, string>): string {
  let text = ''
  for (const [attribute, value] of attributes)
    if (passedAttributes.get(`${name} ${attribute}`)?.test(value)) text += ` ${attribute}="${value}"`
  return text
}

/** Control characters become spaces, and `[[…]]` loses its meaning: to espeak-ng it is phonemes, not text. */
export function withoutControls(text: string): string {
  return text
    .replace(/\p{Cc}/gu, ' ')
    .replaceAll('[[', '[ [')
    .replaceAll(']]', '] ]')
}
