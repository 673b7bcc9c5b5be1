// `cordboard contacts`: the contact records, newest first, straight from the store, whether a daemon runs or not.
import { copyFileSync, existsSync, mkdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import { reportVersion } from '../api/reports.ts'
import type { ContactRecord } from '../contact/contact-record.ts'
import { StoreError } from '../database/database-file.ts'
import { openContactStoreReadOnly } from '../store/contact-store.ts'
import type { ContactQuery } from '../store/contact-table.ts'
import {
  type Command,
  CommandFailure,
  type Invocation,
  noOperands,
  numberOption,
  type OptionValues,
  textOption,
  UsageError,
} from './command.ts'
import { csvLine } from './metrics.ts'
import { storeFile } from './places.ts'
import { type Cell, formatDuration, formatTable } from './table.ts'

const defaultLimit = 20
const maximumLimit = 100_000

export const contactsCommand: Command = {
  synopsis:
    '[--number N] [--agent A] [--queue Q] [--reason R] [--channel C] [--method M] [--from T] [--to T] [--json | --lines | --csv] [--limit N]',
  help: `Prints the newest contact records of the store. The daemon need not run.

  --json          one JSON object: \`version\`, \`contacts\` (whole records, field names as Amazon Connect has them)
  --lines         one record a line, for export; --recordings FOLDER copies their recordings there too
  --csv           one line a contact, the columns of the table
  --number N      only contacts whose caller or dialled number contains N
  --agent A       only those of the agent; --queue Q of the queue; --reason R ended by it, e.g. CUSTOMER_DISCONNECT
  --channel C     VOICE, CHAT or TASK; --method M begun so, e.g. INBOUND, TRANSFER, CALLBACK
  --from T        only those begun at the moment or later; --to T before it (ISO 8601)
  --limit N       how many at most (default ${defaultLimit})
  --store FILE    the store (default contacts.db in storage.directory of the configuration)
  --instance DIR  the configuration (default /etc/cordboard if it is configured, else the shipped instance)

Exit codes: 0 done, 1 the store is not there or can't be read, 2 wrong usage or bad configuration.`,
  options: {
    json: { type: 'boolean' },
    limit: { type: 'string' },
    lines: { type: 'boolean' },
    csv: { type: 'boolean' },
    recordings: { type: 'string' },
    number: { type: 'string' },
    agent: { type: 'string' },
    queue: { type: 'string' },
    reason: { type: 'string' },
    channel: { type: 'string' },
    method: { type: 'string' },
    from: { type: 'string' },
    to: { type: 'string' },
    store: { type: 'string' },
    instance: { type: 'string' },
  },
  run(invocation) {
    noOperands(invocation)
    const limit = numberOption(invocation.options, 'limit', 1, maximumLimit) ?? defaultLimit
    const contacts = readContacts(invocation, storeFile(invocation), queryOf(invocation.options, limit))
    copyRecordings(invocation, contacts)
    invocation.terminal.out(written(invocation.options, contacts))
    return 0
  },
}

function queryOf(options: OptionValues, limit: number): ContactQuery {
  const moment = (name: string) => {
    const text = textOption(options, name)
    if (text === undefined) return undefined
    const atMs = Date.parse(text)
    if (Number.isNaN(atMs)) throw new UsageError(`--${name} ${text}: write a moment, e.g. 2026-01-05T10:00:00Z.`)
    return atMs
  }
  const [fromMs, toMs] = [moment('from'), moment('to')]
  const texts = (['number', 'agent', 'queue', 'reason', 'channel', 'method'] as const).flatMap((name) => {
    const text = textOption(options, name)
    return text === undefined ? [] : [[name, text] as const]
  })
  return {
    ...Object.fromEntries(texts),
    ...(fromMs !== undefined && { fromMs }),
    ...(toMs !== undefined && { toMs }),
    limit,
  }
}

function written(options: OptionValues, contacts: readonly ContactRecord[]): string {
  if (options.json === true) return JSON.stringify({ version: reportVersion, contacts }, null, 2)
  if (options.lines === true) return contacts.map((record) => JSON.stringify(record)).join('\n')
  if (options.csv === true) return [headings, ...contacts.map(contactRow)].map(csvLine).join('\n')
  return formatTable(headings, contacts.map(contactRow))
}

/** Those that are gone are told, and left out. */
function copyRecordings({ options, terminal }: Invocation, contacts: readonly ContactRecord[]): void {
  const folder = textOption(options, 'recordings')
  if (folder === undefined) return
  mkdirSync(folder, { recursive: true })
  for (const { Location } of contacts.flatMap(({ Recordings }) => Recordings))
    if (existsSync(Location)) copyFileSync(Location, join(folder, basename(Location)))
    else terminal.err(`cordboard: the recording ${Location} is no longer there`)
}

function readContacts({ terminal }: Invocation, file: string, query: ContactQuery): ContactRecord[] {
  if (!existsSync(file)) {
    const mend = 'Name it with --store; a daemon that was started by hand says where it keeps its records.'
    throw new CommandFailure(1, `There is no contact store ${file}.`, mend)
  }
  const onUnreadable = (contactId: string, fault: string) =>
    terminal.err(`cordboard: the record of contact ${contactId} can't be read and is left out: ${fault}`)
  try {
    const store = openContactStoreReadOnly(file, onUnreadable)
    try {
      return store.search(query)
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
