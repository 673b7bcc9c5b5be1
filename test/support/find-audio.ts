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
const coarseStep = 4
/** The stretch that is searched for: long enough to be unlike anything else. */
const needleSamples = 400 * samplesPerMs

/** Undefined when nothing in `heard` is like the middle of `piece`. The level does not matter. */
export function findAudio(heard: Int16Array, piece: Int16Array): FoundAudio | undefined {
  const sound = withoutSilentEnds(piece)
  const from = Math.max(0, (sound.length - needleSamples) >> 1)
  const needle = sound.subarray(from, from + needleSamples)
  let best = { at: 0, likeness: 0 }
  for (let at = 0; at + needle.length <= heard.length; at += 1) {
    const likeness = coarseLikeness(heard, at, needle)
    if (likeness > best.likeness) best = { at, likeness }
  }
  if (likenessAt(heard, best.at, needle) < 0.6) return undefined
  const start = best.at - from
  const tail = Math.max(0, sound.length - edgeSamples)
  return {
    atMs: start / samplesPerMs,
    startLikeness: likenessAround(heard, start, sound.subarray(0, edgeSamples)),
    endLikeness: likenessAround(heard, start + tail, sound.subarray(tail)),
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

/** Every fourth sample: enough to find the place, a quarter of the work. */
function coarseLikeness(heard: Int16Array, at: number, needle: Int16Array): number {
  return likeness(heard, at, needle, coarseStep)
}

function likenessAt(heard: Int16Array, at: number, needle: Int16Array): number {
  return likeness(heard, at, needle, 1)
}

/** Within 10 ms: a jitter buffer may have moved the ends against the middle. */
function likenessAround(heard: Int16Array, at: number, needle: Int16Array): number {
  let best = 0
  for (let shift = -10 * samplesPerMs; shift <= 10 * samplesPerMs; shift++)
    best = Math.max(best, likenessAt(heard, at + shift, needle))
  return best
}

function likeness(heard: Int16Array, at: number, needle: Int16Array, step: number): number {
  let product = 0
  let heardPower = 0
  let needlePower = 0
  for (let i = 0; i < needle.length; i += step) {
    const a = heard[at + i] ?? 0
    const b = needle[i]!
    product += a * b
    heardPower += a * a
    needlePower += b * b
  }
  return heardPower === 0 || needlePower === 0 ? 0 : product / Math.sqrt(heardPower * needlePower)
}
