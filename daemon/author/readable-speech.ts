// Speech as text to read, and how long it roughly takes to say.
import type { Speech } from '../flow/host.ts'

/** About 150 English words a minute. */
const msPerCharacter = 65
const entities: ReadonlyMap<string, string> = new Map([
  ['amp', '&'],
  ['lt', '<'],
  ['gt', '>'],
  ['quot', '"'],
  ['apos', "'"],
])

/** Words without SSML's tags, in one line. */
export function readableText(speech: Extract<Speech, { kind: 'text' }>): string {
  const plain = speech.ssml ? speech.text.replaceAll(/<[^>]*>/g, ' ').replaceAll(/&(\w+);/g, entityText) : speech.text
  return inOneLine(plain)
}

export function inOneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim()
}

function entityText(written: string, name: string): string {
  return entities.get(name) ?? written
}

/** `promptMs` tells the length of a recording. */
export function speechMs(speech: Speech, promptMs: (promptId: string) => number): number {
  if (speech.kind === 'prompt') return promptMs(speech.promptId)
  const breaks = speech.ssml ? [...speech.text.matchAll(/<break\b[^>]*\btime\s*=\s*["']?([0-9.]+)(ms|s)/g)] : []
  const breakMs = breaks.reduce((sum, [, amount, unit]) => sum + Number(amount) * (unit === 's' ? 1000 : 1), 0)
  return Math.round(readableText(speech).length * msPerCharacter + (Number.isFinite(breakMs) ? breakMs : 0))
}
