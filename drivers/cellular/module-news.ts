// What a cellular module says unasked (3GPP 27.007, and the families' own), read from its lines.
import type { FarEndCause } from '../line-driver.ts'

/** 27.007 +CLCC, and with the same meaning where they overlap ^DSCI of Quectel. */
export type CallState = 'active' | 'held' | 'dialling' | 'alerting' | 'incoming' | 'waiting' | 'ended'

export type Registration = 'home' | 'roaming' | 'searching' | 'denied' | 'none'

export type ModuleNews =
  | { news: 'ring' }
  | { news: 'callerId'; number?: string; withheld?: 'private' | 'unavailable' }
  | { news: 'call'; state: CallState; number?: string }
  | { news: 'callEnded'; cause: FarEndCause }
  | { news: 'digit'; digit: string }
  | { news: 'registration'; registration: Registration }
  | { news: 'signal'; dbm: number | undefined }
  | { news: 'operator'; name: string }
  | { news: 'sim'; sim: string }
  /** It has started anew by itself. */
  | { news: 'restarted' }
  | { news: 'nothing' }

const callStates: readonly CallState[] = ['active', 'held', 'dialling', 'alerting', 'incoming', 'waiting', 'ended']
const dsciStates: Readonly<Record<string, CallState>> = {
  1: 'held',
  2: 'dialling',
  3: 'active',
  4: 'incoming',
  5: 'waiting',
  6: 'ended',
  7: 'alerting',
}
const registrations: Readonly<Record<string, Registration>> = {
  0: 'none',
  1: 'home',
  2: 'searching',
  3: 'denied',
  5: 'roaming',
  // Registered for SMS only, or for emergencies only: no calls (27.007 section 7.2).
  6: 'denied',
  8: 'denied',
}

const readers: readonly [RegExp, (match: RegExpExecArray) => ModuleNews][] = [
  [/^RING$|^\+CRING: ?VOICE/, () => ({ news: 'ring' })],
  [/^\+CLIP: ?"([^"]*)",\d+(?:,[^,]*,[^,]*,[^,]*,(\d))?/, ([, number = '', validity]) => callerId(number, validity)],
  [
    /^\+CLCC: ?\d+,[01],(\d),(\d),\d(?:,"([^"]*)")?/,
    ([, state = '', mode, number]) => (mode === '0' ? callNews(callStates[Number(state)], number) : nothing),
  ],
  [
    /^\^DSCI: ?\d+,\d,(\d),(\d)(?:,"?([^",]*)"?)?/,
    ([, state = '', type, number]) => (type === '0' ? callNews(dsciStates[state], number) : nothing),
  ],
  [/^VOICE CALL: ?BEGIN/, () => ({ news: 'call', state: 'active' })],
  [/^VOICE CALL: ?END|^NO CARRIER$|^MISSED_CALL/, () => ({ news: 'callEnded', cause: 'hangUp' })],
  [/^BUSY$/, () => ({ news: 'callEnded', cause: 'busy' })],
  [/^NO ANSWER$/, () => ({ news: 'callEnded', cause: 'noAnswer' })],
  [/^\+(?:RX)?DTMF: ?([\d*#A-D])$/, ([, digit = '']) => ({ news: 'digit', digit })],
  [/^\+QTONEDET: ?(\d{2})$/, ([, code]) => keyOf(String.fromCharCode(Number(code)))],
  [
    /^\+CREG: ?(?:[012],)?(\d)(?:,"[^"]*".*)?$/,
    ([, state = '']) => ({
      news: 'registration',
      registration: registrations[state] ?? 'none',
    }),
  ],
  [/^\+CSQ: ?(\d+)/, ([, level]) => ({ news: 'signal', dbm: dbmOf(Number(level)) })],
  [/^\+COPS: ?\d,\d,"([^"]*)"/, ([, name = '']) => ({ news: 'operator', name: name.slice(0, 32) })],
  [/^\+CPIN: ?(.+)$/, ([, sim = '']) => ({ news: 'sim', sim: sim.slice(0, 32) })],
  [/^RDY$|^START$|^\*ATREADY/, () => ({ news: 'restarted' })],
  [/^\+(?:QIND|CFUN|QUSIM|CTZV|CIEV|CGEV)\b|^(?:PB|SMS) (?:DONE|READY)$|^\+C?MTI?:|^Call Ready$/, () => nothing],
]

const nothing: ModuleNews = { news: 'nothing' }

function callNews(state: CallState | undefined, number: string | undefined): ModuleNews {
  if (!state) return nothing
  return { news: 'call', state, ...(isNumber(number) && { number }) }
}

function callerId(number: string, validity: string | undefined): ModuleNews {
  if (isNumber(number)) return { news: 'callerId', number }
  return { news: 'callerId', withheld: validity === '1' ? 'private' : 'unavailable' }
}

function isNumber(text: string | undefined): text is string {
  return text !== undefined && /^\+?[\d*#]{2,32}$/.test(text)
}

function keyOf(digit: string): ModuleNews {
  return /[\d*#A-D]/.test(digit) ? { news: 'digit', digit } : nothing
}

/** 27.007 section 8.5. */
function dbmOf(level: number): number | undefined {
  return level <= 31 ? -113 + 2 * level : undefined
}

/** Undefined: it is no news, so it belongs to an answer. */
export function readNews(line: string): ModuleNews | undefined {
  for (const [form, read] of readers) {
    const match = form.exec(line)
    if (match) return read(match)
  }
  return undefined
}

/** Answers that look like news of the same name are those, whoever asked. A dialling ends with words that news has too. */
export function isModuleNews(line: string): boolean {
  return readNews(line) !== undefined
}
