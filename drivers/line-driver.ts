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
  /** Devices that dial by themselves (`dials: 'device'`): a call to this number; how it goes is told by signals. */
  | { type: 'dial'; number: string }
  /** Devices whose sound can't carry keys (`digits: 'device'`): 0–9, *, #, A–D to the far end. */
  | { type: 'sendDigits'; digits: string }

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
  /** `frequencyHz` is 0 where the device does not tell. */
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
  /** Somebody calls while the line is in use (type II caller ID). */
  | {
      type: 'callWaiting'
      port: LinePortNumber
      number?: string
      name?: string
      withheld?: 'private' | 'unavailable'
    }
  | { type: 'batteryChanged'; port: LinePortNumber; battery: BatteryState }
  | { type: 'polarityReversed'; port: LinePortNumber }
  /** Loop current gone for `durationMs` while off-hook (CPC). Sent once it has lasted the configured time. */
  | { type: 'loopCurrentLost'; port: LinePortNumber; durationMs: number }
  | { type: 'hookChanged'; port: LinePortNumber; hook: HookState }
  /** Another telephone on the same pair was picked up, or put back. */
  | { type: 'lineUseChanged'; port: LinePortNumber; inUse: boolean }
  /** The device heard a key, or was told of it by the network; once a press. */
  | { type: 'digitReceived'; port: LinePortNumber; digit: string }
  /** How a call goes that the device dialled by itself. */
  | { type: 'callProgressed'; port: LinePortNumber; progress: 'alerting' | 'answered' }
  /** The network says that the call is over, or that it came to nothing. */
  | { type: 'farEndHungUp'; port: LinePortNumber; cause: FarEndCause }
)

export type FarEndCause = 'hangUp' | 'busy' | 'noAnswer' | 'unreachable'

export interface LinePortSettings {
  port: LinePortNumber
  /** Loop current loss that counts as hang-up, 50–900 ms. */
  currentLossMs: number
  /** From what is played to the line to the last of its echo, which is cancelled; left out or 0: it stays. */
  echoTailMs?: number
  /** The exchange tells who calls while the line is in use: `callWaiting`. Left out: it is not listened for. */
  callWaiting?: boolean
  /** Two letters: how the line interface is to look to its exchange; left out: as it is built. */
  country?: string
  /** What is heard of the line, and what it hears, louder by so much; −12 to 12, 0 when left out. */
  receiveGainDb?: number
  transmitGainDb?: number
}

export interface LineDriverCounters {
  [name: string]: number
}

/** What the device says of itself, for people: model, SIM, network, signal. */
export interface LineDetails {
  [name: string]: string | number
}

export interface LineAbilities {
  /** Whether lines outlive a restart of the daemon. */
  canHold: boolean
  /** Who calls out: the box with tones on the seized line, or the device by the `dial` command. */
  dials: 'inBand' | 'device'
  /** Where keys pass, both ways: in the sound, or by `digitReceived` and `sendDigits`. */
  digits: 'inBand' | 'device'
}

export interface LineDriver {
  /** As configured, for messages. */
  readonly device: string
  readonly state: 'closed' | 'absent' | 'handshaking' | 'ready'
  /** Begins to look for the device; returns at once. Progress is told by signals. */
  start(): void
  /**
   * Releases every line, closes the device, ends the driver's process. Bounded: 3 s at most. `keepsLines`: the lines stay
   * as they are for the daemon that starts next, as long as the device allows; see `abilities.canHold`.
   */
  stop(options?: { keepsLines?: boolean }): Promise<void>
  readonly abilities: LineAbilities
  /** Never rejects; answers within 2 s (`refused: 'timeout'` otherwise). */
  command(port: LinePortNumber, command: LineCommand): Promise<LineCommandResult>
  /** File of the shared memory that holds the port's two PCM rings; valid while the driver is started. */
  pcmFile(port: LinePortNumber): string
  onSignal(listener: (signal: LineSignal) => void): () => void
  counters(): LineDriverCounters
  details(): LineDetails
}
