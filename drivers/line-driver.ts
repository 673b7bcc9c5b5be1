// The contract that all telephone line hardware meets: commands in, signals out, one PCM path each way and port.
//
//   exchange ── RJ11 ── device ── serial ── driver process ──signals──▶ daemon/line
//                                               └────── PCM rings (pcm-ring.ts) ──────▶ daemon/media (audio thread)
//
// A driver owns its device for the life of the daemon: absent, unplugged, wedged or mad hardware is its business
// (reopen with growing delay, for ever); it tells the daemon by signals and never throws at it.

/** Ports are numbered from 1, as printed on the device. */
export type LinePortNumber = number

export type HookState = 'onHook' | 'offHook'

/** Battery on the line as measured, debounced. `unknown` until the first reading is confirmed. */
export type BatteryState = 'unknown' | 'present' | 'lost'

export type LineCommand =
  /** Take the line: answers a ringing one, seizes an idle one. */
  | { type: 'goOffHook' }
  /** Release the line. Always allowed, always safe, idempotent. */
  | { type: 'goOnHook' }
  /** Timed break of the loop, milliseconds on-hook. */
  | { type: 'flash'; durationMs: number }

/** What became of a command. `refused` carries a short reason word (`noBattery`, `deviceAbsent`, `timeout`, …). */
export type LineCommandResult = { done: true } | { done: false; refused: string }

/** Everything the hardware tells. `atMs` is the daemon's monotonic clock, corrected for transport delay where known. */
export type LineSignal = { atMs: number } & (
  | {
      type: 'deviceReady'
      firmware: string
      serial: string
      ports: LinePortNumber[]
      /** Off-hook still, as a daemon that ended a moment ago left them (`stop` with `keepsLines`, or a kill). */
      heldPorts?: LinePortNumber[]
    }
  /** The device is gone or mute: every port is to be treated as released by it (boards go on-hook by themselves). */
  | { type: 'deviceLost'; reason: string }
  | { type: 'ringStarted'; port: LinePortNumber; frequencyHz: number }
  /** End of one burst of a cadence, not of the call. */
  | { type: 'ringStopped'; port: LinePortNumber; durationMs: number }
  | {
      type: 'callerIdReceived'
      port: LinePortNumber
      number?: string
      name?: string
      /** Why the number is absent, if it is. */
      withheld?: 'private' | 'unavailable'
    }
  | { type: 'batteryChanged'; port: LinePortNumber; battery: BatteryState }
  | { type: 'polarityReversed'; port: LinePortNumber }
  /** Loop current gone for `durationMs` while off-hook (CPC). Sent once it has lasted the configured time. */
  | { type: 'loopCurrentLost'; port: LinePortNumber; durationMs: number }
  | { type: 'hookChanged'; port: LinePortNumber; hook: HookState }
)

export interface LinePortSettings {
  port: LinePortNumber
  /** Loop current loss that counts as hang-up, 50–900 ms. */
  currentLossMs: number
}

export interface LineDriverCounters {
  [name: string]: number
}

export interface LineDriver {
  /** As configured, for messages. */
  readonly device: string
  readonly state: 'closed' | 'absent' | 'handshaking' | 'ready'
  /** Begins to look for the device; returns at once. Progress is told by signals. */
  start(): void
  /**
   * Releases every line, closes the device, ends the driver's process. Bounded: 3 s at most. `keepsLines`: the lines stay
   * as they are for the daemon that starts next, as long as the device allows; it can, when `canHold`.
   */
  stop(options?: { keepsLines?: boolean }): Promise<void>
  /** Whether lines outlive a restart of the daemon. */
  readonly canHold: boolean
  /** Never rejects; answers within 2 s (`refused: 'timeout'` otherwise). */
  command(port: LinePortNumber, command: LineCommand): Promise<LineCommandResult>
  /** File of the shared memory that holds the port's two PCM rings; valid while the driver is started. */
  pcmFile(port: LinePortNumber): string
  onSignal(listener: (signal: LineSignal) => void): () => void
  counters(): LineDriverCounters
}
