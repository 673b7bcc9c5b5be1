// Callbacks, tasks and held callers that wait, one small file each.
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import type { PendingContact, PendingContacts } from '../contact/pending-contacts.ts'
import type { Log } from '../log/log.ts'
import { writeWhole } from './whole-file.ts'

const ending = '.json'
const contactId = z.string().regex(/^[0-9a-f-]{36}$/)

const pendingSchema = z.looseObject({
  contactId,
  kind: z.enum(['callback', 'task', 'caller']),
  line: z.string().optional(),
  dueEpochMs: z.number(),
  expiresEpochMs: z.number(),
  flowId: z.string().optional(),
  enqueuedAtEpochMs: z.number().optional(),
  data: z.looseObject({
    contactId,
    initialContactId: z.string(),
    channel: z.enum(['VOICE', 'CHAT', 'TASK']),
    initiationMethod: z.string(),
    attributes: z.record(z.string(), z.string()),
    hooks: z.array(z.tuple([z.string(), z.string().nullable()])),
  }),
  callback: z
    .looseObject({
      retryDelaySeconds: z.number(),
      attemptsLeft: z.number().int().nonnegative(),
      callerId: z.string().optional(),
    })
    .optional(),
})

/** A file that holds none of them is told, left alone and left out. */
export function openPendingFiles(directory: string, { log }: { log: Log }): PendingContacts {
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  const fileOf = (id: string) => join(directory, `${contactId.parse(id)}${ending}`)
  return {
    keep: (contact) => writeWhole(fileOf(contact.contactId), JSON.stringify(contact)),
    forget: (id) => rmSync(fileOf(id), { force: true }),
    all: () =>
      readdirSync(directory)
        .filter((name) => name.endsWith(ending))
        .flatMap((name) => read(join(directory, name), log))
        .sort((one, other) => one.dueEpochMs - other.dueEpochMs),
  }
}

function read(file: string, log: Log): PendingContact[] {
  try {
    const value: unknown = JSON.parse(readFileSync(file, 'utf8'))
    pendingSchema.parse(value)
    // Checked as far as what acts on it goes; the rest is the contact's own data as this program wrote it.
    return [value as PendingContact]
  } catch (fault) {
    log.error({ file, err: fault }, 'a waiting callback or task cannot be read; it is left out')
    return []
  }
}
