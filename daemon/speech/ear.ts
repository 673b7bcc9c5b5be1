// When somebody speaks and when they have finished, told from the level of each 20 ms frame: a pure machine.
//
//   waiting ──100 ms of speech within 200──▶ speaking ──silence for long enough, or too long──▶ over
//      └──────────────nothing in time──────────────────────────────────────────────────────────▶ over
//
// The floor of noise is learned as the line is heard. While a prompt plays, its echo comes back from the line: then the
// time does not run, and only what is much louder counts.

export const earFrameMs = 20
export const earFrameSamples = 160

export interface EarRules {
  /** Wait for the first word, counted from the moment the prompt has ended. */
  startTimeoutMs: number
  endSilenceMs: number
  /** Of one utterance. */
  maximumMs: number
}

export interface EarState {
  readonly phase: 'waiting' | 'speaking' | 'over'
  /** Level of the line when nobody speaks. */
  readonly floorDbm0: number
  /** The last frames, newest in the lowest bit: 1 is speech. */
  readonly recent: number
  /** Waiting: since the prompt ended. Speaking: since the first word. */
  readonly elapsedMs: number
  readonly silentMs: number
}

export type EarEvent = 'speechStarted' | 'speechEnded' | 'noSpeech'

export interface EarStep {
  readonly state: EarState
  readonly event: EarEvent | undefined
}

/** Speech is this much above the floor, and above this level at all (a far caller on a bad line has about −35). */
const aboveFloorDb = 9
const lowestSpeechDbm0 = -44
/** An echo of the prompt is seldom louder; a caller who interrupts is. */
const aboveEchoDb = 15
const lowestInterruptionDbm0 = -28
/** Once speaking, words may fade this much. */
const fadeDb = 4

const lowestFloorDbm0 = -70
const highestFloorDbm0 = -35
/** Part of the way to a new level a frame takes the floor: down at once, up within seconds. */
const fallShare = 0.3
const riseShare = 0.01

const window = 0b11_1111_1111
const windowMs = 200
const onsetFrames = 5

export const quietEar: EarState = {
  phase: 'waiting',
  floorDbm0: -60,
  recent: 0,
  elapsedMs: 0,
  silentMs: 0,
}

/** How long before `speechStarted` the first word began, at most. */
export const onsetMs = windowMs

export function earStep(state: EarState, levelDbm0: number, promptPlays: boolean, rules: EarRules): EarStep {
  switch (state.phase) {
    case 'waiting':
      return wait(state, levelDbm0, promptPlays, rules)
    case 'speaking':
      return listen(state, levelDbm0, rules)
    case 'over':
      return { state, event: undefined }
  }
}

function wait(state: EarState, levelDbm0: number, promptPlays: boolean, rules: EarRules): EarStep {
  const thresholdDbm0 = promptPlays
    ? Math.max(state.floorDbm0 + aboveEchoDb, lowestInterruptionDbm0)
    : Math.max(state.floorDbm0 + aboveFloorDb, lowestSpeechDbm0)
  const isSpeech = levelDbm0 > thresholdDbm0
  const recent = ((state.recent << 1) | (isSpeech ? 1 : 0)) & window
  if (bitsOf(recent) >= onsetFrames)
    return {
      state: { ...state, phase: 'speaking', recent, elapsedMs: windowMs, silentMs: 0 },
      event: 'speechStarted',
    }
  const elapsedMs = promptPlays ? 0 : state.elapsedMs + earFrameMs
  const waiting = { ...state, floorDbm0: learned(state.floorDbm0, levelDbm0), recent, elapsedMs }
  // Words that have just begun are heard out.
  return elapsedMs >= rules.startTimeoutMs && recent === 0
    ? { state: { ...waiting, phase: 'over' }, event: 'noSpeech' }
    : { state: waiting, event: undefined }
}

function listen(state: EarState, levelDbm0: number, rules: EarRules): EarStep {
  const isSpeech = levelDbm0 > Math.max(state.floorDbm0 + aboveFloorDb, lowestSpeechDbm0) - fadeDb
  const recent = ((state.recent << 1) | (isSpeech ? 1 : 0)) & window
  // One loud frame alone is a click.
  const silentMs = isSpeech && (recent & 0b10) !== 0 ? 0 : state.silentMs + earFrameMs
  const elapsedMs = state.elapsedMs + earFrameMs
  const next = { ...state, recent, elapsedMs, silentMs }
  return silentMs >= rules.endSilenceMs || elapsedMs >= rules.maximumMs
    ? { state: { ...next, phase: 'over' }, event: 'speechEnded' }
    : { state: next, event: undefined }
}

function learned(floorDbm0: number, levelDbm0: number): number {
  const share = levelDbm0 < floorDbm0 ? fallShare : riseShare
  const moved = floorDbm0 + share * (Math.max(levelDbm0, lowestFloorDbm0) - floorDbm0)
  return Math.min(Math.max(moved, lowestFloorDbm0), highestFloorDbm0)
}

function bitsOf(number: number): number {
  let bits = 0
  for (let rest = number; rest !== 0; rest &= rest - 1) bits++
  return bits
}

/** A full-scale sine is +3.14 dBm0 (ITU-T G.711, A-law). Silence is −∞. */
export function levelDbm0Of(frame: Int16Array): number {
  let sum = 0
  for (const sample of frame) sum += sample * sample
  return sum === 0 ? Number.NEGATIVE_INFINITY : 10 * Math.log10(sum / frame.length / (32_768 * 32_768 * 0.5)) + 3.14
}
