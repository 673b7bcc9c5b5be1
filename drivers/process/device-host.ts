// One device inside its driver's process, whatever its kind: what run-process.ts needs of it, and what it tells.
import type { LineCommand, LineCommandResult, LineDetails } from '../line-driver.ts'
import type { DriverState, LogLevelName, TimelessSignal } from './process-messages.ts'

export interface DeviceHostListener {
  /** What a host that comes after this one has to name to take the lines over. Devices that hold no line never tell it. */
  sessionStarted(session: number): void
  stateChanged(state: DriverState): void
  /** `atMs` by the clock given to the host. */
  signal(signal: TimelessSignal, atMs: number): void
  log(level: LogLevelName, fields: object, message: string): void
}

export interface DeviceHost {
  start(): void
  /** The device is closed when it returns. */
  stop(): void
  /** Every port on-hook, as far as the device can be reached. Resolves within 2 s. */
  releaseAll(): Promise<void>
  command(port: number, command: LineCommand): Promise<LineCommandResult>
  counters(): Record<string, number>
  details(): LineDetails
}
