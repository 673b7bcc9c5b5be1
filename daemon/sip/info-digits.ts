// Digits in INFO requests: bodies both ways, and the same key told twice, by INFO and in the audio path. Pure.

/** Types of body that hold one digit. */
export const digitTypes = ['application/dtmf-relay', 'application/dtmf'] as const

/** `Signal=5` of application/dtmf-relay, or the bare digit of application/dtmf. */
export function digitIn(body: string): string | undefined {
  const relay = /^Signal[ \t]*=[ \t]*([0-9A-D*#]|1[01])[ \t]*$/im.exec(body)?.[1]
  const signal = relay ?? /^[ \t\r\n]*([0-9A-D*#]|1[01])[ \t\r\n]*$/i.exec(body)?.[1]
  // Some write the event codes of RFC 4733 for star and pound.
  if (signal === '10') return '*'
  return signal === '11' ? '#' : signal?.toUpperCase()
}

/** Body of application/dtmf-relay. */
export function digitBody(digit: string): string {
  return `Signal=${digit}\r\nDuration=160\r\n`
}

export type DigitSource = 'info' | 'media'

/** Digits that were taken and may be told a second time by the other source. */
export type Unpaired = readonly { digit: string; source: DigitSource; atMs: number }[]

/** How far the two tellings of one key lie apart at most: the tone may be told at its end, the INFO be sent again. */
const pairingMs = 800
const mostUnpaired = 32

/** Whether the digit is a new one. */
export function takeDigit(
  unpaired: Unpaired,
  digit: string,
  source: DigitSource,
  nowMs: number,
): { unpaired: Unpaired; isNew: boolean } {
  const recent = unpaired.filter(({ atMs }) => nowMs - atMs < pairingMs)
  const twin = recent.find((one) => one.digit === digit && one.source !== source)
  if (twin) return { unpaired: recent.filter((one) => one !== twin), isNew: false }
  return { unpaired: [...recent.slice(-(mostUnpaired - 1)), { digit, source, atMs: nowMs }], isNew: true }
}
