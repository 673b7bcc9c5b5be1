// Data tables, asking: answers are `$.DataTables.<query>.<attribute>`.
import { hookAction } from './hook-action.ts'

export const evaluateDataTableValues = hookAction({
  type: 'EvaluateDataTableValues',
  kind: 'dataTables',
  parameters: ['DataTableId', 'Queries', 'PrimaryKeyGroups', 'LockVersion'],
  keptAs: 'DataTables',
})
