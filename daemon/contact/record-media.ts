// How the audio of a contact's calls went, in its record: noted party by party as each call ends, the last one also
// after the contact is over.
import type { MediaQuality } from '../leg/leg.ts'
import type { ContactRecord } from './contact-record.ts'
import { touched } from './record-time.ts'

const parties = { customer: 'Customer', agent: 'Agent', thirdParty: 'ThirdParty', supervisor: 'Supervisor' } as const

export function mediaMeasured(
  record: ContactRecord,
  role: keyof typeof parties,
  quality: MediaQuality,
  atEpochMs: number,
): ContactRecord {
  const next = touched(record, atEpochMs, {})
  const media = { ...record.Cordboard.media, [parties[role]]: quality }
  return { ...next, Cordboard: { ...next.Cordboard, media } }
}
