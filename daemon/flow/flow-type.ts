// The type of a flow whose file does not tell it (flows made by deployment tools carry it outside of the file): by
// its name, else the first type, the commonest first, in which every known action is allowed.
import type { FlowActionDocument } from './action.ts'
import { actionDefinitions } from './actions/index.ts'
import type { FlowType } from './host.ts'

/** Flows that `TransferToFlow` can go on in. */
export const transferTargets: readonly FlowType[] = ['CONTACT_FLOW', 'AGENT_TRANSFER', 'QUEUE_TRANSFER']

const candidates: readonly FlowType[] = ['AGENT_WHISPER', 'CUSTOMER_QUEUE', 'CUSTOMER_HOLD', 'OUTBOUND_WHISPER']

/** Deployment tools name the files by what they are. */
const nameHints: readonly [RegExp, FlowType][] = [
  [/customer[\s_-]*queue/i, 'CUSTOMER_QUEUE'],
  [/customer[\s_-]*hold/i, 'CUSTOMER_HOLD'],
  [/agent[\s_-]*hold/i, 'AGENT_HOLD'],
  [/customer[\s_-]*whisper/i, 'CUSTOMER_WHISPER'],
  [/agent[\s_-]*whisper/i, 'AGENT_WHISPER'],
  [/outbound[\s_-]*(whisper)?/i, 'OUTBOUND_WHISPER'],
]

export function inferFlowType(actions: Iterable<FlowActionDocument>, name: string): FlowType {
  const list = [...actions]
  const fits = (type: FlowType) =>
    list.every(({ Type }) => {
      const allowed = actionDefinitions.get(Type)?.flowTypes
      return allowed === undefined || allowed === 'all' || allowed.includes(type)
    })
  if (fits('CONTACT_FLOW')) return 'CONTACT_FLOW'
  const hint = nameHints.find(([pattern]) => pattern.test(name))?.[1]
  if (hint && fits(hint)) return hint
  return candidates.find(fits) ?? 'CONTACT_FLOW'
}
