// The second serial port of a cellular module: the sound of a call, 16-bit little-endian at 8 kHz, and nothing else.
// The module's frames pace it: one goes down for each that comes up.
//
//   bytes ─▶ pairs (PcmAlignment) ─▶ frames ─▶ PcmPump ─▶ capture ring
//   bytes ◀───────────────────────── frame ◀── PcmPump ◀─ playback ring
import { Drift } from '../depth-servo.ts'
import type { LineDetails } from '../line-driver.ts'
import { PcmPump } from '../pcm-pump.ts'
import type { PcmPath } from '../pcm-ring.ts'
import type { DriverClock, DriverTimer } from '../process/surroundings.ts'
import type { ByteDevice, DeviceListener } from '../serial/serial-device.ts'
import { soundDetails } from '../sound-details.ts'
import { PcmAlignment } from './pcm-alignment.ts'

const frameBytes = 320
/** The silence before the first frame comes: some modules wait for ours (asterisk-chan-dongle issue 132). */
const kickMs = 20
const kickFrames = 25
/** No frame for so long, or nothing but digital zero: the sound is to be registered anew. */
const missingMs = 2000
const zerosMs = 6000
const checkMs = 500
/** A quarter of a second of what the module did not take: it takes no more for now. */
const backlogBytes = 4096

export interface PcmPortOptions {
  pcm: PcmPath
  clock: DriverClock
  openDevice(listener: DeviceListener): ByteDevice
  /** `silent`: frames come, with nothing in them. */
  missing(why: 'absent' | 'silent'): void
  closed(reason: string): void
}

export class PcmPort {
  readonly #options: PcmPortOptions
  readonly #drift = new Drift()
  readonly #pump: PcmPump
  readonly #alignment = new PcmAlignment()
  readonly #frame = Buffer.alloc(frameBytes)
  #filled = 0
  #frames = 0
  #device: ByteDevice | undefined
  #isOn = false
  #watch: DriverTimer | undefined
  #kick: DriverTimer | undefined
  #heardAtMs = 0
  #soundAtMs = 0
  #silenceTold = false
  #stalledSinceMs: number | undefined
  readonly counters = {
    realignments: 0,
    soundMissing: 0,
    silentDownlinks: 0,
    /** Frames not sent because the module did not take those before. */
    uplinkDropped: 0,
    strayBytes: 0,
  }

  constructor(options: PcmPortOptions) {
    this.#options = options
    const { pcm: path, clock } = options
    // The network cancels the line's echo itself, at its far end.
    const echoTailMs = 0
    const nowMs = () => clock.monotonicMs()
    this.#pump = new PcmPump({ path, frameSamples: frameBytes / 2, nowMs, drift: this.#drift, echoTailMs })
  }

  details(port: number): LineDetails {
    return soundDetails(this.#drift, new Map([[port, this.#pump]]))
  }

  /** The port is not opened again. */
  end(): void {
    this.close()
    this.#pump.close()
  }

  get pumpCounters(): Readonly<Record<string, number>> {
    return { ...this.#pump.counters }
  }

  /** One way only: which way is silent; undefined while both are well, or there is no call. */
  get oneWay(): 'fromFarEnd' | 'toFarEnd' | undefined {
    if (!this.#isOn) return undefined
    const nowMs = this.#options.clock.monotonicMs()
    if (nowMs - Math.max(this.#heardAtMs, this.#soundAtMs) >= missingMs || this.#silenceTold) return 'fromFarEnd'
    return this.#stalledSinceMs !== undefined && nowMs - this.#stalledSinceMs >= missingMs ? 'toFarEnd' : undefined
  }

  open(opened: () => void, failed: (reason: string) => void): void {
    const device = this.#options.openDevice({
      received: (chunk) => this.#received(chunk),
      closed: (reason) => this.#options.closed(reason),
      lacks: () => {},
    })
    this.#device = device
    device.open(opened, failed)
  }

  close(): void {
    this.stop()
    this.#device?.close()
    this.#device = undefined
  }

  /** The module sends and takes sound from now on; what came before belongs to an earlier call. */
  start(): void {
    const nowMs = this.#options.clock.monotonicMs()
    if (!this.#isOn) this.#pump.begin()
    this.#isOn = true
    this.#filled = 0
    this.#alignment.reset()
    this.#heardAtMs = nowMs
    this.#soundAtMs = nowMs
    this.#silenceTold = false
    this.#stalledSinceMs = undefined
    this.#kickOff(kickFrames)
    this.#watch?.cancel()
    this.#watchSound()
  }

  stop(): void {
    this.#isOn = false
    this.#watch?.cancel()
    this.#watch = undefined
    this.#kick?.cancel()
    this.#kick = undefined
  }

  #kickOff(frames: number): void {
    this.#kick?.cancel()
    if (frames === 0) return
    this.#kick = this.#options.clock.after(kickMs, () => {
      this.#sendDown()
      this.#kickOff(frames - 1)
    })
  }

  #watchSound(): void {
    const { clock, missing } = this.#options
    this.#watch = clock.after(checkMs, () => {
      const nowMs = clock.monotonicMs()
      this.#watchSound()
      if (nowMs - this.#heardAtMs >= missingMs) {
        this.counters.soundMissing++
        this.#heardAtMs = nowMs
        missing('absent')
      } else if (nowMs - this.#soundAtMs >= zerosMs && !this.#silenceTold) {
        // Once a call: a far end may be as silent as that behind a noise gate.
        this.#silenceTold = true
        this.counters.silentDownlinks++
        missing('silent')
      }
    })
  }

  #received(chunk: Uint8Array): void {
    if (!this.#isOn) {
      this.counters.strayBytes += chunk.length
      return
    }
    this.#kick?.cancel()
    this.#heardAtMs = this.#options.clock.monotonicMs()
    for (let at = 0; at < chunk.length; ) {
      const taken = Math.min(frameBytes - this.#filled, chunk.length - at)
      this.#frame.set(chunk.subarray(at, at + taken), this.#filled)
      this.#filled += taken
      at += taken
      if (this.#filled === frameBytes) this.#frameUp()
    }
  }

  #frameUp(): void {
    this.#filled = 0
    if (this.#frame.some((byte) => byte !== 0)) {
      this.#soundAtMs = this.#heardAtMs
      this.#silenceTold = false
    }
    this.#pump.take(this.#frames++, this.#frame)
    this.#sendDown()
    if (!this.#alignment.isShifted(this.#frame)) return
    this.counters.realignments++
    // The last byte of this frame is the first of a sample.
    this.#frame[0] = this.#frame[frameBytes - 1]!
    this.#filled = 1
  }

  #sendDown(): void {
    const device = this.#device
    if (!device) return
    if (device.unsentBytes > backlogBytes) {
      this.counters.uplinkDropped++
      this.#stalledSinceMs ??= this.#options.clock.monotonicMs()
      return
    }
    this.#stalledSinceMs = undefined
    device.write(Uint8Array.from(this.#pump.next()))
  }
}
