// The flows that run where nobody named one. Without them a caller in a queue may hear nothing, and an agent can't
// transfer.
import type { FlowType } from '../flow/host.ts'

export const defaultFlows = {
  customerQueue: { name: 'default-customer-queue', type: 'CUSTOMER_QUEUE' },
  customerWhisper: { name: 'default-customer-whisper', type: 'CUSTOMER_WHISPER' },
  agentWhisper: { name: 'default-agent-whisper', type: 'AGENT_WHISPER' },
  customerHold: { name: 'default-customer-hold', type: 'CUSTOMER_HOLD' },
  agentHold: { name: 'default-agent-hold', type: 'AGENT_HOLD' },
  outbound: { name: 'default-outbound', type: 'OUTBOUND_WHISPER' },
  agentTransfer: { name: 'default-agent-transfer', type: 'AGENT_TRANSFER' },
  queueTransfer: { name: 'default-queue-transfer', type: 'QUEUE_TRANSFER' },
} as const satisfies Record<string, { name: string; type: FlowType }>
