// What passes between the main thread (audio-service.ts) and the audio thread (audio-engine.ts). Commands are carried
// out in the order they were sent; each with a `requestId` is answered once.
import type { MessagePort } from 'node:worker_threads'
import type { PortId } from '../media/port.ts'
import type { AudioEvent, LineOpening, PlayItem, PlayOutcome, RecordedChannels, RtpRemote } from './audio.ts'

export type Command =
  /** `fd` is a bound UDP socket; it belongs to the audio thread once the answer is `reply`. */
  | {
      type: 'openRtp'
      requestId: number
      portId: PortId
      fd: number
      localAddress: string
      localPort: number
      mediaTimeoutMs: number | undefined
    }
  | ({ type: 'openLine'; requestId: number; portId: PortId } & Required<LineOpening>)
  | { type: 'setRtpRemote'; portId: PortId; remote: RtpRemote }
  | { type: 'close'; requestId: number; portId: PortId }
  | { type: 'connect'; from: PortId; to: PortId }
  | { type: 'disconnect'; from: PortId; to: PortId }
  | { type: 'play'; playId: number; portId: PortId; items: PlayItem[]; repeat: boolean }
  | { type: 'stopPlay'; playId: number }
  | { type: 'sendDigits'; requestId: number; portId: PortId; digits: string }
  | {
      type: 'record'
      recordingId: number
      memory: SharedArrayBuffer
      channels: RecordedChannels
    }
  | { type: 'tapRecording'; recordingId: number; channels: RecordedChannels }
  | { type: 'stopRecording'; requestId: number | undefined; recordingId: number }
  /** `samples` lies in shared memory. */
  | { type: 'addPrompt'; promptId: string; samples: Int16Array }
  | { type: 'removePrompt'; promptId: string }
  | { type: 'describe'; requestId: number; portId: PortId }
  | { type: 'counters'; requestId: number }
  | { type: 'portCounters'; requestId: number; portId: PortId }
  /** The last command. */
  | { type: 'stop'; requestId: number }

export type ReplyValue = string | Record<string, number> | undefined

/** What the system grants the audio thread. */
export interface ThreadStanding {
  priorityRefused: string | undefined
  processor: number | undefined
}

export type ThreadMessage =
  /** Once, first. `priorityRefused`: why the thread has no real-time scheduling; `processor`: the one it keeps to. */
  | ({ type: 'started' } & ThreadStanding)
  | { type: 'reply'; requestId: number; value: ReplyValue }
  | { type: 'refused'; requestId: number; reason: string }
  /** A fault of a command that was for no port and wanted no answer. */
  | { type: 'commandFailed'; command: string; reason: string }
  | { type: 'playEnded'; playId: number; outcome: PlayOutcome }
  | AudioEvent

/** What the worker is started with. */
export interface ThreadStart {
  port: MessagePort
  wakeFd: number
  /** Bound on ports open at once. */
  maximumPorts: number
}
