// A flow, loaded and indexed. Actions are in a Map, never in a plain object: identifiers are anybody's text.
import type { FlowActionDocument } from './action.ts'
import type { FlowType } from './host.ts'

export interface Flow {
  /** The box's id: the file's name without `.json`. */
  id: string
  name: string
  arn: string
  type: FlowType
  startAction: string
  actions: Map<string, FlowActionDocument>
  /** Resource names behind foreign ARNs, from the export's metadata: identifier → parameter → name. */
  displayNames: Map<string, Map<string, string>>
}
