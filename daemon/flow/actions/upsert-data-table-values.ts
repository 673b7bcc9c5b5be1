// Data tables, writing.
import { hookAction } from './hook-action.ts'

export const upsertDataTableValues = hookAction({
  type: 'UpsertDataTableValues',
  kind: 'dataTables',
  parameters: ['DataTableId', 'DataTableUpsertAttributes', 'LockVersion'],
})
