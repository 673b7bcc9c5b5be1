// The shape of the database, one step after the other. A step that was released is never changed; a new one is added.
import type { DatabaseSync } from 'node:sqlite'

export class NewerDatabaseError extends Error {
  readonly code = 'STORE-NEWER'
}

export function databaseVersion(database: DatabaseSync): number {
  return Number(database.prepare('PRAGMA user_version').get()?.user_version)
}

/**
 * Step n brings the database from version n to n + 1; the version stands in `PRAGMA user_version`. All steps that are missing, each
 * whole or not at all. Throws NewerDatabaseError when there is nothing to go by.
 */
export function migrate(database: DatabaseSync, migrations: readonly string[]): void {
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
