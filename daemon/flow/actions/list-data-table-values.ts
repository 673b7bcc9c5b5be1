// Data tables, listing: rows are `$.DataTableList.ResultData.*`.
import { hookAction } from './hook-action.ts'

export const listDataTableValues = hookAction({
  type: 'ListDataTableValues',
  kind: 'dataTables',
  parameters: ['DataTableId', 'PrimaryKeyGroups'],
  keptAs: 'DataTableList',
})
