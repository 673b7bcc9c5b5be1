// The shape of the contacts' database, one step after the other. A step that was released is never changed; a new one is
// added.

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
