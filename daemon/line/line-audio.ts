// The audio port of one line: opened for a call, closed after it, and never in the way of either.
import type { Clock } from '../clock.ts'
import type { Log } from '../log/log.ts'
import type { Audio, SupervisoryTone } from '../loop/audio.ts'
import type { PortId } from '../media/port.ts'

export interface LineAudioOptions {
  audio: Audio
  clock: Clock
  log: Log
  /** Of the line, for people. */
  name: string
  pcmFile: string
  /** See `LineOpening`. */
  silentAfterMs: number
}

/** How long a leg's end waits for its audio port to be released. */
const audioCloseMs = 1000

export class LineAudio {
  readonly #of: LineAudioOptions
  #portId: PortId | undefined
  #closing: Promise<void> | undefined

  constructor(options: LineAudioOptions) {
    this.#of = options
  }

  get portId(): PortId | undefined {
    return this.#portId
  }

  /** Settles when the port of the call before is released; undefined when it is. */
  get closing(): Promise<void> | undefined {
    return this.#closing
  }

  /** `isWanted`: asked when the port is there, which may be too late. Exactly one of the two is called, unless it is. */
  open(tones: SupervisoryTone[], isWanted: () => boolean, opened: (portId: PortId) => void, failed: () => void): void {
    const { audio, log, name, pcmFile, silentAfterMs } = this.#of
    audio.openLine({ pcmFile, name, tones, silentAfterMs }).then(
      (portId) => {
        if (!isWanted()) {
          void this.#release(portId)
          return
        }
        this.#portId = portId
        opened(portId)
      },
      (fault: unknown) => {
        log.error({ line: name, fault: String(fault) }, 'a line’s audio could not be opened')
        failed()
      },
    )
  }

  /** It closed by itself. */
  lost(): void {
    this.#portId = undefined
  }

  close(): void {
    const portId = this.#portId
    if (portId === undefined) return
    this.#portId = undefined
    const closing = this.#release(portId).then(() => {
      if (this.#closing === closing) this.#closing = undefined
    })
    this.#closing = closing
  }

  /** Never rejects, and settles in time whatever the audio thread does. */
  #release(portId: PortId): Promise<void> {
    const { audio, clock, log, name } = this.#of
    return new Promise((resolve) => {
      const deadline = clock.after(audioCloseMs, () => {
        log.error({ line: name, portId }, 'a line’s audio port was not released in time')
        resolve()
      })
      const settle = () => {
        deadline.cancel()
        resolve()
      }
      audio.close(portId).then(settle, (fault: unknown) => {
        log.error({ line: name, portId, fault: String(fault) }, 'a line’s audio port could not be closed')
        settle()
      })
    })
  }
}
