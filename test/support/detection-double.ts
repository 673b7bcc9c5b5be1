// Stands in for listening to an answered call: the test says who answered.
import type { AnsweredBy } from '../../daemon/detection/answer-detector.ts'
import type { AnswerDetection } from '../../daemon/detection/listen-for-answer.ts'

export class DetectionDouble {
  readonly #calls: ((answeredBy: AnsweredBy | undefined) => void)[] = []

  begin(): AnswerDetection {
    const { promise, resolve } = Promise.withResolvers<AnsweredBy | undefined>()
    this.#calls.push(resolve)
    return { result: promise, stop: () => resolve(undefined) }
  }

  /** Of the latest call. */
  hears(answeredBy: AnsweredBy): void {
    this.#calls.at(-1)?.(answeredBy)
  }
}
