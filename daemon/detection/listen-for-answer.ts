// Listens to a call that was just answered until it can tell who did.
import type { Clock } from '../clock.ts'
import type { Leg } from '../leg/leg.ts'
import type { Audio } from '../loop/audio.ts'
import { AnswerDetector, type AnsweredBy } from './answer-detector.ts'

/** Hears how an answered call sounds until it can tell. */
export interface AnswerDetection {
  /** Settles once; undefined when it was stopped before it could tell. */
  readonly result: Promise<AnsweredBy | undefined>
  /** Idempotent. */
  stop(): void
}

/** Longer than the detector needs: for a far end that sends nothing at all. */
const nothingHeardMs = 6000
const longestMs = 45_000

export function listenForAnswer(of: { leg: Leg; audio: Pick<Audio, 'listen'>; clock: Clock }): AnswerDetection {
  const { leg, audio, clock } = of
  const { promise, resolve } = Promise.withResolvers<AnsweredBy | undefined>()
  const { portId } = leg
  const detector = new AnswerDetector()
  const settle = (result: AnsweredBy | undefined) => {
    listening?.stop()
    deadline.cancel()
    unlisten()
    resolve(result)
  }
  let deadline = clock.after(nothingHeardMs, () => settle('silence'))
  let isHeard = false
  const listening =
    portId === undefined
      ? undefined
      : audio.listen(portId, (samples, lostSamples) => {
          if (!isHeard) {
            isHeard = true
            deadline.cancel()
            deadline = clock.after(longestMs, () => settle(detector.sofar))
          }
          const result = detector.hears(samples, lostSamples)
          if (result) settle(result)
        })
  const unlisten = leg.on((event) => {
    if (event.type === 'ended') settle(undefined)
  })
  return { result: promise, stop: () => settle(undefined) }
}
