// Customer profiles, looking up: what is found is `$.Customer.*`.
import { hookAction } from './hook-action.ts'

export const getCustomerProfile = hookAction({
  type: 'GetCustomerProfile',
  kind: 'customerProfiles',
  parameters: ['ProfileRequestData', 'ProfileResponseData'],
  errors: ['MultipleFoundError', 'NoneFoundError'],
  keptAs: 'Customer',
})
