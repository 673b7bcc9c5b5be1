// The control methods about one line: what its exchange plays is learnt.
import { z } from 'zod'
import type { Learning } from '../line/learning.ts'
import type { ControlMethod } from './control-connection.ts'
import { ControlError } from './protocol.ts'
import { type LearningReport, reportVersion } from './reports.ts'

const learnParams = z.strictObject({
  line: z.string(),
  /** As it is dialled on this line. */
  busyNumber: z
    .string()
    .regex(/^[0-9*#]{1,20}$/)
    .optional(),
  callWaitS: z.number().int().min(0).max(600),
})
const progressParams = z.strictObject({ line: z.string() })

const whyNot: Readonly<Record<string, string>> = {
  noLoop: 'has no tones to learn: its module is told by the network',
  deviceAbsent: 'has lost its device',
  atCapacity: 'is in use by a call',
  lineInUse: 'is in use: another telephone is off-hook on it, or it is being learnt already',
  noBattery: 'has no battery: it is not plugged in, or out of service',
}

export function lineMethods(
  learning: Learning,
  read: <T>(schema: z.ZodType<T>, params: unknown) => T,
): Record<'learnLine' | 'lineLearning', ControlMethod> {
  const progressOf = (line: string): LearningReport => {
    const progress = learning.progress(line)
    if (!progress)
      throw new ControlError('notFound', `${line} is not being learnt.`, 'Begin with: cordboard line learn.')
    return { version: reportVersion, line, ...progress }
  }
  return {
    learnLine(params): LearningReport {
      const { line, busyNumber, callWaitS } = read(learnParams, params)
      const callWaitMs = callWaitS * 1000
      const why = learning.start({ line, callWaitMs, ...(busyNumber !== undefined && { busyNumber }) })
      if (why === undefined) return progressOf(line)
      if (why === 'noSuchLine') {
        const message = `There is no line ${JSON.stringify(line)}.`
        throw new ControlError('notFound', message, 'Lines stand in lines.yaml; cordboard status shows them.')
      }
      const message = `${line} ${whyNot[why] ?? `is not free (${why})`}.`
      throw new ControlError('refused', message, 'See it with: cordboard status.')
    },
    lineLearning: (params): LearningReport => progressOf(read(progressParams, params).line),
  }
}
