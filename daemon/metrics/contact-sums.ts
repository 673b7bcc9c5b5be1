// What a finished contact adds to the figures, by the definitions of the metrics (metrics facts, 3 and 4).
import type { Sums } from './cells.ts'
import type { ContactTrack } from './contact-track.ts'

/** Seconds that service levels may be asked for. */
export const serviceLevelsS = [15, 20, 25, 30, 45, 60, 90, 120, 180, 240, 300, 600] as const

const incoming: ReadonlySet<string> = new Set(['INBOUND', 'TRANSFER', 'QUEUE_TRANSFER'])
const withFlow: ReadonlySet<string> = new Set([...incoming, 'API'])
const ofVolume: ReadonlySet<string> = new Set([...withFlow, 'CALLBACK'])

/** `completedMs`: after-contact work is over. */
export function contactSums(track: ContactTrack, completedMs: number): Sums {
  const sums: Sums = { created: 1 }
  const { initiationMethod: method } = track.about
  const endMs = track.disconnectedMs ?? completedMs
  const handled = track.connectedMs !== undefined
  const queued = track.enqueuedMs !== undefined
  const since = (fromMs: number | undefined, toMs: number) => (fromMs === undefined ? 0 : Math.max(0, toMs - fromMs))
  const note = (name: string, value = 1) => {
    sums[name] = value
  }
  if (incoming.has(method)) note('incoming')
  if (method === 'TRANSFER') note('transferredInByAgent')
  if (method === 'QUEUE_TRANSFER') note('transferredInFromQueue')
  if (track.transferredMs !== undefined) {
    note('transferredOut')
    note(track.transfer?.by === 'agent' ? 'transferredOutByAgent' : 'transferredOutByFlow')
    note(track.transfer?.kind === 'external' ? 'transferredOutExternal' : 'transferredOutInternal')
    if (track.dequeuedByFlow) note('transferredOutFromQueue')
  }
  if (queued) {
    // A callback's time in queue begins when it was asked for (routing facts, 7).
    const queuedMs = since(track.scheduledMs ?? track.enqueuedMs, track.dequeuedMs ?? endMs)
    const leftByFlow = track.dequeuedByFlow === true || (!handled && track.transferredMs !== undefined)
    const abandoned = !handled && !leftByFlow
    note('queued')
    if (ofVolume.has(method)) note('volume')
    note('queuedMsMax', queuedMs)
    if (track.before === 'queued') note('disconnectedInQueue')
    if (abandoned) {
      note('abandoned')
      note('abandonMs', queuedMs)
    }
    if (handled) {
      note('answered')
      note('answerMs', queuedMs)
    }
    for (const levelS of serviceLevelsS) {
      if (queuedMs >= levelS * 1000) continue
      note(`removedIn${levelS}`)
      if (handled) note(`answeredIn${levelS}`)
      if (abandoned) note(`abandonedIn${levelS}`)
    }
  }
  if (handled) {
    const holdMs = track.holdMs
    const interactionMs = Math.max(0, since(track.connectedMs, endMs) - holdMs)
    const workMs = since(track.disconnectedMs, completedMs)
    note('handled')
    if (incoming.has(method)) note('handledIncoming')
    note('interactionMs', interactionMs)
    note('holdMs', holdMs)
    note('workMs', workMs)
    note('holds', track.holds)
    if (track.holds > 0) note('putOnHold')
    if (track.disconnectReason === 'AGENT_DISCONNECT') note('agentHungUp')
    if (track.before === 'held') {
      note('holdDisconnect')
      note(track.disconnectReason === 'AGENT_DISCONNECT' ? 'holdAgentDisconnect' : 'holdCustomerDisconnect')
    }
  }
  const resolvedMs = since(track.initiatedMs, Math.max(completedMs, endMs))
  note('contactMs', since(track.initiatedMs, endMs))
  note('resolutionMs', resolvedMs)
  for (const levelS of serviceLevelsS) if (resolvedMs < levelS * 1000) note(`resolvedIn${levelS}`)
  if (withFlow.has(method) && track.systemMs !== undefined)
    note('flowMs', since(track.systemMs, track.enqueuedMs ?? track.transferredMs ?? endMs))
  return sums
}
