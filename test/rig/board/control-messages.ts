// What passes over the simulator's control socket: one JSON object a line. A request carries an id, its answer the same
// one; events come by themselves to every client.
import type { ResetReason } from '../../../drivers/fxo/board-messages.ts'
import type { CallerIdSound } from './caller-id-sound.ts'
import type { CallerId, CallState, ExchangeEvent, HangUpWay, Outcome } from './exchange-line.ts'
import type { ExchangeTones } from './exchange-tones.ts'
import type { FirmwareEvent } from './firmware.ts'
import type { PairConditions } from './line-pair.ts'
import type { FrameFault } from './wire.ts'

/** What a caller lets be heard. */
export type Utterance =
  | { kind: 'tone'; frequenciesHz: number[]; durationMs: number; levelDbm0?: number }
  | { kind: 'digits'; digits: string; onMs?: number; gapMs?: number }
  | { kind: 'silence'; durationMs: number }
  /** WAV: 8 kHz, mono, 16-bit. */
  | { kind: 'file'; file: string }

export type ControlCommand =
  | ({
      do: 'incomingCall'
      port: number
      /** On and off times, repeated. Default: 2000 on, 4000 off. */
      ringCadenceMs?: number[]
      /** Default 20. What is not 15–68 Hz is no ring, and firmware must say so. */
      ringHz?: number
      /** From the end of the first ring to the end of the caller-ID message. Default 1000. */
      callerIdAfterMs?: number
      /** False: the network sends none. */
      sendsCallerId?: boolean
      /** How the network sends it, for the host to hear; absent: the board has decoded it, and tells. */
      callerIdSound?: CallerIdSound
    } & CallerId)
  | { do: 'callerSends'; port: number; utterances: Utterance[] }
  | ({ do: 'callerHangUp'; port: number } & HangUpWay)
  /** What the caller hears, from the answer on. */
  | { do: 'captureAudio'; port: number; file: string }
  | { do: 'query' }
  | { do: 'setBattery'; port: number; present: boolean }
  | { do: 'setPolarity'; port: number; reversed: boolean }
  | { do: 'dipCurrent'; port: number; durationMs: number }
  /** Tones of the country, or of its own; and what becomes of calls to numbers, by their digits: others, congestion. */
  | {
      do: 'setExchange'
      port: number
      country?: string
      tones?: Partial<ExchangeTones>
      numbers?: Record<string, Outcome>
    }
  /** Another telephone on the pair is picked up, or put back. */
  | { do: 'neighbour'; port: number; offHook: boolean }
  /** Echo, loss, noise and hum of the wires from now on; in place of what was set before. */
  | { do: 'setPair'; port: number; conditions: PairConditions }
  /** The next frames to the host. `body`: only those with this message. */
  | { do: 'faultFrames'; fault: FrameFault; frames: number; body?: string }
  | { do: 'stall'; durationMs: number }
  | { do: 'unplug' }
  | { do: 'replug' }
  | { do: 'reset'; reason: ResetReason }
  /** Protocol majors it speaks from the next Hello on. */
  | { do: 'speakVersions'; majors: number[] }
  /** Bytes as they are, in hexadecimal. */
  | { do: 'sendBytes'; hex: string }
  /** A message of these bytes in a sound frame. */
  | { do: 'sendMessage'; hex: string }

export interface PortView {
  port: number
  hook: 'onHook' | 'offHook'
  line: CallState
  ringing: boolean
  battery: string
}

export interface BoardView {
  plugged: boolean
  session: number
  ports: PortView[]
}

export type ControlRequest = { id: number } & ControlCommand

export type ControlAnswer = { id: number; ok: true; view: BoardView } | { id: number; ok: false; error: string }

export type ControlEvent = FirmwareEvent | (ExchangeEvent & { port: number })

/** Printed by `main.ts --json` once the device can be opened. */
export interface ReadyLine {
  ready: { device: string; control: string; pid: number }
}
