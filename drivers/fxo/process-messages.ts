// What passes between the daemon and the driver's process, over the channel that fork gives them.
import type { LineCommand, LineCommandResult, LinePortSettings, LineSignal } from '../line-driver.ts'

export type DriverState = 'closed' | 'absent' | 'handshaking' | 'ready'

/** A signal without its time: the two processes count monotonic time from different starts. */
type Timeless<Signal> = Signal extends unknown ? Omit<Signal, 'atMs'> : never
export type TimelessSignal = Timeless<LineSignal>

export type LogLevelName = 'debug' | 'info' | 'warn' | 'error'

export type ToProcess =
  | {
      type: 'begin'
      device: string
      ports: LinePortSettings[]
      pcmFiles: { port: number; file: string }[]
      hostSilenceMs: number
      resumeSession: number
    }
  | { type: 'command'; id: number; port: number; command: LineCommand }
  /** Release every line unless they are kept, close the device, end. */
  | { type: 'stop'; keepsLines: boolean }

export type FromProcess =
  | { type: 'sessionStarted'; session: number }
  | { type: 'stateChanged'; state: DriverState }
  /** `atSystemMs`: the system's monotonic clock, see surroundings.ts. */
  | { type: 'signal'; signal: TimelessSignal; atSystemMs: number }
  | { type: 'commandDone'; id: number; result: LineCommandResult }
  /** Every second, also as a sign of life. */
  | { type: 'counters'; counters: Record<string, number> }
  | { type: 'log'; level: LogLevelName; fields: object; message: string }
