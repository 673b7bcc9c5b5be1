// Keeps the depth of a ring between two clocks: how much faster its sound must pass so that neither clock ever runs into
// the other. One ring each way of a port; both feed one estimate of the drift, which is what is left when all is settled.
//
//   depth − target ──▶ smoothed ──▶ × proportional ──┐
//                          └──▶ Drift (integrated) ──┴──▶ ppm of the resampler
//
// The target is what the two frame lengths need at their worst phase, and as much lateness as there was lately.

/** Critically damped, with a natural period of two minutes: 0.05 rad/s. A millisecond of depth is 1,000 ppm · s. */
const proportionalPpmPerMs = 100
const integralPpmPerMsS = 2.5
/** Crystals are within ±100 ppm each; more is the start of a call, whose depth is far off. */
const driftMaxPpm = 400
/** Of both directions together: two minutes of a call, after which the estimate has settled to some percent. */
const learningMs = 240_000
/** A pitch that is off by a thousandth nobody hears. */
const correctionMaxPpm = 600
/** Lateness of single frames is no drift. */
const smoothing = 0.04

/** The resampler would take long to make up for more. */
const stallMs = 5

/** Lateness that is always allowed for, and at most. */
const marginMinMs = 4
const marginMaxMs = 25
/** A lateness that comes once is no reason to be late always: each counts by a part, and half of it is forgotten in 7 s. */
const attack = 0.25
const forgetting = 0.002

/** How fast the device's clock is against this machine's, learnt from both directions of a port. */
export class Drift {
  ppm = 0
  #learntMs = 0

  /** Whether it has been listened to for long enough to be told. */
  get isKnown(): boolean {
    return this.#learntMs >= learningMs
  }

  learn(errorMs: number, elapsedMs: number): void {
    this.#learntMs += elapsedMs
    const ppm = this.ppm + (integralPpmPerMsS * errorMs * elapsedMs) / 1000
    this.ppm = Math.max(-driftMaxPpm, Math.min(driftMaxPpm, ppm))
  }
}

export interface DepthServoOptions {
  drift: Drift
  /** Up: sound of the device's clock becomes sound of ours. */
  direction: 'up' | 'down'
  /** The frames are whole on both sides: with this much the worst phase of the two is just enough. */
  neededMs: number
  frameMs: number
}

export class DepthServo {
  readonly #options: DepthServoOptions
  readonly #sign: number
  #smoothedMs: number | undefined
  #latenessMs = 0

  constructor(options: DepthServoOptions) {
    this.#options = options
    this.#sign = options.direction === 'up' ? 1 : -1
  }

  /** Another call, or the depth has been set anew. */
  reset(): void {
    this.#smoothedMs = undefined
  }

  get targetMs(): number {
    return this.#options.neededMs + Math.max(marginMinMs, Math.min(marginMaxMs, 1 + this.#latenessMs))
  }

  /** Undefined until there was a frame. */
  get depthMs(): number | undefined {
    return this.#smoothedMs
  }

  /** How much is there beyond what drift could have brought: after a stall, which the far end heard anyway. */
  get surplusMs(): number {
    const surplusMs = (this.#smoothedMs ?? 0) - this.targetMs
    return surplusMs > stallMs ? surplusMs : 0
  }

  /** The ring has been cut by so much. */
  cut(ms: number): void {
    if (this.#smoothedMs !== undefined) this.#smoothedMs -= ms
  }

  /** Without anybody at the other end of the ring: as the drift is known. */
  get idlePpm(): number {
    return this.#sign * this.#options.drift.ppm
  }

  /** After each frame: how deep the ring is now. Returns by how much the input's clock is to be taken as faster. */
  next(depthMs: number): number {
    const { drift, frameMs } = this.#options
    const smoothedMs = this.#smoothedMs ?? depthMs
    this.#smoothedMs = smoothedMs + (depthMs - smoothedMs) * smoothing
    const lateMs = this.#smoothedMs - depthMs
    if (lateMs > this.#latenessMs) this.#latenessMs += (lateMs - this.#latenessMs) * attack
    else this.#latenessMs *= 1 - forgetting
    const errorMs = this.#smoothedMs - this.targetMs
    // A depth that is far off was set by something else than drift.
    if (Math.abs(errorMs) < marginMinMs) drift.learn((this.#sign * errorMs) / 2, frameMs)
    const ppm = this.#sign * drift.ppm + proportionalPpmPerMs * errorMs
    return Math.max(-correctionMaxPpm, Math.min(correctionMaxPpm, ppm))
  }
}
