// Loop prompts: plays a list in order, over and over, until the run is stopped or the interrupt is due. Coming back
// starts the list at its beginning.
import type { ActionDefinition, ActionRun, FlowActionDocument } from '../action.ts'
import type { Speech } from '../host.ts'
import { checkBranches, checkKnown, checkNumber } from './checks.ts'
import { failed } from './outcomes.ts'
import { checkSpeech, readSpeech } from './speech.ts'

/** Far more than the console lets one make. */
const maximumMessages = 100

export const messageParticipantIteratively: ActionDefinition = {
  type: 'MessageParticipantIteratively',
  blockName: 'LoopPrompts',
  flowTypes: ['CUSTOMER_QUEUE', 'CUSTOMER_HOLD', 'AGENT_HOLD'],
  channels: ['VOICE'],
  needsParticipant: true,
  terminal: false,
  endless: true,

  check(action, report) {
    checkKnown(action, report, ['Messages', 'InterruptFrequencySeconds', 'ContinueMessagingDuringInterrupt'])
    const messages: unknown = action.Parameters.Messages
    if (!Array.isArray(messages) || messages.length === 0)
      report(
        'Parameters.Messages',
        'Messages is not a list with at least one entry.',
        'Give a text or a prompt to play.',
      )
    else if (messages.length > maximumMessages)
      report('Parameters.Messages', `Messages has more than ${maximumMessages} entries.`, 'Join some of them.')
    else
      for (const index of messages.keys()) checkSpeech(action, report, { prefix: `Messages.${index}.`, required: true })
    checkNumber(action, report, 'InterruptFrequencySeconds', { minimum: 1, maximum: 86_400 })
    if (String(action.Parameters.ContinueMessagingDuringInterrupt).toLowerCase() === 'true')
      report(
        'Parameters.ContinueMessagingDuringInterrupt',
        'The prompts stop at the interrupt on this box.',
        'Set it to "false", or expect silence until the loop is entered again.',
        'warning',
      )
    checkBranches(action, report, { conditions: interruptOf(action) })
  },

  async run(run) {
    const { parameters, host, signal } = run
    const messages = parameters.raw('Messages')
    if (!Array.isArray(messages) || messages.length === 0) return failed('there is nothing to play')
    const speech = await readMessages(run, Math.min(messages.length, maximumMessages))
    const seconds = parameters.number('InterruptFrequencySeconds')
    const interruptAfterMs = seconds === undefined ? undefined : seconds * 1000
    if (interruptAfterMs !== undefined && interruptAfterMs <= 0) return failed('the interrupt is due at once')
    await host.participant!.playRepeatedly(speech, interruptAfterMs, signal)
    return { to: 'condition', value: 'MessagesInterrupted' }
  },
}

function interruptOf(action: FlowActionDocument): string[] {
  return action.Parameters.InterruptFrequencySeconds === undefined ? [] : ['MessagesInterrupted']
}

async function readMessages(run: ActionRun, count: number): Promise<Speech[]> {
  const speech: Speech[] = []
  for (let index = 0; index < count; index++) {
    const message = await readSpeech(run, `Messages.${index}.`)
    if (message) speech.push(message)
  }
  return speech
}
