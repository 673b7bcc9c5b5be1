// Customer profiles, creating: the profile is `$.Customer.*`.
import { hookAction } from './hook-action.ts'

export const createCustomerProfile = hookAction({
  type: 'CreateCustomerProfile',
  kind: 'customerProfiles',
  parameters: ['ProfileRequestData', 'ProfileResponseData'],
  keptAs: 'Customer',
})
