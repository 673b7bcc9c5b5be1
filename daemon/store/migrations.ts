// The shape of the database, one step after the other. A step that was released is never changed; a new one is added.
import type { DatabaseSync } from 'node:sqlite'

/** Step n brings the database from version n to n + 1; the version stands in `PRAGMA user_version`. */
export const contactMigrations: readonly string[] = [
  `CREATE TABLE contacts (
     row INTEGER PRIMARY KEY,
     contact_id TEXT NOT NULL UNIQUE,
     initiated_ms INTEGER NOT NULL,
     finished INTEGER NOT NULL,
     record TEXT NOT NULL
   ) STRICT;
   CREATE INDEX contacts_by_time ON contacts (initiated_ms);
   CREATE INDEX contacts_unfinished ON contacts (initiated_ms) WHERE finished = 0;`,
]

export class NewerDatabaseError extends Error {
  readonly code = 'STORE-NEWER'
}

export function databaseVersion(database: DatabaseSync): number {
  return Number(database.prepare('PRAGMA user_version').get()?.user_version)
}

/** All steps that are missing, each whole or not at all. Throws NewerDatabaseError when there is nothing to go by. */
export function migrate(database: DatabaseSync, migrations: readonly string[] = contactMigrations): void {
  const version = databaseVersion(database)
  if (version > migrations.length)
    throw new NewerDatabaseError(`the database has version ${version}; this program knows up to ${migrations.length}`)
  for (let next = version; next < migrations.length; next++) {
    database.exec('BEGIN IMMEDIATE')
    try {
      database.exec(migrations[next]!)
      database.exec(`PRAGMA user_version = ${next + 1}`)
      database.exec('COMMIT')
    } catch (fault) {
      database.exec('ROLLBACK')
      throw fault
    }
  }
}
