// Sets of flow types that several actions share (fact sheet flow-types 10).
import type { FlowType } from '../host.ts'

/** Inbound and the two transfer flows, and modules called from them. */
export const inboundAndTransfer: readonly FlowType[] = ['CONTACT_FLOW', 'AGENT_TRANSFER', 'QUEUE_TRANSFER', 'MODULE']

/** Those, and the customer queue flow. */
export const inboundQueueAndTransfer: readonly FlowType[] = [...inboundAndTransfer, 'CUSTOMER_QUEUE']

export const whispers: readonly FlowType[] = ['CUSTOMER_WHISPER', 'AGENT_WHISPER', 'OUTBOUND_WHISPER']
