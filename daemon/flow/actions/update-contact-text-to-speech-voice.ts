// Set voice: who speaks from here on.
import type { ActionDefinition } from '../action.ts'
import type { FlowVoice } from '../host.ts'
import { checkBranches, checkKnown, checkWord, isDynamic } from './checks.ts'
import { failed, next } from './outcomes.ts'

const engines: readonly string[] = ['Standard', 'Neural', 'Long-form', 'Generative']
const styles: readonly string[] = ['None', 'Conversational', 'Newscaster']

export const updateContactTextToSpeechVoice: ActionDefinition = {
  type: 'UpdateContactTextToSpeechVoice',
  blockName: 'SetVoice',
  flowTypes: 'all',
  channels: 'all',
  needsParticipant: false,
  terminal: false,
  goesOnWithoutErrorBranch: true,

  check(action, report) {
    checkKnown(action, report, ['TextToSpeechVoice', 'TextToSpeechEngine', 'TextToSpeechStyle'])
    const voice = action.Parameters.TextToSpeechVoice
    if (typeof voice !== 'string' || (!isDynamic(voice) && !isVoiceName(voice)))
      report('Parameters.TextToSpeechVoice', 'TextToSpeechVoice is no name of a voice.', 'Name one, e.g. "Joanna".')
    checkWord(action, report, 'TextToSpeechEngine', engines, { anyCase: true })
    checkWord(action, report, 'TextToSpeechStyle', styles, { anyCase: true })
    checkBranches(action, report, { next: true })
  },

  run({ parameters, host }) {
    // Other channels have no voice: no effect, success branch.
    if (host.contact.channel !== 'VOICE') return next
    const voiceId = parameters.text('TextToSpeechVoice')
    if (voiceId === undefined || !isVoiceName(voiceId)) return failed(`there is no voice "${voiceId ?? ''}"`)
    const change: Partial<FlowVoice> = { voiceId }
    const engine = parameters.text('TextToSpeechEngine')
    const style = parameters.text('TextToSpeechStyle')
    if (engine !== undefined) change.engine = engine
    if (style !== undefined) change.style = style
    host.setVoice(change)
    return next
  },
}

/** Any name a voice may have; a voice the box does not know by name speaks the contact's language. */
function isVoiceName(text: string): boolean {
  return /^\p{L}[\p{L}0-9_-]{0,63}$/u.test(text)
}
