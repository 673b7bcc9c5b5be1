// A bank of detectors (libspandsp's, see dtmf.c and tone.c), all run by one native call a tick. Frames go in and event codes
// come out by an arena whose layout is that of cordboard.h.
import {
  callInt,
  callPointer,
  callVoid,
  detachView,
  i32,
  type NativeArgument,
  type NativePointer,
  pointer,
  prepareCall,
  viewMemory,
} from './library.ts'

const frameSamples = 160
const eventsPerRun = 3
const detectorBytes = 352
const headWords = 8

let live = 0

/** Banks not destroyed yet: the ledger of the tests. */
export function liveDetectorBanks(): number {
  return live
}

/** One detector: 20 ms go in by `feed`, and after the bank's `run` what it found can be read. */
export interface Detector {
  feed(frame: Int16Array): void
  readonly events: number
  /** What the kind of detector says by number; 0: what it had found has ended. */
  code(index: number): number
  close(): void
}

export class DetectorBank {
  readonly #kind: 'dtmf' | 'tone'
  readonly #self: NativePointer
  readonly #arena: ArrayBuffer
  readonly #used: boolean[]
  readonly #run: () => number
  #fed = false

  constructor(kind: 'dtmf' | 'tone', detectors: number) {
    this.#kind = kind
    const self = callPointer('cb_bank_create', i32(detectors))
    if (self === undefined) throw new Error(`no memory for the ${kind} detectors`)
    this.#self = self
    const arena = callPointer('cb_bank_arena', pointer(self))
    if (arena === undefined || callInt('cb_detector_bytes') !== detectorBytes)
      throw new Error('the native library does not match its sources: run scripts/native --force')
    this.#arena = viewMemory(arena, detectors * detectorBytes)
    this.#used = new Array<boolean>(detectors).fill(false)
    this.#run = prepareCall('cb_bank_run', pointer(self))
    live++
  }

  /** Detectors open now. */
  get openDetectors(): number {
    return this.#used.filter((used) => used).length
  }

  /** Throws when all are in use. `settings`: what the kind's native `open` takes beside bank and number. */
  protected openDetector(...settings: NativeArgument[]): Detector {
    const index = this.#used.indexOf(false)
    if (index < 0) throw new Error(`no ${this.#kind} detector free`)
    if (callInt(`cb_${this.#kind}_open`, pointer(this.#self), i32(index), ...settings) !== 0)
      throw new Error(`no memory for a ${this.#kind} detector`)
    this.#used[index] = true
    const head = new Int32Array(this.#arena, index * detectorBytes, headWords)
    const frame = new Int16Array(this.#arena, index * detectorBytes + headWords * 4, frameSamples)
    return {
      feed: (samples) => {
        frame.set(samples)
        head[0] = 1
        this.#fed = true
      },
      get events() {
        return head[1]!
      },
      code: (event) => head[2 + Math.min(event, eventsPerRun - 1)]!,
      close: () => {
        if (!this.#used[index]) return
        this.#used[index] = false
        callVoid('cb_bank_close', pointer(this.#self), i32(index))
      },
    }
  }

  /** Looks at every frame fed since the last run. Returns the number of events; 0 means none of the detectors has any. */
  run(): number {
    if (!this.#fed) return 0
    this.#fed = false
    return this.#run()
  }

  destroy(): void {
    if (this.#arena.detached) return
    live--
    detachView(this.#arena)
    callVoid('cb_bank_destroy', pointer(this.#self))
  }
}
