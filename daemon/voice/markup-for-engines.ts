// Speech for engines that are no part of the box: as SSML of Polly's kind, or as plain text for those that take none.
import { escapeText, type SsmlEvent } from './ssml.ts'
import { wordsOf } from './wording.ts'

/** A whole document, sound whatever the flow wrote: every element of it is one Polly knows. */
export function pollyMarkup(events: readonly SsmlEvent[]): string {
  let markup = ''
  for (const event of events) {
    if (event.type === 'text') markup += escapeText(withoutControls(event.text))
    else if (event.type === 'pause') markup += `<break time="${event.ms}ms"/>`
    else if (event.type === 'close') markup += `</${event.name}>`
    else {
      markup += `<${event.name}`
      for (const [name, value] of event.attributes) markup += ` ${name}="${escapeText(withoutControls(value))}"`
      markup += '>'
    }
  }
  return `<speak>${markup}</speak>`
}

/** Words only: pauses have been cut out before (speech-pieces.ts), the rest has no words. */
export function plainText(events: readonly SsmlEvent[]): string {
  const words = wordsOf(events).map((event) => {
    if (event.type === 'text') return event.text
    // Sentences stand apart; what only colours the voice may begin within a word.
    return event.type === 'close' && (event.name === 'p' || event.name === 's') ? ' ' : ''
  })
  return withoutControls(words.join('')).replace(/\s+/g, ' ').trim()
}

function withoutControls(text: string): string {
  return text.replace(/\p{Cc}/gu, ' ')
}
