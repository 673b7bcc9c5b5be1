// The events of a voice modem (V.253 table of DLE codes, and what chips add) as signals of the contract, or as counters
// where they are hints only: the box's own detectors decide on tones.
import type { LinePortSettings } from '../line-driver.ts'
import type { TimelessSignal } from '../process/process-messages.ts'
import type { DriverClock } from '../process/surroundings.ts'

/** A key held down is repeated about every 70 ms; a gap longer than this is the next press. */
const pressGapMs = 100

const counted: Readonly<Record<string, string>> = {
  b: 'busyHeard',
  K: 'busyHeard',
  d: 'dialToneHeard',
  i: 'dialToneHeard',
  r: 'ringbackHeard',
  a: 'answerToneHeard',
  c: 'faxToneHeard',
  m: 'faxToneHeard',
  e: 'dataToneHeard',
  f: 'dataToneHeard',
  J: 'informationToneHeard',
  s: 'silences',
  q: 'silences',
  v: 'voiceHeard',
  V: 'voiceHeard',
  w: 'callWaitingHeard',
  o: 'modemOverruns',
  u: 'modemUnderruns',
  E: 'modemFormatFaults',
  Y: 'modemDataLost',
}

export interface StreamEventsOptions {
  port: LinePortSettings
  clock: DriverClock
  signal(signal: TimelessSignal): void
  ring(): void
  count(what: string): void
}

export class StreamEvents {
  readonly #options: StreamEventsOptions
  #pressed: { digit: string; atMs: number } | undefined

  constructor(options: StreamEventsOptions) {
    this.#options = options
  }

  take(code: number): void {
    const { port, signal, ring, count } = this.#options
    const letter = String.fromCharCode(code)
    const counter = counted[letter]
    if (counter) count(counter)
    else if (/[\d*#A-D]/.test(letter)) this.#digit(letter)
    else
      switch (letter) {
        case '/':
        case '~':
          this.#pressed = undefined
          break
        case 'R':
          ring()
          break
        case 'l':
          // The modem measures by its own rule and does not say how long: it says that it was a hang-up.
          signal({ type: 'loopCurrentLost', port: port.port, durationMs: port.currentLossMs })
          break
        case 'L':
          signal({ type: 'polarityReversed', port: port.port })
          break
        case 'H':
        case 'P':
          signal({ type: 'lineUseChanged', port: port.port, inUse: true })
          break
        case 'h':
        case 'p':
          signal({ type: 'lineUseChanged', port: port.port, inUse: false })
          break
        default:
          count('unknownEvents')
      }
  }

  #digit(digit: string): void {
    const nowMs = this.#options.clock.monotonicMs()
    const isHeld = this.#pressed?.digit === digit && nowMs - this.#pressed.atMs <= pressGapMs
    this.#pressed = { digit, atMs: nowMs }
    if (!isHeld) this.#options.signal({ type: 'digitReceived', port: this.#options.port.port, digit })
  }
}
