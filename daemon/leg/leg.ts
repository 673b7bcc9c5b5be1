// A leg: one party's connection to the box. A telephone line, a SIP dialog, later a browser or a cellular module are
// all legs; bridge, flow and routing know nothing else.
//
//   inbound   ringing ─answer()─▶ answering ─▶ talking ─▶ clearing ─▶ ended
//   outbound  dialling ─(180)─▶ alerting ─(200)─▶ talking ─▶ clearing ─▶ ended
//   any state ──hangUp() or far end──▶ clearing ─▶ ended      (`ended` is told exactly once, when all is released)
import type { PortId } from '../media/port.ts'

export type LegId = string

export type LegState = 'ringing' | 'dialling' | 'alerting' | 'answering' | 'talking' | 'clearing' | 'ended'

/** A telephone number or SIP user, as far as it is known. */
export interface LegParty {
  /** E.164 where the box could tell, else as signalled; absent when withheld. */
  address?: string
  displayName?: string
  withheld?: 'private' | 'unavailable'
}

/** Why a leg ended: who acted, whose fault it was if it was one, and a short stable reason word. */
export interface LegEnd {
  by: 'farEnd' | 'us'
  blame: 'none' | 'line' | 'farEnd' | 'trunk' | 'config' | 'us' | 'unknown'
  /** e.g. `hangUp`, `busy`, `noAnswer`, `cancelled`, `declined`, `unreachable`, `mediaLost`, `deviceLost`, `srtpRequired`. */
  reason: string
  sipStatus?: number
}

/** A far end asks the box to connect it elsewhere (SIP REFER, or its transfer key). */
export interface TransferRequest {
  /** User or number that was asked for, as it was written. */
  target: string
  /** An attended transfer: the box's own leg that the new call is to take the place of. */
  replaces?: LegId
  /** Tells the far end how it goes, in order; the last one is `done` or `failed`. Late or repeated news is dropped. */
  tell(progress: 'trying' | 'ringing' | 'done' | 'failed'): void
}

/** How the audio of a leg went: our own count of what came, and what the far end told of what it got (RTCP). */
export interface MediaQuality {
  codec: string
  packetsReceived: number
  packetsLost: number
  /** The latest estimate (RFC 3550), and the worst. */
  jitterMs: number
  worstJitterMs: number
  /** 20 ms each in which something was made up for what was lost. */
  concealedFrames: number
  /** Of the way there and back; absent: the far end told nothing that it could be had from. */
  roundTripMs?: number
  worstRoundTripMs?: number
  /** Of our packets, in the time of its last report. */
  farEndLossPercent?: number
  farEndJitterMs?: number
}

export type LegEvent =
  | { type: 'alerted' }
  /** Outbound, before `answered`: the far end already sends audio (announcements, ring tone); `portId` is set. */
  | { type: 'earlyMediaStarted' }
  /** The far end put the box on hold, or took it off. */
  | { type: 'heldByFarEnd' }
  | { type: 'resumedByFarEnd' }
  /** Nobody listening, or nobody calling `tell` within 5 s: it is refused. */
  | { type: 'transferRequested'; request: TransferRequest }
  /** Audio flows: `portId` is set. */
  | { type: 'answered' }
  /** `isUnheard`: who hears the leg has heard nothing of it: it came past the audio, or can't go on as it came. */
  | { type: 'digitReceived'; digit: string; isUnheard?: boolean }
  | { type: 'ended'; end: LegEnd }

/** Who stands behind an inbound leg: a line, an agent's signed-in phone, a configured carrier. Strangers have no leg. */
export type LegOrigin =
  | { kind: 'line'; line: string }
  | { kind: 'agent'; userName: string }
  | { kind: 'carrier'; carrier: string; link: string }

export interface Leg {
  readonly id: LegId
  readonly kind: 'line' | 'sip'
  readonly direction: 'inbound' | 'outbound'
  /** Inbound only. */
  readonly origin?: LegOrigin
  /** Headers of the call that flows may read, by the names they use (`P-Asserted-Identity`, …); `verstat` besides. */
  readonly headers?: Readonly<Record<string, string>>
  readonly state: LegState
  readonly remote: LegParty
  /** The number or user dialled (inbound), or presented as caller (outbound). */
  readonly local: LegParty
  /** Audio port, from `talking` on (earlier where there is early media) until `ended`. */
  readonly portId: PortId | undefined
  /** Set once `state` is `ended`. */
  readonly end: LegEnd | undefined
  /** Of a leg that carried RTP, once it has ended. */
  readonly mediaQuality?: MediaQuality | undefined
  /** Inbound only. Resolves in state `talking`; resolves false when the caller had gone. Never rejects. */
  answer(): Promise<boolean>
  /**
   * Tells the far end that it is held (SIP: `sendonly`), or no longer. Resolves false when the far end would not have it
   * or the leg can't; audio paths are not touched. Never rejects. Absent: the leg has no such thing (a telephone line).
   */
  setHold?(held: boolean): Promise<boolean>
  /** Keys to the far end: 0–9, *, #, A–D. Resolves when they are sent, or can't be. Absent: they go by the audio port. */
  sendDigits?(digits: string): Promise<void>
  /** From any state, idempotent; resolves when everything of the leg is released. Bounded in time; never rejects. */
  hangUp(reason?: string): Promise<void>
  /** The listener is called in the order of events; a fault it throws is contained and counted. */
  on(listener: (event: LegEvent) => void): () => void
  /** One line: kind, parties, state, audio path. */
  describe(): string
}

/** Where inbound legs come from: the telephone lines, the SIP endpoint. */
export interface LegSource {
  /** Called once per new inbound leg, in state `ringing`. */
  onInbound(listener: (leg: Leg) => void): () => void
}
