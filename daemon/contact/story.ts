// One line at the end of a contact that tells the whole story.
import type { Log } from '../log/log.ts'
import type { ContactRecord } from './contact-record.ts'

export function tellStory(log: Log, record: ContactRecord): void {
  log.info(
    {
      contactId: record.ContactId,
      method: record.InitiationMethod,
      reason: record.DisconnectReason,
      endReason: record.Cordboard.endReason,
      began: record.InitiationTimestamp,
      ended: record.DisconnectTimestamp,
      queue: record.Queue?.Name,
      queueS: record.Queue?.Duration,
      agent: record.Agent?.Username,
      talkS: record.Agent?.AgentInteractionDuration,
      holdS: record.Agent?.CustomerHoldDuration,
      attempts: record.AgentConnectionAttempts,
      recordings: record.Recordings.length,
    },
    'contact ended',
  )
}
