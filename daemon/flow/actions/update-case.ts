// Cases, changing: the case is `$.Case.*`.
import { hookAction } from './hook-action.ts'

export const updateCase = hookAction({
  type: 'UpdateCase',
  kind: 'cases',
  parameters: ['CaseId', 'LinkContactToCase', 'ContactToLink', 'CaseRequestFields'],
  errors: ['ContactNotLinked'],
  keptAs: 'Case',
})
