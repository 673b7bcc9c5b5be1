// What passes between the daemon and a driver's process, over the channel that fork gives them.
import type { LineCommand, LineCommandResult, LineDetails, LinePortSettings, LineSignal } from '../line-driver.ts'

export type DriverState = 'closed' | 'absent' | 'handshaking' | 'ready'

/** A signal without its time: the two processes count monotonic time from different starts. */
type Timeless<Signal> = Signal extends unknown ? Omit<Signal, 'atMs'> : never
export type TimelessSignal = Timeless<LineSignal>

export type LogLevelName = 'debug' | 'info' | 'warn' | 'error'

/** What a process has to know of its device; `settings` are of its kind of device. */
export interface Begin<Settings> {
  type: 'begin'
  device: string
  ports: LinePortSettings[]
  pcmFiles: { port: number; file: string }[]
  settings: Settings
  /** Named by `sessionStarted` to a daemon before this one; 0: there is nothing to be taken over. */
  resumeSession: number
}

export type ToProcess<Settings> =
  | Begin<Settings>
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
  | { type: 'counters'; counters: Record<string, number>; details: LineDetails }
  | { type: 'log'; level: LogLevelName; fields: object; message: string }
