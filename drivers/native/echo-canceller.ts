// The echo canceller of one line: takes the echo of what is played to the line out of what is heard from it. Both must be
// of one clock, the device's.
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

const maximumSamples = 160
const headBytes = 8
const arenaBytes = headBytes + 2 * maximumSamples * 2
const samplesPerMs = 8

/** What is heard comes out so much later: the suppressor of the echo's rest works in blocks. */
export const echoDelayMs = 10

let live = 0

/** Cancellers not closed yet: the ledger of the tests. */
export function liveEchoCancellers(): number {
  return live
}

export class EchoCanceller {
  readonly #self: NativePointer
  readonly #arena: ArrayBuffer
  readonly #head: Int32Array
  readonly #heard: Int16Array
  readonly #played: Int16Array
  readonly #cancel: () => number

  /** `tailMs`: from what is played to the last of its echo. */
  constructor(tailMs: number) {
    const self = callPointer('cb_echo_open', i32(tailMs * samplesPerMs))
    if (self === undefined) throw new Error('no memory for an echo canceller')
    if (callInt('cb_echo_arena_bytes') !== arenaBytes)
      throw new Error('the native library does not match its sources: run scripts/native --force')
    this.#self = self
    this.#arena = viewMemory(self, arenaBytes)
    this.#head = new Int32Array(this.#arena, 0, 2)
    this.#heard = new Int16Array(this.#arena, headBytes, maximumSamples)
    this.#played = new Int16Array(this.#arena, headBytes + maximumSamples * 2, maximumSamples)
    this.#cancel = prepareCall('cb_echo_cancel', pointer(self))
    live++
  }

  /** 80 or 160 samples of each, of the same time; `heard` is changed in place. Allocates nothing. */
  cancel(heard: Int16Array, played: Int16Array): void {
    this.#head[0] = heard.length
    this.#heard.set(heard)
    this.#played.set(played)
    this.#cancel()
    for (let i = 0; i < heard.length; i++) heard[i] = this.#heard[i]!
  }

  /** Another call, another far end: what was learnt of the echo is forgotten. */
  reset(): void {
    callVoid('cb_echo_reset', pointer(this.#self))
  }

  /** Idempotent. */
  close(): void {
    if (this.#arena.detached) return
    live--
    detachView(this.#arena)
    callVoid('cb_echo_close', pointer(this.#self))
  }
}
