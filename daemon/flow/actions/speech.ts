// What is to be heard, as several actions write it: `Text`, `SSML`, `PromptId` or `Media`.
import type { ActionReport, FlowActionDocument } from '../action.ts'
import type { Speech } from '../host.ts'
import type { ParameterReader } from '../parameters.ts'
import { ParameterError } from '../resolved-parameters.ts'
import { checkChoice, parameterOf } from './checks.ts'

export const speechParameters: readonly string[] = ['PromptId', 'Text', 'SSML', 'Media']

/** Characters in all; more is refused, as the service does. */
const maximumTextLength = 6000

/**
 * The speech under `prefix` (`''`, `Messages.0.`); undefined when nothing is written there. Throws ParameterError when
 * it can't be said: unknown prompt, too long, a file in a bucket.
 */
export function readSpeech(parameters: ParameterReader, prefix = ''): Speech | undefined {
  if (parameters.has(`${prefix}Media`)) throw new ParameterError('audio from a bucket is not reachable from this box')
  if (parameters.has(`${prefix}PromptId`)) {
    const promptId = parameters.resource(`${prefix}PromptId`, 'prompt')
    if (promptId === undefined)
      throw new ParameterError(`there is no prompt ${parameters.text(`${prefix}PromptId`) ?? '(no data)'}`)
    return { kind: 'prompt', promptId }
  }
  const ssml = parameters.has(`${prefix}SSML`)
  const name = `${prefix}${ssml ? 'SSML' : 'Text'}`
  if (!parameters.has(name)) return undefined
  // A text that is one reference without data is nothing to say, not a fault.
  const text = parameters.text(name) ?? ''
  if (text.length > maximumTextLength) throw new ParameterError(`${name} has more than ${maximumTextLength} characters`)
  return { kind: 'text', text, ssml }
}

export function checkSpeech(
  action: FlowActionDocument,
  report: ActionReport,
  options: { prefix?: string; required: boolean },
): void {
  const prefix = options.prefix ?? ''
  const chosen = checkChoice(action, report, speechParameters, options)
  if (chosen === undefined) return
  const value = parameterOf(action, prefix + chosen)
  const path = `Parameters.${prefix}${chosen}`
  if (chosen === 'Media') {
    const mend = 'Put the file into prompts/ and name it as PromptId.'
    report(path, 'Audio from a bucket is not reachable from this box: the error branch is taken.', mend, 'warning')
    return
  }
  if (typeof value !== 'string') report(path, `${chosen} is no text.`, 'Write it in double quotes.')
  else if (chosen !== 'PromptId' && value.length > maximumTextLength)
    report(path, `${chosen} has more than ${maximumTextLength} characters.`, 'Split it into several blocks.')
}
