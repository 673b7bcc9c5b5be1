// At start: closes the records of contacts that were alive when the daemon was killed or the power went.
//
// A contact is known to have lived until its record was saved last, as long as the box gave signs of life, and as long as
// its recording has sound: it ends at the latest of these. The reason is OTHER: TELECOM_PROBLEM is for a carrier or network that failed, and what fails on
// the system's own side Amazon Connect calls OTHER (contact record facts, 4).
import type { ContactRecord, ContactStore, RecordRecording } from '../contact/contact-record.ts'
import { disconnected, recordingStopped, recordTimestamp } from '../contact/record-builder.ts'
import { StoreError } from '../database/database-file.ts'
import type { RepairedRecording } from './recording-repair.ts'

export interface RecoveryOptions {
  /** Now. */
  epochMs: number
  /** What is on disk of the recordings, from `repairRecordings`. */
  recordingsRepaired: readonly RepairedRecording[]
  /** The last sign of life of the run in which the contacts were. */
  aliveUntilMs: number
  /** Contacts that wait for their time, and go on after the start. */
  waiting?: ReadonlySet<string>
}

/** Returns the records as they were closed and saved. Run before the first contact; a second run finds nothing. */
export function closeInterrupted(store: ContactStore, options: RecoveryOptions): ContactRecord[] {
  const durations = new Map(options.recordingsRepaired.map(({ file, durationMs }) => [file, durationMs]))
  const lost = store.unfinished().filter(({ ContactId }) => !options.waiting?.has(ContactId))
  return lost.map((record) => {
    const closed = closeRecord(record, durations, options)
    saveClosed(store, closed)
    return closed
  })
}

const dayMs = 86_400_000

/**
 * The first day whose recordings may have been cut off, by its folder's name. A recording lies in the folder of the day it
 * began; years of others need not be looked at. Whatever became of the clock: no later than what the records know of.
 */
export function firstDayToRepair(store: Pick<ContactStore, 'unfinished' | 'list'>, nowMs: number): string {
  const known = [...store.unfinished(), ...store.list({ limit: 1 })]
  const began = known.map(({ InitiationTimestamp }) => Date.parse(InitiationTimestamp))
  return new Date(Math.min(nowMs, ...began) - dayMs).toISOString().slice(0, 10)
}

/** Contacts that were left open to be taken up again, and can't be. Returns the records as they were closed and saved. */
export function closeLost(
  store: ContactStore,
  contactIds: readonly string[],
  known: { epochMs: number; aliveUntilMs: number },
): ContactRecord[] {
  return contactIds.flatMap((contactId) => {
    const record = store.find(contactId)
    if (!record || record.Cordboard.state === 'completed') return []
    const closed = closeRecord(record, new Map(), known)
    saveClosed(store, closed)
    return [closed]
  })
}

function saveClosed(store: ContactStore, closed: ContactRecord): void {
  try {
    store.save(closed)
  } catch (fault) {
    // The store has counted and told it, keeps the record and tries again: the start goes on.
    if (!(fault instanceof StoreError)) throw fault
  }
}

function closeRecord(
  record: ContactRecord,
  durations: ReadonlyMap<string, number>,
  { epochMs, aliveUntilMs }: { epochMs: number; aliveUntilMs: number },
): ContactRecord {
  let closed = record
  let endMs = Math.max(record.Cordboard.lastSavedEpochMs, aliveUntilMs)
  for (const recording of record.Recordings) {
    if (recording.StopTimestamp !== undefined) continue
    const soundUntilMs = lastSound(recording, durations)
    const outcome = soundUntilMs === undefined ? 'failed' : 'written'
    closed = recordingStopped(closed, recording.Location, soundUntilMs ?? endMs, outcome)
    endMs = Math.max(endMs, soundUntilMs ?? endMs)
  }
  const ended = disconnected(closed, {
    reason: 'OTHER',
    endReason: 'daemonInterrupted',
    atEpochMs: endMs,
    interrupted: true,
  })
  // The clock may have lost the time with the power: an update is never before what it tells.
  return { ...ended, LastUpdateTimestamp: recordTimestamp(Math.max(epochMs, endMs)) }
}

/** When the recording's sound ends; undefined when there is none. Locations are absolute, or end the file's path. */
function lastSound(recording: RecordRecording, durations: ReadonlyMap<string, number>): number | undefined {
  const { Location, StartTimestamp } = recording
  const durationMs = durations.get(Location) ?? [...durations].find(([file]) => file.endsWith(`/${Location}`))?.[1]
  return durationMs ? Date.parse(StartTimestamp) + durationMs : undefined
}
