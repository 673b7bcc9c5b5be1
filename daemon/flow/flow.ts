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
  /** Actions whose condition operands are milliseconds although the metric is in seconds. */
  millisecondOperands?: ReadonlySet<string>
  /** The text the flow was read from, for faults that name line and column; absent in flows made by code. */
  source?: FlowSource
}

export interface FlowSource {
  /** As the person named it. */
  file: string
  /** Where each action stands in `Actions`. */
  indexes: ReadonlyMap<string, number>
  /** Line and column, from 1, of the value at the path; of the nearest value around it that exists. */
  locate(path: readonly (string | number)[]): { line: number; column: number }
}
