// The telephone lines as the rest of the daemon sees them. line-service.ts builds them over the drivers.
import type { BatteryState, LineDriver, LinePortNumber } from '../../drivers/line-driver.ts'
import type { LegSource } from '../leg/leg.ts'

export interface LineSettings {
  name: string
  driver: LineDriver
  port: LinePortNumber
  /** E.164: what callers of this line dialled. */
  number: string
  currentLossMs: number
}

export interface LineView {
  name: string
  number: string
  device: string
  /** `faulted` while the device is absent or mute. */
  state: 'idle' | 'ringing' | 'answering' | 'talking' | 'clearing' | 'faulted'
  battery: BatteryState
  counters: Record<string, number>
}

export interface Lines extends LegSource {
  start(): void
  /** Every line on-hook, every driver stopped. Bounded: 4 s. */
  stop(): Promise<void>
  views(): LineView[]
}
