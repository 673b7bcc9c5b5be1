// What a flow wants said, made ready for the speech program: plain text or our own markup, and pauses around it.
import { readSsml } from './ssml.ts'

export interface SpeechText {
  /** For the program's standard input; empty when there is nothing to say. */
  text: string
  markup: boolean
  leadingPauseMs: number
  trailingPauseMs: number
}

/** Throws SsmlError when `ssml` is set and the text is none. */
export function speechText(text: string, ssml: boolean): SpeechText {
  if (!ssml) return { text: withoutControls(text).trim(), markup: false, leadingPauseMs: 0, trailingPauseMs: 0 }
  const { markup, leadingPauseMs, trailingPauseMs } = readSsml(text)
  // After reading: character references can stand for anything.
  return { text: withoutControls(markup), markup: true, leadingPauseMs, trailingPauseMs }
}

/** Control characters become spaces, and `[[…]]` loses its meaning: to espeak-ng it is phonemes, not text. */
function withoutControls(text: string): string {
  return text
    .replace(/\p{Cc}/gu, ' ')
    .replaceAll('[[', '[ [')
    .replaceAll(']]', '] ]')
}
