// The messages of board.proto as TypeScript sees them: the same names in camel case, enumerations by their names.
// `body` names the one field that is set, as protobufjs gives it.

import type { AcTermination } from './line-profile.ts'

/** The protocol this host speaks. Another major version is another language; a minor one only adds fields. */
export const protocolMajor = 1
export const protocolMinor = 4

export const portsMax = 8
export const callerNumberMax = 32
export const callerNameMax = 50
export const logTextMax = 200

export interface Hello {
  session: number
  lowestMajor: number
  highestMajor: number
  minor: number
  host: string
  /** 0: none. */
  resume: number
}

export interface PortConfig {
  port: number
  currentLossMs: number
  ringOnMs: number
  ringOffMs: number
  ringLowestHz: number
  ringHighestHz: number
  /** 0: none. */
  onHookAudioMs: number
  acTermination: AcTermination
  limitsCurrent: boolean
  receiveGainDb10: number
  transmitGainDb10: number
}

export interface Configure {
  requestId: number
  ports: PortConfig[]
  hostSilenceMs: number
}

export type HookAction = 'ON_HOOK' | 'OFF_HOOK' | 'FLASH'

export interface HookCommand {
  requestId: number
  port: number
  action: HookAction
  flashMs: number
}

export interface EventAck {
  nextSeq: number
}

export interface AudioDown {
  port: number
  seq: number
  pcm: Uint8Array
}

export interface Ping {
  nonce: number
}

export type ToBoard =
  | { body: 'hello'; hello: Hello }
  | { body: 'configure'; configure: Configure }
  | { body: 'hookCommand'; hookCommand: HookCommand }
  | { body: 'eventAck'; eventAck: EventAck }
  | { body: 'audioDown'; audioDown: AudioDown }
  | { body: 'ping'; ping: Ping }

export interface Welcome {
  session: number
  major: number
  minor: number
  refusal: string
  firmware: string
  board: string
  serial: string
  ports: number
  sampleRate: number
  frameSamples: number
  resumed: boolean
}

export type WireHookState = 'IS_ON_HOOK' | 'IS_OFF_HOOK'
export type WireBatteryState = 'BATTERY_UNKNOWN' | 'BATTERY_PRESENT' | 'BATTERY_LOST'

export interface PortStatus {
  port: number
  hook: WireHookState
  battery: WireBatteryState
  ringing: boolean
  currentLost: boolean
}

export interface Configured {
  requestId: number
  ports: PortConfig[]
  status: PortStatus[]
  refusal: string
}

export type HookResult =
  | 'DONE'
  | 'NO_SUCH_PORT'
  | 'NO_BATTERY'
  | 'NOT_OFF_HOOK'
  | 'BAD_DURATION'
  | 'NOT_CONFIGURED'
  | 'BUSY'

export interface HookAck {
  requestId: number
  result: HookResult
  hook: WireHookState
  deviceUs: number
}

export type Absence = 'NOT_ABSENT' | 'PRIVATE' | 'UNAVAILABLE'
export type HookCause = 'COMMANDED' | 'HOST_SILENT' | 'SESSION_STARTED'
export type ResetReason = 'RESET_UNKNOWN' | 'POWER_ON' | 'WATCHDOG' | 'BROWN_OUT' | 'SOFTWARE'

export interface WireCallerId {
  number: string
  numberAbsence: Absence
  name: string
  nameAbsence: Absence
}

export type EventKind =
  | { kind: 'ringStarted'; ringStarted: { frequencyMhz: number } }
  | { kind: 'ringStopped'; ringStopped: { durationMs: number } }
  | { kind: 'callerId'; callerId: WireCallerId }
  | { kind: 'batteryChanged'; batteryChanged: { battery: WireBatteryState; millivolts: number } }
  | { kind: 'polarityReversed'; polarityReversed: { reversed: boolean } }
  | { kind: 'loopCurrentLost'; loopCurrentLost: { durationMs: number } }
  | { kind: 'hookChanged'; hookChanged: { hook: WireHookState; cause: HookCause } }
  | { kind: 'lineUseChanged'; lineUseChanged: { inUse: boolean; millivolts: number } }
  | { kind: 'boardReset'; boardReset: { reason: ResetReason } }

/** `kind` is absent when a newer minor version sent an event this host does not know: to be acked and ignored. */
export type BoardEvent = { seq: number; oldestHeld: number; deviceUs: number; port: number } & (
  | EventKind
  | { kind?: undefined }
)

export interface AudioUp {
  port: number
  seq: number
  deviceSample: number
  pcm: Uint8Array
  onHook: boolean
  /** One more than the seq of the frame that was played meanwhile; 0: silence, or the board does not tell. */
  playedSeq: number
}

export interface Pong {
  nonce: number
  session: number
  deviceUs: number
}

export interface BoardLog {
  seq: number
  level: 'DEBUG' | 'INFO' | 'WARN' | 'ERROR'
  text: string
}

export interface BoardCounters {
  framesReceived: number
  framesBad: number
  framesDropped: number
  audioUnderruns: number
  audioOverruns: number
  eventsGivenUp: number
}

export type ToHost =
  | { body: 'welcome'; welcome: Welcome }
  | { body: 'configured'; configured: Configured }
  | { body: 'hookAck'; hookAck: HookAck }
  | { body: 'event'; event: BoardEvent }
  | { body: 'audioUp'; audioUp: AudioUp }
  | { body: 'pong'; pong: Pong }
  | { body: 'log'; log: BoardLog }
  | { body: 'counters'; counters: BoardCounters }
