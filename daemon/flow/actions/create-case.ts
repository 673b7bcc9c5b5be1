// Cases, creating: the case is `$.Case.*`.
import { hookAction } from './hook-action.ts'

export const createCase = hookAction({
  type: 'CreateCase',
  kind: 'cases',
  parameters: ['LinkContactToCase', 'ContactToLink', 'CaseTemplateId', 'CaseRequestFields'],
  errors: ['ContactNotLinked'],
  keptAs: 'Case',
})
