// Actions of add-on products (customer profiles, cases, assistants, data tables): the box has none of these, but an
// instance may declare a function in their place. Without one, the documented error branch.
import type { HookAnswer, HookKind } from '../abilities.ts'
import type { ActionDefinition, Outcome } from '../action.ts'
import { type FlowValue, fits, isFlowObject } from '../flow-value.ts'
import { checkBranches, checkKnown } from './checks.ts'
import { failed, next, notHere } from './outcomes.ts'

export interface HookActionOptions {
  type: string
  kind: HookKind
  parameters: readonly string[]
  /** Beyond NoMatchingError. */
  errors?: readonly string[]
  /** Namespace of references the answer is kept in. */
  keptAs?: string
  /** What becomes of the answer; default: it is kept, and the flow goes on. */
  follow?: (result: FlowValue) => Outcome
}

const timeLimitMs = 15_000

export function hookAction(options: HookActionOptions): ActionDefinition {
  const { type, kind, parameters: names, errors = [] } = options
  return {
    type,
    blockName: type,
    flowTypes: 'all',
    channels: 'all',
    needsParticipant: false,
    terminal: false,
    needs: 'invokeHook',
    product: kind,

    check(action, report) {
      checkKnown(action, report, names)
      checkBranches(action, report, { next: true, errors: ['NoMatchingError'] })
    },

    timeLimitMs: () => timeLimitMs,

    async run({ parameters, host, state, signal }) {
      if (!host.invokeHook) return notHere(`do ${kind}`)
      const payload: [string, FlowValue][] = []
      for (const name of names) {
        const value = parameters.value(name)
        if (value !== undefined) payload.push([name, value])
      }
      const answer = await host.invokeHook(kind, type, Object.fromEntries(payload), signal)
      const refused = refusal(answer, errors)
      if (refused) return refused
      const result = answer.ok ? answer.result : undefined
      if (!fits(result)) return failed('the answer has more than 32 KB, or is no JSON')
      if (options.keptAs !== undefined) state.results.set(options.keptAs, result)
      return options.follow?.(result) ?? (isFlowObject(result) ? { to: 'next', external: result } : next)
    },
  }
}

function refusal(answer: HookAnswer, errors: readonly string[]): Outcome | undefined {
  if (answer.ok) return undefined
  const own = answer.errorType !== undefined && errors.includes(answer.errorType)
  return failed(answer.detail, own ? answer.errorType : 'NoMatchingError')
}
