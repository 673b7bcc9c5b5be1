// What of the instance decides about calls out.
import type { AgentOutbound } from '../config/carrier-schema.ts'
import type { Instance } from '../config/instance.ts'

export type OutboundInstance = Pick<Instance, 'box' | 'numbers' | 'carriers'> & {
  agents: ReadonlyMap<string, { outbound?: AgentOutbound | undefined }>
  /** Of a number that is being ported, as it is at that time; absent, or undefined: as numbers.yaml says. */
  standing?: (number: string, epochMs: number) => NumberStanding | undefined
}

/** By whose links a number's calls go just now, and which number is shown in its place. */
export interface NumberStanding {
  carriers?: readonly string[] | undefined
  callerId?: string | undefined
}
