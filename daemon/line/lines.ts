// The telephone lines as the rest of the daemon sees them. line-service.ts builds them over the drivers.
import type {
  BatteryState,
  LineCommand,
  LineCommandResult,
  LineDetails,
  LineDriver,
  LinePortNumber,
  LineSignal,
} from '../../drivers/line-driver.ts'
import type { Leg, LegParty, LegSource } from '../leg/leg.ts'
import type { SupervisoryTone } from '../loop/audio.ts'
import type { ReversalMeaning } from './supervision.ts'

export interface LineSettings {
  name: string
  driver: LineDriver
  port: LinePortNumber
  /** E.164: what callers of this line dialled. */
  number: string
  currentLossMs: number
  /** What the exchange means by a reversal of the polarity in a call. */
  reversalMeans: ReversalMeaning
  /** Nobody on the line says anything for so long: it is given up; 0: never. */
  silentAfterMs: number
  /** No call is longer; 0: as long as it likes. */
  longestCallMs: number
  /** What the exchange plays when the far end has gone. Empty: tones end no call on this line. */
  hangUpTones: SupervisoryTone[]
  /** What the exchange plays while a call out is made, see `callTones`. Empty: it can't tell of dial tone or an answer. */
  callTones: SupervisoryTone[]
  /** From one ring of its ring tone to the next. */
  ringbackPeriodMs: number
}

export interface LineView {
  name: string
  number: string
  device: string
  /** `faulted` while the device is absent or mute. */
  state: 'idle' | 'ringing' | 'answering' | 'talking' | 'clearing' | 'faulted' | 'calling' | 'glare'
  battery: BatteryState
  /** Another telephone is off-hook on the same pair. */
  inUse?: boolean
  /** Who calls while the line is talked on, as the exchange has told; until that talk is over. */
  waiting?: { number?: string; name?: string; withheld?: 'private' | 'unavailable' }
  /** What its device says of itself: model, SIM, network, signal. */
  details: LineDetails
  counters: Record<string, number>
}

/** A line in somebody's hands, see `Lines.borrow`. */
export interface LineLoan {
  readonly pcmFile: string
  command(command: LineCommand): Promise<LineCommandResult>
  /** On-hook, and the line's own again. Never rejects; idempotent. */
  giveBack(): Promise<void>
}

export interface Lines extends LegSource {
  start(): void
  /**
   * Every line on-hook, every driver stopped. Bounded: 4 s. Lines named in `held` stay off-hook for the daemon that starts
   * next, as far as their hardware can (see `canHold`); their legs are left as they are.
   */
  stop(held?: ReadonlySet<string>): Promise<void>
  /** A call that a line held while the daemon was started anew; the leg is `answering`, who called is not known to it. */
  onResumed(listener: (leg: Leg, line: string) => void): () => void
  /** Whether the line can hold a call while the daemon starts anew. */
  canHold(line: string): boolean
  views(): LineView[]
  /**
   * A call out over the line of this name; `digits` as it is to dial them. The leg is `dialling` and ends with blame
   * `trunk` when another line may do better (in use, no dial tone, glare). Throws for a line that does not exist.
   */
  call(line: string, digits: string, remote: LegParty): Leg
  /**
   * An idle line to be measured: calls pass it by until it is given back, and what it tells goes to the listener. Refused
   * with a word: `noSuchLine`, `noLoop` for a device without one, or why it is not free.
   */
  borrow(line: string, listener: (signal: LineSignal) => void): LineLoan | { refused: string }
}
