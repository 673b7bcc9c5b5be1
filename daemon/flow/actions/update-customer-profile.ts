// Customer profiles, changing: the profile is `$.Customer.*`.
import { hookAction } from './hook-action.ts'

export const updateCustomerProfile = hookAction({
  type: 'UpdateCustomerProfile',
  kind: 'customerProfiles',
  parameters: ['ProfileRequestData', 'ProfileResponseData'],
  keptAs: 'Customer',
})
