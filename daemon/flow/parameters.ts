// Parameters of one action with their references resolved. Exports write every scalar as a string; both are read.
import type { FlowValue } from './flow-value.ts'

/** Names may lead into nested parameters by dots: `Messages.0.Text`. A value of the wrong kind is thrown as a fault. */
export interface ParameterReader {
  has(name: string): boolean
  /** Resolved text; undefined when absent or when its references have no data. */
  text(name: string): string | undefined
  number(name: string): number | undefined
  /** `"True"`, `"true"`, true. */
  flag(name: string): boolean | undefined
  /** Resolved map of text values. */
  texts(name: string): Record<string, string>
  /** As written, for nested structures. */
  raw(name: string): unknown
  /**
   * With every reference filled in; one that fills a whole text keeps its structure. A text without data is left out.
   * Undefined when absent or without data.
   */
  value(name: string): FlowValue | undefined
  /** A resource's own id, from an id, an ARN, a name or the display name of the export; undefined when there is none. */
  resource(name: string, kind: ResourceKind): string | undefined
  /** The same of a text that is no parameter by itself. */
  resourceNamed(kind: ResourceKind, text: string): string | undefined
}

export type ResourceKind = 'queue' | 'prompt' | 'flow' | 'hours' | 'agent' | 'function' | 'bot'
