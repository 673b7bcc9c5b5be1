// Cases, looking up: what is found is `$.Case.*`.
import { hookAction } from './hook-action.ts'

export const getCase = hookAction({
  type: 'GetCase',
  kind: 'cases',
  parameters: ['LinkContactToCase', 'ContactToLink', 'GetLastUpdatedCase', 'CaseRequestFields', 'CaseResponseFields'],
  errors: ['MultipleFound', 'NoneFound', 'ContactNotLinked'],
  keptAs: 'Case',
})
