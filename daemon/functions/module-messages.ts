// What a function's module thread and the main thread say to each other. Events and answers travel as JSON text, so
// that neither side ever holds an object of the other's making.

export interface ModuleStart {
  /** Absolute. */
  file: string
  name: string
  arn: string
  memoryMb: number
}

export interface ModuleQuestion {
  requestId: string
  event: string
  remainingMs: number
}

export type ModuleTelling =
  | { type: 'loaded'; priorityRefused?: string }
  | { type: 'unusable'; detail: string }
  | { type: 'answered'; requestId: string; text: string }
  | { type: 'threw'; requestId: string; detail: string }
  | { type: 'tooLarge'; requestId: string }
