// Who has answered a call: a person, an answering machine, a fax machine. Pure, fed with what the far end says; it goes by
// the cadence of voice and silence, by the beep of a machine, and by the tones of fax machines (ITU-T T.30: CED 2100 Hz,
// CNG 1100 Hz).
//
//   quiet ─voice─▶ greeting ─a pause soon─▶ human
//     │ too long      └─too long for a person─▶ machine ─beep─▶ machineBeep
//     ▼                                            └─quiet─▶ machineNoBeep
//   silence            a fax tone at any time ─▶ fax
import { audibleRms, type FrameSound, measureFrame } from './steady-tone.ts'

/** `silence`: nothing was said; `unsure`: neither a person nor a machine for certain. */
export type AnsweredBy = 'human' | 'machineBeep' | 'machineNoBeep' | 'fax' | 'silence' | 'unsure'

const frameSamples = 160
const frameMs = 20
/** A person says their word within that, and then waits. */
const longestGreetingMs = 2300
/** The wait that tells a greeting is over; pauses between words and sentences are shorter. */
const afterGreetingMs = 700
/** Shorter sounds are clicks. */
const shortestVoiceMs = 100
/** Nobody says anything. */
const longestQuietMs = 4000
/** Sounds, but nothing that could be a greeting. */
const longestUnsureMs = 8000
/** A machine that is quiet for so long after its greeting has no beep. */
const withoutBeepMs = 3000
/** From the answer on; greetings are seldom longer. */
const longestMachineMs = 40_000
const shortestBeepMs = 160
const longestBeepMs = 1600
const beepRangeHz = [380, 2600] as const
/** A beep is as loud as it was; a vowel that sounds like one tone swells and fades. */
const sameLoudness = 0.18
/** Drift of one beep from frame to frame. */
const sameToneHz = 25
/** T.30 4.2: 1100 Hz ± 38, half a second long; 2100 Hz ± 15, which modems of today switch round every 450 ms (ANSam). */
const faxTones = [
  { hz: 1100, withinHz: 38 },
  { hz: 2100, withinHz: 20 },
]
const shortestFaxMs = 360
/** Above the noise of the line. */
const voiceOverNoise = 3

interface Tone {
  hz: number
  ms: number
  /** How loud it was at the beginning of a stretch in which it is even, how long that is, and the longest of them. */
  rms: number
  stretchMs: number
  evenMs: number
}

export class AnswerDetector {
  readonly #frame = new Int16Array(frameSamples)
  #filled = 0
  #elapsedMs = 0
  #noiseRms = audibleRms / voiceOverNoise
  /** Since the first voice, up to the last. */
  #greetingMs = 0
  #voiceMs = 0
  #quietMs = 0
  #isMachine = false
  #tone: Tone | undefined
  #result: AnsweredBy | undefined

  /** 8 kHz. `lostSamples` went by unheard just before. The result once it is known, the same from then on. */
  hears(samples: Int16Array, lostSamples = 0): AnsweredBy | undefined {
    this.#pass(Math.round(lostSamples / (frameSamples / frameMs)))
    for (let at = 0; at < samples.length && !this.#result; ) {
      const taken = Math.min(frameSamples - this.#filled, samples.length - at)
      this.#frame.set(samples.subarray(at, at + taken), this.#filled)
      this.#filled += taken
      at += taken
      if (this.#filled < frameSamples) break
      this.#filled = 0
      this.#result = this.#take(measureFrame(this.#frame))
    }
    return this.#result
  }

  /** No more will be heard. */
  get sofar(): AnsweredBy {
    if (this.#result) return this.#result
    if (this.#isMachine) return 'machineNoBeep'
    return this.#voiceMs === 0 ? 'silence' : 'unsure'
  }

  #pass(ms: number): void {
    this.#elapsedMs += ms
    if (this.#voiceMs > 0) this.#greetingMs += ms
  }

  #take(sound: FrameSound): AnsweredBy | undefined {
    this.#elapsedMs += frameMs
    const ended = this.#followTone(sound)
    if (this.#isFaxTone()) return 'fax'
    if (ended && isBeep(ended) && this.#mayBeep) return 'machineBeep'
    // A tone is neither voice nor silence: what it means is known when it ends.
    if (this.#tone && this.#tone.ms >= shortestBeepMs) return this.#late()
    this.#followVoice(sound.rms)
    return this.#greetingResult() ?? this.#late()
  }

  /** The tone that has just ended, if one has. */
  #followTone({ toneHz: hz, rms }: FrameSound): Tone | undefined {
    const before = this.#tone
    if (hz !== undefined && before && Math.abs(before.hz - hz) <= sameToneHz) {
      before.ms += frameMs
      const isEven = Math.abs(rms / before.rms - 1) <= sameLoudness
      before.stretchMs = isEven ? before.stretchMs + frameMs : frameMs
      before.evenMs = Math.max(before.evenMs, before.stretchMs)
      if (!isEven) before.rms = rms
      return undefined
    }
    this.#tone = hz === undefined ? undefined : { hz, ms: frameMs, rms, stretchMs: frameMs, evenMs: frameMs }
    return before
  }

  #isFaxTone(): boolean {
    const tone = this.#tone
    return (
      tone !== undefined &&
      tone.ms >= shortestFaxMs &&
      faxTones.some(({ hz, withinHz }) => Math.abs(tone.hz - hz) <= withinHz)
    )
  }

  /** A beep before any greeting is one of the network's. */
  get #mayBeep(): boolean {
    return this.#isMachine || this.#voiceMs >= shortestVoiceMs
  }

  #followVoice(rms: number): void {
    const isVoice = rms >= Math.max(audibleRms, this.#noiseRms * voiceOverNoise)
    if (isVoice) {
      this.#voiceMs += frameMs
      this.#greetingMs += this.#quietMs + frameMs
      this.#quietMs = 0
      return
    }
    this.#noiseRms += (rms - this.#noiseRms) / 16
    if (this.#voiceMs === 0) return
    this.#quietMs += frameMs
    // A click, and then nothing: as if it had not been.
    if (this.#voiceMs < shortestVoiceMs && this.#quietMs >= afterGreetingMs) {
      this.#voiceMs = 0
      this.#greetingMs = 0
      this.#quietMs = 0
    }
  }

  #greetingResult(): AnsweredBy | undefined {
    if (this.#isMachine) return this.#quietMs >= withoutBeepMs ? 'machineNoBeep' : undefined
    if (this.#greetingMs > longestGreetingMs) {
      this.#isMachine = true
      return undefined
    }
    return this.#voiceMs >= shortestVoiceMs && this.#quietMs >= afterGreetingMs ? 'human' : undefined
  }

  #late(): AnsweredBy | undefined {
    if (this.#isMachine) return this.#elapsedMs >= longestMachineMs ? 'machineNoBeep' : undefined
    if (this.#voiceMs === 0 && this.#elapsedMs >= longestQuietMs) return 'silence'
    return this.#elapsedMs >= longestUnsureMs ? 'unsure' : undefined
  }
}

function isBeep({ hz, ms, evenMs }: Tone): boolean {
  const [lowest, highest] = beepRangeHz
  return evenMs >= shortestBeepMs && ms <= longestBeepMs && hz >= lowest && hz <= highest
}
