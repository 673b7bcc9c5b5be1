// Finds a known piece of audio in what a party heard, by correlation: where it stands, and whether all of it is there.

export interface FoundAudio {
  /** Where the piece begins in what was heard; may be before its start when the piece is clipped. */
  atMs: number
  /** Likeness (normalized correlation, 1 is the same) of the first and the last 150 ms of sound. */
  startLikeness: number
  endLikeness: number
}

const samplesPerMs = 8
const edgeSamples = 150 * samplesPerMs
/** The stretch that is searched for: long enough to be unlike anything else. */
const needleSamples = 400 * samplesPerMs
/** First searched in the sound of a quarter of the rate: a sixteenth of the work. */
const coarseStep = 4
/** A late or concealed packet moves the ends against the middle, and clips nothing. */
const edgeShiftSamples = 80 * samplesPerMs

/** Undefined when nothing in `heard` is like the middle of `piece`. The level does not matter. */
export function findAudio(heard: Int16Array, piece: Int16Array): FoundAudio | undefined {
  const sound = withoutSilentEnds(piece)
  const from = Math.max(0, (sound.length - needleSamples) >> 1)
  const needle = sound.subarray(from, from + needleSamples)
  const coarse = bestWithin(slowed(heard), 0, Number.POSITIVE_INFINITY, slowed(needle))
  const middle = coarse.at * coarseStep
  const best = bestWithin(heard, middle - 2 * coarseStep, middle + 2 * coarseStep, needle)
  if (best.likeness < 0.6) return undefined
  const start = best.at - from
  const tail = Math.max(0, sound.length - edgeSamples)
  const edge = (at: number, part: Int16Array) =>
    bestWithin(heard, start + at - edgeShiftSamples, start + at + edgeShiftSamples, part).likeness
  return {
    atMs: start / samplesPerMs,
    startLikeness: edge(0, sound.subarray(0, edgeSamples)),
    endLikeness: edge(tail, sound.subarray(tail)),
  }
}

/** Whether both ends were heard: a concealed packet in between is no clipping. */
export function isWhole(found: FoundAudio | undefined): boolean {
  return found !== undefined && found.startLikeness > 0.8 && found.endLikeness > 0.8
}

function withoutSilentEnds(piece: Int16Array): Int16Array {
  const isSound = (sample: number) => Math.abs(sample) > 200
  const first = piece.findIndex(isSound)
  return first < 0 ? piece : piece.subarray(first, piece.findLastIndex(isSound) + 1)
}

/** A quarter of the rate, each sample the mean of four. */
function slowed(samples: Int16Array): Int16Array {
  const slow = new Int16Array(Math.floor(samples.length / coarseStep))
  for (let i = 0; i < slow.length; i++) {
    let sum = 0
    for (let j = 0; j < coarseStep; j++) sum += samples[i * coarseStep + j]!
    slow[i] = sum / coarseStep
  }
  return slow
}

/** Where, from `first` to `last`, `heard` is most like the needle: normalized correlation. */
function bestWithin(heard: Int16Array, first: number, last: number, needle: Int16Array) {
  let best = { at: Math.max(0, first), likeness: 0 }
  const end = Math.min(last, heard.length - needle.length)
  for (let at = Math.max(0, first); at <= end; at++) {
    const found = likeness(heard, at, needle)
    if (found > best.likeness) best = { at, likeness: found }
  }
  return best
}

function likeness(heard: Int16Array, at: number, needle: Int16Array): number {
  let product = 0
  let heardPower = 0
  let needlePower = 0
  for (let i = 0; i < needle.length; i++) {
    const a = heard[at + i]!
    const b = needle[i]!
    product += a * b
    heardPower += a * a
    needlePower += b * b
  }
  return heardPower === 0 || needlePower === 0 ? 0 : product / Math.sqrt(heardPower * needlePower)
}
