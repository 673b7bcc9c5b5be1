// A bank of DTMF detectors (libspandsp), all run by one native call a tick. The layout is that of cordboard.h.
import {
  callInt,
  callPointer,
  callVoid,
  detachView,
  i32,
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
export function liveDtmfBanks(): number {
  return live
}

/** One detector: 20 ms go in by `feed`, and after the bank's `run` the beginnings and ends of digits can be read. */
export interface DtmfDetector {
  feed(frame: Int16Array): void
  readonly events: number
  /** Character code of a digit that began, or 0: the digit ended. */
  code(index: number): number
  close(): void
}

/**
 * Makes spandsp fill its static tables, which it does without a lock: to be called once, before any thread opens
 * detectors.
 */
export function startSpandsp(): void {
  const bank = new DtmfBank(1)
  bank.open({ filterDialTone: false }).close()
  bank.destroy()
}

export class DtmfBank {
  readonly #self: NativePointer
  readonly #arena: ArrayBuffer
  readonly #used: boolean[]
  readonly #run: () => number
  #fed = false

  constructor(detectors: number) {
    const self = callPointer('cb_dtmf_create', i32(detectors))
    if (self === undefined) throw new Error('no memory for the DTMF detectors')
    this.#self = self
    const arena = callPointer('cb_dtmf_arena', pointer(self))
    if (arena === undefined || callInt('cb_dtmf_detector_bytes') !== detectorBytes)
      throw new Error('the native library does not match its sources: run scripts/native --force')
    this.#arena = viewMemory(arena, detectors * detectorBytes)
    this.#used = new Array<boolean>(detectors).fill(false)
    this.#run = prepareCall('cb_dtmf_run', pointer(self))
    live++
  }

  /** Detectors open now. */
  get openDetectors(): number {
    return this.#used.filter((used) => used).length
  }

  /** Throws when all are in use. `filterDialTone`: for telephone lines, where dial tone may lie under the digits. */
  open(options: { filterDialTone: boolean }): DtmfDetector {
    const index = this.#used.indexOf(false)
    if (index < 0) throw new Error('no DTMF detector free')
    if (callInt('cb_dtmf_open', pointer(this.#self), i32(index), i32(options.filterDialTone ? 1 : 0)) !== 0)
      throw new Error('no memory for a DTMF detector')
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
        callVoid('cb_dtmf_close', pointer(this.#self), i32(index))
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
    callVoid('cb_dtmf_destroy', pointer(this.#self))
  }
}
