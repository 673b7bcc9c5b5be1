// Message templates: filled in.
import { hookAction } from './hook-action.ts'

export const renderMessageTemplate = hookAction({
  type: 'RenderMessageTemplate',
  kind: 'messages',
  parameters: ['WisdomMessageTemplateArn', 'WisdomKnowledgeBaseArn', 'MessageTemplateAttributes'],
  errors: ['TemplateRenderingError'],
})
