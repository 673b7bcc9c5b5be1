// What is to be heard, as several actions write it: `Text`, `SSML`, `PromptId` or `Media`.
import type { ActionReport, ActionRun, FlowActionDocument } from '../action.ts'
import type { Speech } from '../host.ts'
import { ParameterError } from '../resolved-parameters.ts'
import { checkChoice, parameterOf } from './checks.ts'

export const speechParameters: readonly string[] = ['PromptId', 'Text', 'SSML', 'Media']

/** Characters in all; more is refused, as the service does. */
const maximumTextLength = 6000

type SpeechRun = Pick<ActionRun, 'parameters' | 'host' | 'signal'>

/**
 * The speech under `prefix` (`''`, `Messages.0.`); undefined when nothing is written there. Throws ParameterError when
 * it can't be said: unknown prompt, too long, a file that is not to be had.
 */
export function readSpeech(run: SpeechRun, prefix = ''): Speech | Promise<Speech> | undefined {
  const { parameters } = run
  if (parameters.has(`${prefix}Media`)) return readMedia(run, prefix)
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

/** A file in a bucket: the prompt of that URI or of that file name, else fetched by the host. */
function readMedia({ parameters, host, signal }: SpeechRun, prefix: string): Speech | Promise<Speech> {
  const uri = parameters.text(`${prefix}Media.Uri`)
  if (!uri) throw new ParameterError('Media.Uri has no data')
  const file = fileOf(uri)
  const promptId = parameters.resourceNamed('prompt', uri) ?? parameters.resourceNamed('prompt', file)
  if (promptId !== undefined) return { kind: 'prompt', promptId }
  if (!host.fetchPrompt) throw new ParameterError(`there is no prompt ${file}, and this box can not fetch ${uri}`)
  return host.fetchPrompt(uri, signal).then((fetched) => {
    if (fetched === undefined) throw new ParameterError(`${uri} is not to be had`)
    return { kind: 'prompt', promptId: fetched }
  })
}

/** A prompt of this name stands for the file of any bucket. */
export function fileOf(uri: string): string {
  return uri.slice(uri.lastIndexOf('/') + 1)
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
    if (typeof parameterOf(action, `${prefix}Media.Uri`) !== 'string')
      report(`${path}.Uri`, 'Media.Uri is missing.', 'Say where the audio is.')
    return
  }
  if (typeof value !== 'string') report(path, `${chosen} is no text.`, 'Write it in double quotes.')
  else if (chosen !== 'PromptId' && value.length > maximumTextLength)
    report(path, `${chosen} has more than ${maximumTextLength} characters.`, 'Split it into several blocks.')
}
