// Whether anything is said on a line, either way: where an exchange gives no other sign of a hang-up, a line on which
// both sides are silent for minutes is one that nobody holds. Fed frame by frame on the audio thread; allocates nothing.
import { frameMs } from './port.ts'

/** Of a frame in which something is said; −45 dBm0, under the faintest speech and above the noise of a line. */
const audibleRms = 91
/** Shorter sounds are clicks of the line. */
const clickFrames = 3

export class SilenceWatch {
  readonly #limitFrames: number
  readonly #tell: (silentMs: number) => void
  #silentFrames = 0
  #audibleFrames = 0
  #isAudible = false

  /** `tell` is called once for each silence that lasts so long. */
  constructor(limitMs: number, tell: (silentMs: number) => void) {
    this.#limitFrames = Math.ceil(limitMs / frameMs)
    this.#tell = tell
  }

  /** Of this tick, each way; false: nothing. */
  add(frame: Int16Array | false): void {
    if (frame !== false && !this.#isAudible) this.#isAudible = isAudible(frame)
  }

  /** The tick is over. */
  tick(): void {
    this.#audibleFrames = this.#isAudible ? this.#audibleFrames + 1 : 0
    this.#isAudible = false
    if (this.#audibleFrames >= clickFrames) this.#silentFrames = 0
    else if (++this.#silentFrames === this.#limitFrames) this.#tell(this.#silentFrames * frameMs)
  }
}

function isAudible(frame: Int16Array): boolean {
  let energy = 0
  for (let i = 0; i < frame.length; i++) energy += frame[i]! * frame[i]!
  return energy >= audibleRms * audibleRms * frame.length
}
