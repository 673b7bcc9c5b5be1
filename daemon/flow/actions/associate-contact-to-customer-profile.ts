// Customer profiles: this contact belongs to that profile.
import { hookAction } from './hook-action.ts'

export const associateContactToCustomerProfile = hookAction({
  type: 'AssociateContactToCustomerProfile',
  kind: 'customerProfiles',
  parameters: ['ProfileRequestData'],
})
