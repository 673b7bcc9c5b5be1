// One port of the simulated board: the line interface as firmware sees it. Measures the line every step, debounces,
// keeps the hook, and plays out what the host sent. The exchange (exchange-line.ts) stands at the other end of the pair.
import type { EventKind, HookResult, PortConfig, WireBatteryState } from '../../../drivers/fxo/board-messages.ts'

/** What the exchange puts on the pair during one step. */
export interface LineCondition {
  /** Ring voltage of this frequency; undefined for none. */
  ringHz: number | undefined
  batteryMv: number
  /** Whether current flows when the loop is closed. */
  feeds: boolean
  reversed: boolean
}

const batteryDebounceMs = 64
/** Seizing a line makes the current dip by itself. */
const settledMs = 650
const polarityDebounceMs = 100
const batteryThresholdMv = 3000
/** An on-hook line that another telephone holds has less. */
const inUseBelowMv = 19_000
const inUseDebounceMs = 200
/** Playout: begins with two frames, and never holds more than eight. */
const playoutStartFrames = 2
const playoutMaxFrames = 8

export class LineCard {
  readonly port: number
  readonly audio = { underruns: 0, overruns: 0 }
  battery: WireBatteryState = 'BATTERY_UNKNOWN'
  offHook = false
  /** Of this off-hook: the far end hung up. */
  currentLost = false
  #config: PortConfig | undefined
  #flashLeftMs = 0
  #ringOnMs = 0
  #ringOffMs = 0
  #ringMs = 0
  #ringing = false
  #batteryMs = 0
  #inUse = false
  #inUseMs = 0
  #reversed: boolean | undefined
  #reversedMs = 0
  #lossMs = 0
  #lossTold = false
  #offHookMs = 0
  /** Of the frame that is on the line now; undefined for silence. */
  playedSeq: number | undefined
  #playout: { frame: Int16Array; seq: number }[] = []
  #playing = false
  #alertedMs = Number.POSITIVE_INFINITY

  constructor(port: number) {
    this.port = port
  }

  get config(): PortConfig | undefined {
    return this.#config
  }

  get ringing(): boolean {
    return this.#ringing
  }

  /** The loop as the exchange sees it: open during a flash. */
  get loopClosed(): boolean {
    return this.offHook && this.#flashLeftMs === 0
  }

  /** Whether the host is sent what the line sounds like, though nobody holds it. */
  get overheard(): boolean {
    return !this.offHook && this.#alertedMs < (this.#config?.onHookAudioMs ?? 0)
  }

  get flashing(): boolean {
    return this.#flashLeftMs > 0
  }

  configure(config: PortConfig | undefined): void {
    this.#config = config
  }

  goOnHook(): void {
    this.offHook = false
    this.currentLost = false
    this.#flashLeftMs = 0
    this.#lossMs = 0
    this.#lossTold = false
    this.#stopPlayout()
  }

  goOffHook(): HookResult {
    if (this.battery !== 'BATTERY_PRESENT') return 'NO_BATTERY'
    if (this.offHook) return 'DONE'
    this.offHook = true
    this.#stopPlayout()
    return 'DONE'
  }

