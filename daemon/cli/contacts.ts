// `cordboard contacts`: the contact records, newest first, straight from the store, whether a daemon runs or not.
import { existsSync } from 'node:fs'
import { reportVersion } from '../api/reports.ts'
import type { ContactRecord } from '../contact/contact-record.ts'
import { StoreError } from '../database/database-file.ts'
import { openContactStoreReadOnly } from '../store/contact-store.ts'
import { type Command, CommandFailure, type Invocation, noOperands, numberOption } from './command.ts'
import { storeFile } from './places.ts'
import { type Cell, formatDuration, formatTable } from './table.ts'

const defaultLimit = 20
const maximumLimit = 100_000

export const contactsCommand: Command = {
  synopsis: '[--json] [--limit N] [--store FILE] [--instance DIR]',
  help: `Prints the newest contact records of the store. The daemon need not run.

  --json          one JSON object: \`version\`, \`contacts\` (whole records, field names as Amazon Connect has them)
  --limit N       how many at most (default ${defaultLimit})
  --store FILE    the store (default contacts.db in storage.directory of the configuration)
  --instance DIR  the configuration (default /etc/cordboard if it is configured, else the shipped instance)

Exit codes: 0 done, 1 the store is not there or can't be read, 2 wrong usage or bad configuration.`,
  options: {
    json: { type: 'boolean' },
    limit: { type: 'string' },
    store: { type: 'string' },
    instance: { type: 'string' },
  },
  run(invocation) {
    noOperands(invocation)
    const limit = numberOption(invocation.options, 'limit', 1, maximumLimit) ?? defaultLimit
    const contacts = readContacts(invocation, storeFile(invocation), limit)
    invocation.terminal.out(
      invocation.options.json === true
        ? JSON.stringify({ version: reportVersion, contacts }, null, 2)
        : formatTable(headings, contacts.map(contactRow)),
    )
    return 0
  },
}

function readContacts({ terminal }: Invocation, file: string, limit: number): ContactRecord[] {
  if (!existsSync(file)) {
    const mend = 'Name it with --store; a daemon that was started by hand says where it keeps its records.'
    throw new CommandFailure(1, `There is no contact store ${file}.`, mend)
  }
  const onUnreadable = (contactId: string, fault: string) =>
    terminal.err(`cordboard: the record of contact ${contactId} can't be read and is left out: ${fault}`)
  try {
    const store = openContactStoreReadOnly(file, onUnreadable)
    try {
      return store.list({ limit })
    } finally {
      store.close()
    }
  } catch (fault) {
    if (fault instanceof StoreError) throw new CommandFailure(1, fault.message, '')
    const reason = fault instanceof Error ? fault.message : String(fault)
    throw new CommandFailure(
      1,
      `The contact store ${file} can't be read: ${reason}.`,
      'Try again, or name another with --store.',
    )
  }
}

const headings = ['started', 'from', 'to', 'queue', 'waited', 'agent', 'talked', 'state', 'ended by', 'contact']

function contactRow(record: ContactRecord): Cell[] {
  const { Queue: queue, Agent: agent, Cordboard: box } = record
  return [
    record.InitiationTimestamp,
    record.CustomerEndpoint?.Address,
    record.SystemEndpoint?.Address,
    queue?.Name,
    queue?.Duration === undefined ? undefined : formatDuration(queue.Duration),
    agent?.Username,
    agent?.AgentInteractionDuration === undefined ? undefined : formatDuration(agent.AgentInteractionDuration),
    box.interrupted ? 'interrupted' : box.state,
    record.DisconnectReason,
    record.ContactId,
  ]
}
