// Stamps and durations of contact records: to the second, and never negative, whatever the system's clock does.
import type { ContactRecord } from './contact-record.ts'

/** ISO 8601 UTC to the second, as records have it; the begun second counts. */
export function recordTimestamp(epochMs: number): string {
  return new Date(Math.floor(epochMs / 1000) * 1000).toISOString().replace('.000Z', 'Z')
}

/** The system's clock may be set back during a contact: no interval of a record is ever negative. */
export function notBefore(timestamp: string, atEpochMs: number): string {
  return recordTimestamp(Math.max(Date.parse(timestamp), atEpochMs))
}

export function secondsBetween(from: string, to: string): number {
  return Math.max(0, (Date.parse(to) - Date.parse(from)) / 1000)
}

export function touched(record: ContactRecord, atEpochMs: number, changes: Partial<ContactRecord>): ContactRecord {
  return {
    ...record,
    ...changes,
    LastUpdateTimestamp: recordTimestamp(atEpochMs),
    Cordboard: { ...record.Cordboard, lastSavedEpochMs: atEpochMs },
  }
}
