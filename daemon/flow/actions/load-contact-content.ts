// Load contact content: the text of an e-mail becomes `$.Email.EmailMessage.Plaintext`.
import type { ActionDefinition } from '../action.ts'
import { fits } from '../flow-value.ts'
import { checkBranches, checkKnown, checkWord } from './checks.ts'
import { failed, next, notHere } from './outcomes.ts'

export const loadContactContent: ActionDefinition = {
  type: 'LoadContactContent',
  blockName: 'LoadContactContent',
  flowTypes: 'all',
  channels: 'all',
  needsParticipant: false,
  terminal: false,
  needs: 'loadContactContent',

  check(action, report) {
    checkKnown(action, report, ['ContentType'])
    checkWord(action, report, 'ContentType', ['EmailMessage'], { required: true })
    checkBranches(action, report, { next: true, errors: ['NoMatchingError'] })
  },

  async run({ parameters, host, state, signal }) {
    if (!host.loadContactContent) return notHere('read e-mails')
    const text = await host.loadContactContent(parameters.text('ContentType') ?? '', signal)
    if (text === undefined) return failed('the contact has no such content')
    if (!fits(text)) return failed('the content has more than 32 KB')
    state.results.set('Email', { EmailMessage: { Plaintext: text } })
    return next
  },
}
