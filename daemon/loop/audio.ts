// The audio service as the main thread sees it: ports are opened, joined, played to, listened to and closed by
// command; the audio thread (audio-thread.ts) does the work. Commands to one port take effect in the order given.
import type { TonePattern } from '../../drivers/native/tone-bank.ts'
import type { PortCounters, PortId } from '../media/port.ts'

export type RtpCodec = 'PCMU' | 'PCMA' | 'G722' | 'opus'

/** What the far end wants to be sent as Opus (RFC 7587 section 6.1). */
export interface OpusParameters {
  inbandFec: boolean
  dtx: boolean
  cbr: boolean
  /** Bits a second. */
  maximumBitrate?: number
}

/** Keys come of a DTLS handshake over the media path (RFC 5763) with who holds one of these certificates. */
export interface DtlsParameters {
  /** We speak first. */
  active: boolean
  /** As in SDP: `sha-256`, and hex pairs with colons in capitals. */
  fingerprints: { algorithm: string; value: string }[]
}

/** Where media goes is found by ICE (RFC 8445): address and port of `RtpRemote` mean nothing. */
export interface IceParameters {
  ownUfrag: string
  ownPassword: string
  theirUfrag: string
  theirPassword: string
  /** They check nothing, so we do. */
  theirLite: boolean
  /** They have candidates for RTCP on a port of its own, and check them even where it shares that of RTP. */
  separateRtcp: boolean
  candidates: { address: string; port: number }[]
}

/** SDES keys of one direction (RFC 4568, RFC 7714): master key then salt: 30, 30, 28 and 44 bytes. */
export interface SrtpKey {
  suite: 'AES_CM_128_HMAC_SHA1_80' | 'AES_CM_128_HMAC_SHA1_32' | 'AEAD_AES_128_GCM' | 'AEAD_AES_256_GCM'
  keyAndSalt: Uint8Array
}

/** How the far end is reached, known once offer and answer have met. Replaces what was there before. */
export interface RtpRemote {
  address: string
  port: number
  codec: RtpCodec
  payloadType: number
  /** Payload type of RFC 4733 events in both directions; absent when not negotiated. */
  eventPayloadType?: number
  /** Of the events' timestamps and durations, which may differ from the codec's; 8000 when absent. */
  eventClockHz?: 8000 | 48_000
  /** Keys go to the far end past the audio path: it is sent none by events, those of other ports included. */
  sendsNoEvents?: boolean
  /** Payload type of comfort noise (RFC 3389) that they may send. */
  comfortNoisePayloadType?: number
  /** For `opus`; absent: nothing asked for. */
  opus?: OpusParameters
  /** Length of the packets they want, 10 to 60 ms; 20 when absent. */
  ptimeMs?: number
  /** Where RTCP goes and comes from: the port of RTP, or one of its own. Absent: there is none. */
  rtcp?: 'mux' | { address: string; port: number }
  direction: 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive'
  /** Ours, for what we send. Absent: plain RTP. */
  sendKey?: SrtpKey
  /** Theirs, for what we receive. */
  receiveKey?: SrtpKey
  /** Instead of the two keys. Nothing is sent or heard before the handshake is done. */
  dtls?: DtlsParameters
  ice?: IceParameters
}

/** What is played: prompts by id (see `addPrompt`) one after the other, or a tone. */
export type PlayItem =
  | { kind: 'prompt'; promptId: string }
  /** Up to two frequencies with a cadence of on and off times; an empty cadence is continuous. */
  | { kind: 'tone'; frequenciesHz: number[]; levelDbm0: number; cadenceMs: number[]; durationMs: number }
  | { kind: 'silence'; durationMs: number }

export type PlayOutcome = 'finished' | 'stopped' | 'portClosed' | 'unknownPrompt'

export interface Playback {
  /** Settles once, when the last sample has been handed to the port, or on stop. Never rejects. */
  readonly ended: Promise<PlayOutcome>
  stop(): void
}

/** Absent or closed ports: silence. */
export interface RecordedChannels {
  /** Ports whose far end is recorded on each channel. */
  left?: PortId
  right?: PortId
  /** The right channel is what the box sends to this port's far end: prompts, music, whoever it is joined to. */
  sentTo?: PortId
}

export interface RecordingOptions extends RecordedChannels {
  /** Absolute path; `.wav`, stereo, 8 kHz. The folder exists. */
  file: string
}

