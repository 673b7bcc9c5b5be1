// What a simulated contact went through, one event after the other. `cordboard flow run --json` prints these objects,
// one a line: fields are added, never renamed, removed or given another meaning.
import type { Channel, FlowType } from '../flow/host.ts'
import type { ResourceKind } from '../flow/parameters.ts'

export const traceVersion = 1

export type TraceEvent = { atMs: number } & TraceStep

export type TraceStep =
  /** Always the first. `at`: simulated wall clock at the start, ISO 8601. */
  | { event: 'start'; version: number; flow: string; type: FlowType; channel: Channel; caller: string; at: string }
  /** Something the flow names is not at hand, and is taken as it is named. */
  | { event: 'placeholder'; kind: ResourceKind; name: string }
  /** A block begins. `name`: the block's name in the flow log. */
  | { event: 'block'; flow: string; block: string; type: string; name: string; parameters: Record<string, unknown> }
  | { event: 'spoken'; text: string; ssml: boolean }
  | { event: 'played'; prompt: string }
  /** What the caller pressed, as the block got it; `lost` were pressed while nobody asked. */
  | { event: 'collected'; digits: string; lost?: string }
  | { event: 'timeout' }
  | { event: 'said'; text: string; intent: string }
  | { event: 'attribute'; key: string; value: string }
  /** Anything else of the contact that changed: `queue`, `voice`, `hook CustomerQueue`, … */
  | { event: 'set'; what: string; value: string }
  /** Something outside of the contact was asked: a function, a view, another party, … */
  | { event: 'asked'; what: string; name: string; answer: string }
  /** The way a block was left. `branch`: `next`, a condition as `Equals 1`, an error type, `flow`, `module`, `return`. */
  | { event: 'branch'; branch: string; to: string; detail?: string }
  /** Always the last. `flow` and `block` where it ended. */
  | {
      event: 'end'
      end: TraceEnd
      flow: string
      block: string
      reason: string
      blocks: number
    }

/** `left`: the caller hung up, an agent answered, or the simulation's time was over; `reason` says which. */
export type TraceEnd = 'disconnect' | 'queued' | 'ended' | 'left' | 'failed'

/** `0:07`, `61:02:03` */
export function formatTraceTime(atMs: number): string {
  const seconds = Math.floor(atMs / 1000)
  const two = (value: number) => String(value).padStart(2, '0')
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60]
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`
}

/** One line for people, without its time. */
export function describeStep(step: TraceStep): string {
  switch (step.event) {
    case 'start':
      return `flow ${step.flow} (${step.type}), ${step.channel.toLowerCase()} from ${step.caller}, ${step.at}`
    case 'placeholder':
      return `! no ${step.kind} ${step.name} is at hand: taken as it is named`
    case 'block':
      return `▸ ${step.block}  (${step.type})`
    case 'spoken':
      return `  says: ${step.text}`
    case 'played':
      return `  plays: <${step.prompt}>`
    case 'collected':
      return `  pressed: ${step.digits}${step.lost ? ` (lost: ${step.lost})` : ''}`
    case 'timeout':
      return '  nothing pressed in time'
    case 'said':
      return `  said: ${step.text} (intent ${step.intent})`
    case 'attribute':
      return `  attribute ${step.key} = ${step.value}`
    case 'set':
      return `  ${step.what}: ${step.value}`
    case 'asked':
      return `  ${step.what} ${step.name}: ${step.answer}`
    case 'branch':
      return `  → ${step.branch}: ${step.to}${step.detail ? ` (${step.detail})` : ''}`
    case 'end':
      return `■ ${step.end}${step.reason ? `: ${step.reason}` : ''} (at ${step.block}, ${step.blocks} blocks)`
  }
}
