// Customer profiles, objects of a profile (orders, assets, …): `$.Customer.*`.
import { hookAction } from './hook-action.ts'

export const getCustomerProfileObject = hookAction({
  type: 'GetCustomerProfileObject',
  kind: 'customerProfiles',
  parameters: ['ProfileRequestData', 'ProfileResponseData'],
  errors: ['NoneFoundError'],
  keptAs: 'Customer',
})