  flash(flashMs: number): HookResult {
    if (!this.offHook) return 'NOT_OFF_HOOK'
    if (flashMs < 50 || flashMs > 1200) return 'BAD_DURATION'
    if (this.#flashLeftMs > 0) return 'BUSY'
    this.#flashLeftMs = flashMs
    return 'DONE'
  }

  /** Takes the frame; the oldest goes when there is no room. */
  play(frame: Int16Array, seq: number): void {
    if (!this.offHook) return
    this.#playout.push({ frame, seq })
    if (this.#playout.length <= playoutMaxFrames) return
    this.#playout.shift()
    this.audio.overruns++
  }

  /** What goes onto the line in this frame's time; silence when nothing has come. */
  nextPlayed(frameSamples: number): Int16Array {
    if (!this.#playing && this.#playout.length >= playoutStartFrames) this.#playing = true
    const next = this.#playing ? this.#playout.shift() : undefined
    this.playedSeq = next?.seq
    if (next) return next.frame
    if (this.#playing) this.audio.underruns++
    this.#playing = false
    return new Int16Array(frameSamples)
  }

  #stopPlayout(): void {
    this.#playout = []
    this.#playing = false
    this.playedSeq = undefined
  }

  /** What the measurements of one step amount to. */
  step(line: LineCondition, stepMs: number): EventKind[] {
    this.#flashLeftMs = Math.max(0, this.#flashLeftMs - stepMs)
    this.#offHookMs = this.offHook ? this.#offHookMs + stepMs : 0
    const isAlerting = this.#ringOnMs > 0 || this.#reversedMs > 0
    this.#alertedMs = isAlerting ? 0 : this.#alertedMs + stepMs
    return [
      ...this.#measureBattery(line, stepMs),
      ...this.#measureUse(line, stepMs),
      ...this.#measurePolarity(line, stepMs),
      ...this.#measureRing(line, stepMs),
      ...this.#measureCurrent(line, stepMs),
    ]
  }

  #measureBattery(line: LineCondition, stepMs: number): EventKind[] {
    const measured = line.batteryMv >= batteryThresholdMv ? 'BATTERY_PRESENT' : 'BATTERY_LOST'
    // Off-hook the voltage falls anyway, and its loss is the current's business.
    if (measured === this.battery || this.offHook) this.#batteryMs = 0
    else this.#batteryMs += stepMs
    if (this.#batteryMs < batteryDebounceMs) return []
    this.battery = measured
    this.#batteryMs = 0
    return [{ kind: 'batteryChanged', batteryChanged: { battery: measured, millivolts: line.batteryMv } }]
  }

  #measureUse(line: LineCondition, stepMs: number): EventKind[] {
    const inUse = line.batteryMv >= batteryThresholdMv && line.batteryMv < inUseBelowMv
    // Off-hook the voltage is ours; ringing it is the generator's.
    const isMeasured = !this.offHook && line.ringHz === undefined
    this.#inUseMs = isMeasured && inUse !== this.#inUse ? this.#inUseMs + stepMs : 0
    if (this.#inUseMs < inUseDebounceMs) return []
    this.#inUse = inUse
    this.#inUseMs = 0
    return [{ kind: 'lineUseChanged', lineUseChanged: { inUse, millivolts: line.batteryMv } }]
  }

  #measurePolarity(line: LineCondition, stepMs: number): EventKind[] {
    this.#reversed ??= line.reversed
    this.#reversedMs = line.reversed === this.#reversed ? 0 : this.#reversedMs + stepMs
    if (this.#reversedMs < polarityDebounceMs) return []
    this.#reversed = line.reversed
    this.#reversedMs = 0
    return [{ kind: 'polarityReversed', polarityReversed: { reversed: line.reversed } }]
  }

  #measureRing(line: LineCondition, stepMs: number): EventKind[] {
    const config = this.#config
    if (!config) return []
    const hz = this.offHook ? undefined : line.ringHz
    const isRing = hz !== undefined && hz >= config.ringLowestHz && hz <= config.ringHighestHz
    this.#ringOnMs = isRing ? this.#ringOnMs + stepMs : 0
    this.#ringOffMs = isRing ? 0 : this.#ringOffMs + stepMs
    if (isRing) this.#ringMs = this.#ringOnMs
    if (!this.#ringing && isRing && this.#ringOnMs >= config.ringOnMs) {
      this.#ringing = true
      return [{ kind: 'ringStarted', ringStarted: { frequencyMhz: Math.round(hz * 1000) } }]
    }
    // Answering trips the ring at once.
    if (this.#ringing && (this.#ringOffMs >= config.ringOffMs || this.offHook)) {
      this.#ringing = false
      return [{ kind: 'ringStopped', ringStopped: { durationMs: this.#ringMs } }]
    }
    return []
  }

  #measureCurrent(line: LineCondition, stepMs: number): EventKind[] {
    const config = this.#config
    if (!config || !this.loopClosed || line.feeds) {
      this.#lossMs = 0
      this.#lossTold = false
      return []
    }
    this.#lossMs += stepMs
    if (this.#lossTold || this.#lossMs < config.currentLossMs) return []
    this.#lossTold = true
    if (this.#offHookMs >= settledMs) this.currentLost = true
    return [{ kind: 'loopCurrentLost', loopCurrentLost: { durationMs: this.#lossMs } }]
  }
}
