// The shape of the contacts' database, one step after the other. A step that was released is never changed; a new one is
// added.

const searchedColumns = [
  ['customer', '$.CustomerEndpoint.Address'],
  ['box', '$.SystemEndpoint.Address'],
  ['agent', '$.Agent.Username'],
  ['queue', '$.Queue.Name'],
  ['reason', '$.DisconnectReason'],
  ['channel', '$.Channel'],
  ['method', '$.InitiationMethod'],
] as const

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
  // What contacts are searched by, all of it in one index in the order of lists: a search reads the index alone, and the
  // records only of what it has found. A row that holds no JSON is found by its time.
  `${searchedColumns.map(([name, path]) => column(name, path)).join('\n')}
   CREATE INDEX contacts_by_search ON contacts
     (initiated_ms, row, customer, box, agent, queue, reason, channel, method);
   DROP INDEX contacts_by_time;`,
  `CREATE TABLE alive (
     only INTEGER PRIMARY KEY CHECK (only = 1),
     epoch_ms INTEGER NOT NULL
   ) STRICT;`,
]

function column(name: string, path: string): string {
  const value = `CASE WHEN json_valid(record) THEN record ->> '${path}' END`
  return `ALTER TABLE contacts ADD COLUMN ${name} TEXT GENERATED ALWAYS AS (${value}) VIRTUAL;`
}
