// Amazon Q in Connect (Wisdom): a session of an assistant, `$.Wisdom.SessionArn`.
import { hookAction } from './hook-action.ts'

export const createWisdomSession = hookAction({
  type: 'CreateWisdomSession',
  kind: 'wisdom',
  parameters: ['WisdomAssistantArn'],
  keptAs: 'Wisdom',
})
