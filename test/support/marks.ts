// Prompts whose ends can be seen: each begins and ends with a beep of its own, so that a clipped one is found out.
import { levelDbm0, makeTone, toneLevelDbm0 } from './tones.ts'

export interface MarkedPrompt {
  startHz: number
  bodyHz: number
  endHz: number
  samples: Int16Array
  durationMs: number
}

export const markMs = 200
const windowSamples = 160
const hopSamples = 40

export function markedPrompt(startHz: number, endHz: number, bodyMs: number, bodyHz = 420): MarkedPrompt {
  const parts = [makeTone(startHz, markMs, -10), makeTone(bodyHz, bodyMs, -20), makeTone(endHz, markMs, -10)]
  const samples = new Int16Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    samples.set(part, at)
    at += part.length
  }
  return { startHz, bodyHz, endHz, samples, durationMs: samples.length / 8 }
}

/** A stretch of audio in which one frequency is all there is. */
export interface Stretch {
  atMs: number
  durationMs: number
}

/**
 * Stretches in which the tone stands alone (within 3 dB of all that is there), in hops of 5 ms: true to about 10 ms.
 * Speech holds every frequency now and then, but no single one for long: stretches under `minimumMs` are left out.
 */
export function stretchesOf(samples: Int16Array, hz: number, minimumMs = 60): Stretch[] {
  const found: Stretch[] = []
  let began: number | undefined
  const close = (end: number) => {
    // A window reaches half of itself beyond the tone at both ends before the tone no longer stands alone.
    const durationMs = began === undefined ? 0 : (end - began) / 8
    if (began !== undefined && durationMs >= minimumMs) found.push({ atMs: began / 8, durationMs })
    began = undefined
  }
  for (let at = 0; at + windowSamples <= samples.length; at += hopSamples) {
    const window = samples.subarray(at, at + windowSamples)
    const level = toneLevelDbm0(window, hz)
    const middle = at + windowSamples / 2
    if (level > -40 && level > levelDbm0(window) - 3) began ??= middle
    else close(middle)
  }
  close(samples.length)
  return found
}

/** Longest stretch of the tone in milliseconds; 0 when it was not heard. */
export function longestMs(samples: Int16Array, hz: number): number {
  return Math.max(0, ...stretchesOf(samples, hz).map((stretch) => stretch.durationMs))
}

/** Whether the prompt was heard whole: both of its marks, each in full but for what the ear can't tell. */
export function heardWhole(samples: Int16Array, prompt: MarkedPrompt, toleranceMs = 25): boolean {
  return [prompt.startHz, prompt.endHz].every((hz) => longestMs(samples, hz) >= markMs - toleranceMs)
}