export interface Recording {
  /** From here on these ports are recorded; a channel that is not named is silent, and times stay true. */
  tap(channels: RecordedChannels): void
  /** Both channels are silent from here on: what is said (a card number) is nowhere, and times stay true. Idempotent. */
  pause(): void
  resume(): void
  /** Writes what is left, completes the header, syncs. Resolves with the recorded length. Rejects on a disk fault. */
  stop(): Promise<{ file: string; durationMs: number }>
}

/** What one port's far end says, for speech recognition and analysis: 8 kHz linear, in order, in chunks. */
export interface Listening {
  /** Idempotent; nothing is handed over afterwards. */
  stop(): void
}

/** A tone of the exchange to listen for on a line. */
export interface SupervisoryTone {
  name: string
  pattern: TonePattern
}

export interface LineOpening {
  pcmFile: string
  /** For people. */
  name: string
  tones?: SupervisoryTone[]
  /** Of a line without other signs of a hang-up: `lineSilent` after so long; 0 or absent: never. */
  silentAfterMs?: number
}

export type AudioEvent =
  /** A digit that the far end of the port pressed: in band, or by RFC 4733. Each press is told once. */
  /** `isUnheard`: neither as a tone nor as it came has it gone on to whoever hears the port. */
  | {
      type: 'digitReceived'
      portId: PortId
      digit: string
      source: 'inBand' | 'event'
      durationMs: number
      isUnheard?: boolean
    }
  /** One of the tones the line was opened with; again each time its whole pattern was heard. */
  | { type: 'toneHeard'; portId: PortId; tone: string }
  /** Nobody on the line has said anything, neither its far end nor we, for the time it was opened with; once a silence. */
  | { type: 'lineSilent'; portId: PortId; silentMs: number }
  /** No RTP for the time set when the port was opened, though some is expected; told once per gap. */
  | { type: 'mediaStopped'; portId: PortId; silentMs: number }
  | { type: 'mediaStarted'; portId: PortId }
  /** A recording could not be written (disk full, …); the call goes on. */
  | { type: 'recordingFailed'; file: string; reason: string }
  /** The audio thread was late by more than a frame. */
  | { type: 'loopLate'; lateMs: number; skippedTicks: number }
  /** A port's own fault ended it; the loop and all other ports go on. */
  | { type: 'portFailed'; portId: PortId; reason: string }

export interface LoopCounters {
  ticks: number
  lateTicks: number
  skippedTicks: number
  worstLatenessMs: number
  ports: number
  [name: string]: number
}

export interface Audio {
  /** Opens a socket from the configured range and begins to listen (and to drain). Rejects when no port is free. */
  openRtp(options: { localAddress: string; mediaTimeoutMs?: number }): Promise<{ portId: PortId; localPort: number }>
  setRtpRemote(portId: PortId, remote: RtpRemote): void
  /** A telephone line's PCM path (`LineDriver.pcmFile`), with an in-band digit detector. */
  openLine(options: LineOpening): Promise<PortId>
  /** Ends playbacks and talk paths of the port; resolves with its final counters once its resources are released. */
  close(portId: PortId): Promise<PortCounters>
  /** The far end of `to` hears the far end of `from`, mixed with all else it hears, until disconnected. */
  connect(from: PortId, to: PortId): void
  disconnect(from: PortId, to: PortId): void
  /** Plays to the far end of the port, mixed over what it hears. `repeat` starts over after the last item. */
  play(portId: PortId, items: PlayItem[], options?: { repeat?: boolean }): Playback
  /** Sends digits to the far end: RFC 4733 where negotiated, else in-band tones. Resolves when the last was sent. */
  sendDigits(portId: PortId, digits: string): Promise<void>
  record(options: RecordingOptions): Recording
  /**
   * Hands what the port's far end says to `onSamples`, about every 100 ms; the array is the listener's to keep. A main
   * thread that is late gets it late; what does not fit 4 s of ring is lost and told by `lostSamples`. Ends with the port.
   */
  listen(portId: PortId, onSamples: (samples: Int16Array, lostSamples: number) => void): Listening
  /** Registers 8 kHz linear PCM under an id, in shared memory; again with the same id replaces it for new playbacks. */
  addPrompt(promptId: string, samples: Int16Array): void
  removePrompt(promptId: string): void
  /** The whole path of a port in one line, from source to socket, with what is joined to it. */
  describe(portId: PortId): Promise<string>
  counters(): Promise<LoopCounters>
  portCounters(portId: PortId): Promise<PortCounters>
  on(listener: (event: AudioEvent) => void): () => void
  /** Stops the thread after closing every port; bounded: 2 s. */
  stop(): Promise<void>
}
