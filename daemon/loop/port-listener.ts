// What one port's far end says, on the main thread: fetched ten times a second from a ring that the audio thread fills as
// for a recording with nothing on its right channel. A ring that is not emptied in time loses the newest, and says so.
import type { Clock, Timer } from '../clock.ts'
import { RecordingRing } from '../media/recording-ring.ts'

const fetchMs = 100
/** Stereo samples fetched at once. */
const chunkSamples = 4096

export class PortListener {
  readonly ring = new RecordingRing()
  readonly #clock: Clock
  readonly #onSamples: (samples: Int16Array, lostSamples: number) => void
  readonly #chunk = new Int16Array(chunkSamples * 2)
  #toldLost = 0
  #timer: Timer | undefined
  #stopped = false

  /** `onSamples` gets arrays of its own, with what was lost since it was last told; it must not throw. */
  constructor(clock: Clock, onSamples: (samples: Int16Array, lostSamples: number) => void) {
    this.#clock = clock
    this.#onSamples = onSamples
    this.#wait()
  }

  /** Idempotent; nothing is handed over afterwards. */
  stop(): void {
    this.#stopped = true
    this.#timer?.cancel()
  }

  #wait(): void {
    this.#timer = this.#clock.after(fetchMs, () => {
      this.#fetch()
      if (!this.#stopped) this.#wait()
    })
  }

  #fetch(): void {
    while (!this.#stopped) {
      const count = this.ring.read(this.#chunk)
      if (count === 0) return
      const samples = new Int16Array(count)
      for (let i = 0; i < count; i++) samples[i] = this.#chunk[2 * i]!
      const lost = this.ring.overrunSamples
      this.#onSamples(samples, lost - this.#toldLost)
      this.#toldLost = lost
    }
  }
}
