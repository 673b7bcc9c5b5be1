// What the audio loop asks of its ports beyond the passive get and put, and what ports tell the loop. One loop serves
// all of them on one thread.
import type { Detector } from '../../drivers/native/detector-bank.ts'
import type { DigitDetector } from './digit-detector.ts'
import type { MediaPort, PortId } from './port.ts'

export interface LoopPort extends MediaPort {
  /** Set where digits are sought in what the far end says: fed by the loop each tick, run in one batch. */
  readonly detector: DigitDetector | undefined
  /** Ticks until what was put last has left the port; the end of a prompt is told that much later. */
  readonly outputTicks: number
  /** In place of `get`, in a tick in which nobody hears what the far end says. */
  pass?(): void
  /**
   * Once a tick, before `get` of all: the one port that is to be heard, where nothing else is. True: its packets go to
   * the far end without the loop, and `put` is not to be called.
   */
  follow?(source: LoopPort | undefined): boolean
  /**
   * Nothing but its packets going on and coming past the loop: it can be left alone, together with its only partner.
   * `isHeard`: somebody wants to hear it, if only afterwards.
   */
  mayRest?(isHeard: boolean): boolean
  /**
   * Left alone from now on, best for the number of ticks returned. `wake` ends that and tells how many they were; `heard`
   * is called for each of them then. The frame is the port's own.
   */
  rest?(heard: HearAfterwards | undefined): number
  wake?(ticks: number): void
  /** A tick that the loop could not do: time passes, nothing is heard or said. */
  skip(): void
  /** Digits for the far end; `requestId` is told as `digitsSent` when the last is out. */
  sendDigits(digits: string, requestId: number): void
}

/** One frame of what the far end has said, false for silence. */
export type HearAfterwards = (frame: Int16Array | false) => void

/** What a port tells of its own accord. */
export type PortReport =
  | {
      type: 'digitReceived'
      portId: PortId
      digit: string
      source: 'inBand' | 'event'
      durationMs: number
      /** The ports that hear this one have heard nothing of it. */
      isUnheard?: boolean
    }
  | { type: 'digitsSent'; requestId: number }
  /** A supervisory tone of the line's own list: said again for each time its whole pattern was heard. */
  | { type: 'toneHeard'; portId: PortId; tone: string }
  /** Neither side of a line has said anything for so long; once a silence. */
  | { type: 'lineSilent'; portId: PortId; silentMs: number }
  | { type: 'mediaStopped'; portId: PortId; silentMs: number }
  | { type: 'mediaStarted'; portId: PortId }

export type Report = (report: PortReport) => void

/** Where ports get their digit detectors from (drivers/native/dtmf-bank.ts). */
export interface DetectorSource {
  open(options: { filterDialTone: boolean }): Detector
}
