// Whatever a simulated contact meets outside of its flow: the caller's fingers and voice, hours, queues, functions. One
// question, one method; a method that is absent, or an answer of undefined, leaves it to the text host's own.
import type {
  BotResult,
  FunctionAnswer,
  HookAnswer,
  HookKind,
  OutboundCallStatus,
  QueueMetrics,
  ThirdPartyOutcome,
  WaitEvent,
} from '../flow/abilities.ts'
import type { FlowObject, FlowValue } from '../flow/flow-value.ts'
import type { SimulatedClock } from './simulated-clock.ts'

/** What an answering party gets of the contact when it begins. */
export interface Contact {
  clock: SimulatedClock
  /** Ends the contact: the caller hangs up, an agent answers. */
  leave(reason: string): void
  /** What is known so far of the block that asks; undefined when it can't be told yet. */
  block(): AskingBlock | undefined
}

export interface AskingBlock {
  identifier: string
  type: string
  /** Operands of its conditions, as written. */
  operands: readonly string[]
}

export interface DigitsQuestion {
  maximumDigits: number
  terminator: string
  /** How long may pass until the first key: the prompts, and the wait after them. */
  windowMs: number
}

export interface BotAsked {
  bot: string
  /** Undefined: as long as it takes. */
  windowMs: number | undefined
}

/** `action` is one the view offers. */
export interface ViewAnswered {
  action: string
  data: FlowValue
}

export interface Answers {
  begin?(contact: Contact): void
  /** Keys as pressed, terminator included. Undefined or empty: none within the window, which has then passed. */
  digits?(question: DigitsQuestion, signal: AbortSignal): Promise<string | undefined>
  intent?(asked: BotAsked, signal: AbortSignal): Promise<(BotResult & { text: string }) | undefined>
  functionAnswer?(name: string, event: FlowObject): Promise<FunctionAnswer | undefined>
  hookAnswer?(kind: HookKind, action: string, payload: FlowObject): Promise<HookAnswer | undefined>
  view?(name: string, data: FlowObject): Promise<ViewAnswered | undefined>
  /** Name of hours; undefined: those of the queue. */
  isOpen?(hours: string | undefined): boolean | undefined
  hasRoom?(queue: string): boolean | undefined
  metrics?(queue: string): Partial<QueueMetrics> | undefined
  thirdParty?(number: string): ThirdPartyOutcome | undefined
  callStatus?(): OutboundCallStatus | undefined
  waitEvent?(events: readonly WaitEvent[]): WaitEvent | undefined
  /** At least 0, less than 1. */
  random?(): number
}
