// What an agent can ask of the box, whoever brings the wish: keys of a phone, `cordboard agent`, the API. The shape is
// the API's own; agent-service.ts carries it out.
import { z } from 'zod'

/** A quick connect by its name, or a number as it is dialled. */
const target = z.union([
  z.strictObject({ quickConnect: z.string().min(1) }),
  z.strictObject({ number: z.string().min(1).max(32) }),
])
const contactId = z.string().min(1).optional().describe('Needed only when the agent has several contacts')

export const agentCommandSchema = z.discriminatedUnion('do', [
  z.strictObject({ do: z.literal('setStatus'), status: z.string().min(1) }),
  /** Ends after-contact work, or the pause after a missed contact. */
  z.strictObject({ do: z.literal('clearContact'), contactId }),
  /** Calls a customer, or a colleague: the agent's phone is rung first, unless it is the one that dialled. */
  z.strictObject({ do: z.literal('call'), target: z.union([target, z.strictObject({ agent: z.string().min(1) })]) }),
  z.strictObject({ do: z.literal('accept'), contactId }),
  z.strictObject({ do: z.literal('decline'), contactId }),
  z.strictObject({ do: z.literal('hold'), contactId, party: z.enum(['customer', 'others']).default('customer') }),
  z.strictObject({ do: z.literal('resume'), contactId }),
  /** A task rests, and its agent may be offered another; `resume` takes it up again. */
  z.strictObject({ do: z.literal('pause'), contactId }),
  /** Of what is said from now on, nothing is in the recording but silence; until it goes on. */
  z.strictObject({ do: z.literal('pauseRecording'), contactId }),
  z.strictObject({ do: z.literal('resumeRecording'), contactId }),
  /** `cold`: the agent leaves at once. `warm`: the customer is held while the agent talks to the destination. */
  z.strictObject({ do: z.literal('transfer'), contactId, target, kind: z.enum(['cold', 'warm']) }),
  /** Everybody of the contact in one talk. */
  z.strictObject({ do: z.literal('join'), contactId }),
  /** The agent goes, the others stay. */
  z.strictObject({ do: z.literal('leave'), contactId }),
  /** Lets go whom the agent added last. */
  z.strictObject({ do: z.literal('drop'), contactId }),
  /** Ends the contact for all; a task is completed. */
  z.strictObject({ do: z.literal('end'), contactId }),
  /** The supervisor's own phone is rung and hears the contact; again with another kind moves over. */
  z.strictObject({
    do: z.literal('monitor'),
    contactId: z.string().min(1),
    as: z.enum(['listen', 'whisper', 'barge']),
  }),
])

export type AgentCommand = z.infer<typeof agentCommandSchema>
export type CallTarget = z.infer<typeof target>
/** A colleague can be called, and is transferred to by a quick connect. */
export type Callee = Extract<AgentCommand, { do: 'call' }>['target']

/** `reason` is stable, e.g. `notFound`; `message` says what was wrong, `mend` what to do about it. */
export type AgentOutcome = { ok: true } | { ok: false; reason: string; message: string; mend: string }
