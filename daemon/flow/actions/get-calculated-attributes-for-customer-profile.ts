// Customer profiles, calculated attributes: `$.Customer.*`.
import { hookAction } from './hook-action.ts'

export const getCalculatedAttributesForCustomerProfile = hookAction({
  type: 'GetCalculatedAttributesForCustomerProfile',
  kind: 'customerProfiles',
  parameters: ['ProfileRequestData', 'ProfileResponseData'],
  errors: ['NoneFoundError'],
  keptAs: 'Customer',
})
