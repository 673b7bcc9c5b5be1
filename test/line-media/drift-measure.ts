// Two clocks that do not agree: a device whose crystal is off and the audio thread's ticks, in simulated time, with the
// true pump and the true port between them. Each way a sine passes, in which any slip shows.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { LinePort } from '../../daemon/media/line-port.ts'
import { Drift } from '../../drivers/depth-servo.ts'
import { DtmfBank } from '../../drivers/native/dtmf-bank.ts'
import { mapSharedMemory } from '../../drivers/native/shared-memory.ts'
import { PcmPump } from '../../drivers/pcm-pump.ts'
import { pcmFileBytes, pcmPath } from '../../drivers/pcm-ring.ts'
import { sineAmplitude } from '../support/tones.ts'
import { seeded } from './sounds.ts'

const tickMs = 20
const toneHz = 437
const amplitude = sineAmplitude(-10)
/** The beginning of a call, before anybody says anything. */
const settleMs = 3000

export interface DriftMeasure {
  /** As the driver tells it at the end. */
  driftPpm: number
  /** Frames that one side did not have in time, and samples that were too many: both ways. */
  underruns: number
  overruns: number
  /** Steepest curvature of the sines against that of the true ones: 1 is faultless, a slip of a sample shows as 2 or more. */
  worstBend: number
  /** From the line to what leaves the audio thread, device's frame included. */
  delayUpMs: number
}

/** How sharply a sine of this frequency bends at most, from sample to sample. */
const trueBend = amplitude * (2 * Math.sin((Math.PI * toneHz) / 8000)) ** 2

class BendWatch {
  worst = 0
  #before = Number.NaN
  #beforeThat = Number.NaN

  hear(frame: Int16Array): void {
    for (const sample of frame) {
      const bend = Math.abs(sample - 2 * this.#before + this.#beforeThat)
      if (bend > this.worst) this.worst = bend
      this.#beforeThat = this.#before
      this.#before = sample
    }
  }
}

function sine() {
  let n = 0
  return (frame: Int16Array) => {
    for (let i = 0; i < frame.length; i++, n++)
      frame[i] = Math.round(amplitude * Math.sin((2 * Math.PI * toneHz * n) / 8000))
  }
}

/** `jitterMs`: how late a frame of the device may come, evenly spread; of the audio thread's ticks a tenth of it. */
export function measureDrift(options: {
  ppm: number
  minutes: number
  frameSamples: 80 | 160
  jitterMs: number
}): DriftMeasure {
  const { ppm, minutes, frameSamples, jitterMs } = options
  const directory = mkdtempSync(join(tmpdir(), 'cordboard-drift-'))
  const file = join(directory, 'line')
  const theirs = mapSharedMemory(file, pcmFileBytes)
  const bank = new DtmfBank(1)
  let nowMs = 1_000_000
  const drift = new Drift()
  const path = pcmPath(theirs.memory, theirs.byteOffset)
  const pump = new PcmPump({ path, frameSamples, nowMs: () => nowMs, drift, echoTailMs: 0 })
  const port = new LinePort({
    id: 1,
    name: 'line',
    memory: mapSharedMemory(file, pcmFileBytes),
    detectors: bank,
    report: () => {},
    nowMs: () => nowMs,
  })
  const random = seeded(7)
  const frameMs = frameSamples / 8 / (1 + ppm / 1e6)
  const beganMs = nowMs
  const endMs = beganMs + minutes * 60_000
  const said = new Int16Array(frameSamples)
  const saidBytes = Buffer.from(said.buffer)
  const given = new Int16Array(160)
  const heard = new Int16Array(160)
  const played = new Int16Array(frameSamples)
  const callerSays = sine()
  const boxSays = sine()
  const up = new BendWatch()
  const down = new BendWatch()
  let frames = 0
  let frameAtMs = beganMs + 3
  let ticks = 0
  let tickAtMs = beganMs
  let lostBefore = { underruns: 0, overruns: 0 }
  const lost = () => {
    const { underrunFrames = 0, discardedSamples = 0, playbackDroppedFrames = 0 } = port.counters()
    const { captureOverrunSamples, playbackDryFrames, playbackTrimmedSamples } = pump.counters
    return {
      underruns: underrunFrames + playbackDryFrames,
      overruns: discardedSamples + playbackDroppedFrames + captureOverrunSamples + playbackTrimmedSamples,
    }
  }
  pump.begin()
  let settled = false
  while (nowMs < endMs) {
    nowMs = Math.min(frameAtMs, tickAtMs)
    if (!settled && nowMs >= beganMs + settleMs) {
      settled = true
      lostBefore = lost()
    }
    if (nowMs === frameAtMs) {
      callerSays(said)
      pump.take(frames, saidBytes)
      const bytes = pump.next()
      if (settled) {
        for (let i = 0; i < frameSamples; i++) played[i] = ((bytes[2 * i]! | (bytes[2 * i + 1]! << 8)) << 16) >> 16
        down.hear(played)
      }
      frames++
      frameAtMs = beganMs + 3 + frames * frameMs + random() * jitterMs
    } else {
      const isHeard = port.get(heard)
      if (settled && isHeard) up.hear(heard)
      boxSays(given)
      port.put(given)
      ticks++
      tickAtMs = beganMs + ticks * tickMs + (random() * jitterMs) / 10
    }
  }
  const after = lost()
  const measure = {
    driftPpm: drift.ppm,
    underruns: after.underruns - lostBefore.underruns,
    overruns: after.overruns - lostBefore.overruns,
    worstBend: Math.max(up.worst, down.worst) / trueBend,
    delayUpMs: pump.delayUpMs ?? Number.NaN,
  }
  port.close()
  pump.close()
  bank.destroy()
  theirs.unmap()
  rmSync(directory, { recursive: true })
  return measure
}
