// A tone of an exchange found out from its sound alone: where it is on and off, and what it is made of. The installer's
// way to a line whose tones are not those of its country's table.
import type { Tone } from './tone-patterns.ts'

const rateHz = 8000
const blockMs = 5
const blockSamples = (rateHz * blockMs) / 1000
/** Fainter is no tone: a mean square of -43 dBm0. */
const leastPower = 26_500
/** So much under the loudest is a pause still; every second burst of Australia's congestion is 10 dB down (1/10). */
const pauseRatio = 0.03
/** Shorter bursts and pauses are clicks, or the beat of two tones close together. */
const shortestRunMs = 60
/** One that goes on so long, and is all there is, has no cadence. */
const continuousMs = 1500
/** Two times are the same within this, or a tenth: two lost frames of a line's sound, and the edge of a burst. */
const jitterMs = 45
const lowestHz = 250
const highestHz = 1000
/** Of the power of the strongest: fainter ones are its harmonics and modulation, or noise. */
const partRatio = 0.1
const closestHz = 12
/** Of a burst's power, what its frequencies must have: speech and noise spread theirs. */
const pureShare = 0.5
const longestAnalysedSamples = rateHz / 2

interface Run {
  isOn: boolean
  atBlock: number
  blocks: number
}

/**
 * The tone in `sound` (16-bit samples, 8 kHz), to 1 Hz and 5 ms; a cadence begins so that it ends with its longest
 * pause. Undefined where there is none, or fewer than two of its periods.
 */
export function learnTone(sound: Int16Array): Tone | undefined {
  const runs = runsOf(sound)
  const bursts = runs.filter(({ isOn }) => isOn)
  const longest = bursts.toSorted((one, other) => other.blocks - one.blocks)[0]
  if (!longest) return undefined
  const cadenceMs = bursts.length === 1 ? continuous(runs, longest) : cadenceOf(runs)
  if (cadenceMs === undefined) return undefined
  const at = longest.atBlock * blockSamples
  const burst = sound.subarray(at, at + Math.min(longest.blocks * blockSamples, longestAnalysedSamples))
  const frequenciesHz = frequenciesOf(burst)
  return frequenciesHz.length > 0 ? { frequenciesHz, cadenceMs } : undefined
}

function runsOf(sound: Int16Array): Run[] {
  const powers = Array.from({ length: Math.floor(sound.length / blockSamples) }, (_, block) => {
    let sum = 0
    for (let i = 0; i < blockSamples; i++) sum += sound[block * blockSamples + i]! ** 2
    return sum / blockSamples
  })
  const loudest = powers.reduce((most, power) => Math.max(most, power), 0)
  const gate = Math.max(leastPower, loudest * pauseRatio)
  const runs: Run[] = []
  const add = (isOn: boolean, atBlock: number, blocks: number) => {
    const last = runs.at(-1)
    if (last?.isOn === isOn) last.blocks += blocks
    else runs.push({ isOn, atBlock, blocks })
  }
  for (const [block, power] of powers.entries()) add(power >= gate, block, 1)
  const raw = runs.splice(0)
  // A run too short to be one goes on as what was before it.
  for (const { isOn, atBlock, blocks } of raw)
    add(blocks * blockMs < shortestRunMs ? (runs.at(-1)?.isOn ?? false) : isOn, atBlock, blocks)
  return runs
}

/** Silence may go before it, as before a dial tone, but nothing may follow. */
function continuous(runs: readonly Run[], burst: Run): number[] | undefined {
  return runs.at(-1) === burst && burst.blocks * blockMs >= continuousMs ? [] : undefined
}

function cadenceOf(runs: readonly Run[]): number[] | undefined {
  // Of the first and the last, only a part may have been heard.
  const whole = runs.slice(1, -1)
  const times = whole.map(({ blocks }) => blocks * blockMs)
  for (let period = 2; period * 2 <= times.length; period += 2) {
    if (!times.every((ms, i) => i < period || isSame(ms, times[i - period]!))) continue
    const means = Array.from({ length: period }, (_, at) => mean(times.filter((_, i) => i % period === at)))
    return fromBurst(means, whole[0]!.isOn)
  }
  return undefined
}

function isSame(one: number, other: number): boolean {
  return Math.abs(one - other) <= Math.max(jitterMs, 0.1 * other)
}

/** Turned so that its longest pause is last. */
function fromBurst(means: readonly number[], beginsOn: boolean): number[] {
  const times = beginsOn ? means : [...means.slice(1), means[0]!]
  let longestPause = 1
  for (let i = 3; i < times.length; i += 2) if (times[i]! > times[longestPause]! + jitterMs) longestPause = i
  const turned = [...times.slice(longestPause + 1), ...times.slice(0, longestPause + 1)]
  return turned.map((ms) => Math.round(ms / blockMs) * blockMs)
}

/** One or two, ascending: of a modulated tone its carrier. */
function frequenciesOf(burst: Int16Array): number[] {
  const powers = Array.from({ length: highestHz - lowestHz + 1 }, (_, i) => powerAt(burst, lowestHz + i))
  const strongest = Math.max(...powers)
  const peaks = powers
    .map((power, i) => ({ hz: lowestHz + i, power }))
    .filter(({ power }, i) => power >= strongest * partRatio && isPeak(powers, i))
    .toSorted((one, other) => other.power - one.power)
  const [first, second, third] = peaks
  if (!first || peaks.slice(0, 2).reduce((sum, { power }) => sum + power, 0) < pureShare * tonePowerOf(burst)) return []
  if (!second) return [first.hz]
  const isModulated = third !== undefined && Math.abs((second.hz + third.hz) / 2 - first.hz) < 4
  return isModulated ? [first.hz] : [first.hz, second.hz].toSorted((one, other) => one - other)
}

function isPeak(powers: readonly number[], at: number): boolean {
  return powers.slice(Math.max(0, at - closestHz), at + closestHz + 1).every((power) => power <= powers[at]!)
}

/** By Goertzel's algorithm over all samples, Hann window. */
function powerAt(sound: Int16Array, hz: number): number {
  const coefficient = 2 * Math.cos((2 * Math.PI * hz) / rateHz)
  let previous = 0
  let beforePrevious = 0
  for (let i = 0; i < sound.length; i++) {
    const window = 0.5 - 0.5 * Math.cos((2 * Math.PI * (i + 0.5)) / sound.length)
    const next = sound[i]! * window + coefficient * previous - beforePrevious
    beforePrevious = previous
    previous = next
  }
  return previous ** 2 + beforePrevious ** 2 - coefficient * previous * beforePrevious
}

/** What `powerAt` gives for a sine that is all there is in the sound: of a window's sum of half its length. */
function tonePowerOf(sound: Int16Array): number {
  const squares = sound.reduce((sum, sample) => sum + sample ** 2, 0)
  return (squares * sound.length) / 8
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
