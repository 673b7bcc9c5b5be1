// Products that Connect has beside contacts (customer profiles, cases, …): each is a function of the instance, if one is
// declared for it. It is sent Connect's event, with the block's parameters and what is to be done with them.
import type { FlowAbilities, HookAnswer, HookKind } from '../flow/abilities.ts'
import { type FlowObject, isFlowObject } from '../flow/flow-value.ts'
import { functionEvent } from '../flow/function-event.ts'
import type { FlowContact } from '../flow/host.ts'
import type { Functions } from '../functions/functions.ts'

/** The block's own limit is longer, so that it is this which is told. */
const timeoutMs = 10_000

export function hookAbility(
  hooks: ReadonlyMap<HookKind, string>,
  functions: Pick<Functions, 'invoke'>,
  contact: () => FlowContact,
): NonNullable<FlowAbilities['invokeHook']> {
  return async (kind, action, payload, signal): Promise<HookAnswer> => {
    const name = hooks.get(kind)
    if (name === undefined)
      return { ok: false, detail: `no function stands in for ${kind}: declare one under hooks in functions.yaml` }
    const event: FlowObject = {
      ...functionEvent({ contact: contact(), state: { contactData: new Map() } }, payload),
      Name: 'ContactFlowHook',
      Product: kind,
      Action: action,
    }
    const outcome = await functions.invoke(name, event, { timeoutMs, signal })
    signal.throwIfAborted()
    if (!outcome.ok) return { ok: false, detail: `the function ${name}: ${outcome.reason}, ${outcome.detail}` }
    return answerOf(name, outcome.result)
  }
}

/** `{"ErrorType": "NoneFoundError"}` is the block's branch of that name; all else is the answer. */
function answerOf(name: string, result: FlowObject): HookAnswer {
  const { ErrorType: errorType, Message: message } = result
  if (typeof errorType !== 'string') return { ok: true, result: isFlowObject(result) ? result : {} }
  const why = typeof message === 'string' ? `: ${message.slice(0, 500)}` : ''
  return { ok: false, errorType, detail: `the function ${name} answered ${errorType}${why}` }
}
