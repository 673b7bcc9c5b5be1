// `cordboard campaign …`: lists of contacts, and campaigns that call them.
import { readFileSync } from 'node:fs'
import * as reports from '../api/reports.ts'
import type { Switch } from '../campaigns/campaigns.ts'
import { type ListedContact, type ReadList, readContactList } from '../campaigns/contact-list.ts'
import { addToDoNotCall, doNotCallFile } from '../campaigns/do-not-call.ts'
import { readE164 } from '../numbers/number-text.ts'
import { askDaemon } from './ask-daemon.ts'
import {
  type Command,
  CommandFailure,
  type ExitCode,
  type Invocation,
  noOperands,
  numberOption,
  UsageError,
} from './command.ts'
import { soundInstance } from './flow-file.ts'
import { instanceDirectory } from './places.ts'
import { fileStep, tell } from './port-support.ts'
import { formatTable, printable } from './table.ts'

type CampaignReport = reports.CampaignsReport['campaigns'][number]

const socketOptions = { json: { type: 'boolean' }, socket: { type: 'string' } } as const
const fileOptions = { json: { type: 'boolean' }, instance: { type: 'string' } } as const
const socketHelp = `  --json         one JSON object with \`version\`
  --socket PATH  control socket (default /run/cordboard/control.sock)`
const instanceHelp =
  '  --instance DIR configuration (default /etc/cordboard if it is configured, else the shipped instance)'
const codes = 'Exit codes: 0 done, 1 not found, refused or the daemon can’t be reached, 2 wrong usage.'
/** Of one request; the protocol takes 64 KiB. */
const batchBytes = 48 * 1024
const batchContacts = 500
const mostShown = 20

export const campaignListCommand: Command = {
  synopsis: '[--json] [--socket PATH]',
  help: `Campaigns of campaigns.yaml: whether they run, and how far they are.

${socketHelp} : \`campaigns\`

${codes}`,
  options: socketOptions,
  async run(invocation): Promise<ExitCode> {
    noOperands(invocation)
    const { campaigns } = await askDaemon(invocation, 'campaigns', reports.campaignsReport)
    tell(invocation, { campaigns }, () =>
      formatTable(
        ['campaign', 'mode', 'state', 'waiting', 'calling', 'done', 'answered', 'abandoned'],
        campaigns.map((one) => [
          one.name,
          one.mode,
          one.state,
          one.waiting,
          one.calling,
          one.done,
          one.live,
          `${percent(one.abandonRate)} of ${percent(one.abandonLimit)}`,
        ]),
      ),
    )
    return 0
  },
}

export const campaignShowCommand: Command = {
  synopsis: 'CAMPAIGN [--json] [--socket PATH]',
  help: `All of one campaign: contacts by where they stand, attempts by what became of them, the abandon rate and its limit.

${socketHelp} : \`campaigns\` with one entry

${codes}`,
  options: socketOptions,
  async run(invocation): Promise<ExitCode> {
    const campaign = operand(invocation)
    const { campaigns } = await askDaemon(invocation, 'campaign', reports.campaignsReport, { campaign })
    tell(invocation, { campaigns }, () => campaigns.map(campaignLines).join('\n'))
    return 0
  },
}

const switchHelp: Readonly<Record<Switch, string>> = {
  start:
    'Begins to call the contacts of a campaign, or goes on with it. It runs over restarts until it is paused or stopped.',
  pause: 'Calls nobody more. Who is being called may still answer.',
  stop: 'Stops at once: who is being called is called no longer, who has answered goes on. It can be started again.',
}

export function campaignSwitchCommand(to: Switch): Command {
  return {
    synopsis: 'CAMPAIGN [--json] [--socket PATH]',
    help: `${switchHelp[to]}

${socketHelp} : \`campaigns\` with one entry

${codes}`,
    options: socketOptions,
    async run(invocation): Promise<ExitCode> {
      const campaign = operand(invocation)
      const { campaigns } = await askDaemon(invocation, 'switchCampaign', reports.campaignsReport, { campaign, to })
      tell(invocation, { campaigns }, () => campaigns.map(campaignLines).join('\n'))
      return 0
    },
  }
}

export const campaignOutcomesCommand: Command = {
  synopsis: 'CAMPAIGN [--limit N] [--json] [--socket PATH]',
  help: `Attempts of a campaign, newest first: who was called when, and what became of it.

  --limit N      1 to 10000 (default 50)
${socketHelp} : \`attempts\`

${codes}`,
  options: { ...socketOptions, limit: { type: 'string' } },
  async run(invocation): Promise<ExitCode> {
    const campaign = operand(invocation)
    const limit = numberOption(invocation.options, 'limit', 1, 10_000) ?? 50
    const params = { campaign, limit }
    const { attempts } = await askDaemon(invocation, 'campaignOutcomes', reports.campaignOutcomesReport, params)
    tell(invocation, { attempts }, () =>
      formatTable(
        ['called', 'number', 'outcome', 'contact'],
        attempts.map(({ at, number, outcome, contactId }) => [at, number, outcome ?? 'goes on', contactId]),
      ),
    )
    return 0
  },
}

export const campaignCheckCommand: Command = {
  synopsis: 'FILE [--instance DIR] [--json]',
  help: `Checks a list of contacts: a CSV file with a heading. Column \`number\` (E.164, or national of the instance's country),
if wanted \`timeZone\` and \`hours\` (09:30-12:00, by the contact's clock); all others become attributes of the contact.
Every bad row is told by its line.

${instanceHelp}
  --json         one JSON object with \`version\` : \`contacts\` (how many are good), \`bad\`

Exit codes: 0 every row is good, 1 some are not, 2 wrong usage or bad configuration.`,
  options: fileOptions,
  run(invocation) {
    const [file, ...rest] = invocation.operands
    if (file === undefined || rest.length > 0) throw new UsageError('Name one file.')
    const list = readList(invocation, file)
    tell(invocation, { contacts: list.contacts.length, bad: list.bad }, () => listLines(file, list))
    return list.bad.length === 0 ? 0 : 1
  },
}

export const campaignImportCommand: Command = {
  synopsis: 'CAMPAIGN FILE [--good-rows] [--instance DIR] [--json] [--socket PATH]',
  help: `Brings contacts into a campaign, from a file as \`campaign check\` describes. With a bad row in it nothing is taken,
unless --good-rows takes the others. A number that the campaign has already is left as it is: an import may be repeated.

  --good-rows    takes the good rows, and tells the bad ones
${instanceHelp}
${socketHelp} : \`added\`, \`known\`, \`bad\`

Exit codes: 0 taken, 1 bad rows, no such campaign or no daemon, 2 wrong usage or bad configuration.`,
  options: { ...socketOptions, ...fileOptions, 'good-rows': { type: 'boolean' } },
  async run(invocation): Promise<ExitCode> {
    const [campaign, file, ...rest] = invocation.operands
    if (campaign === undefined || file === undefined || rest.length > 0)
      throw new UsageError('Name a campaign and a file.')
    const list = readList(invocation, file)
    if (list.bad.length > 0 && invocation.options['good-rows'] !== true) {
      tell(invocation, { added: 0, known: 0, bad: list.bad }, () => `${listLines(file, list)}\nNothing was taken.`)
      return 1
    }
    let added = 0
    for (const contacts of batches(list.contacts)) {
      const report = await askDaemon(invocation, 'addToCampaign', reports.addedReport, { campaign, contacts })
      added += report.added
    }
    const known = list.contacts.length - added
    tell(invocation, { added, known, bad: list.bad }, () => {
      const lines = list.bad.length > 0 ? `${listLines(file, list)}\n` : ''
      return `${lines}${added} contacts are new in ${printable(campaign)}, ${known} were there already.`
    })
    return 0
  },
}

export const campaignBlockCommand: Command = {
  synopsis: 'NUMBER… [--instance DIR] [--json]',
  help: `Puts numbers on the do-not-call list (campaigns/do-not-call.csv in the configuration): no campaign calls them, from the
next call on.

${instanceHelp}
  --json         one JSON object with \`version\` : \`added\`

Exit codes: 0 they are on the list, 1 it can't be written or a number is none, 2 wrong usage or bad configuration.`,
  options: fileOptions,
  run(invocation) {
    if (invocation.operands.length === 0) throw new UsageError('Name the numbers.')
    const directory = instanceDirectory(invocation)
    const { country } = soundInstance(directory).box.instance
    const numbers = invocation.operands.map((text) => {
      const read = readE164(text, country)
      if ('problem' in read) throw new CommandFailure(1, `${printable(text)}: ${read.problem}.`, '')
      return read.e164
    })
    const added = fileStep(() => addToDoNotCall(directory, [...new Set(numbers)], country))
    tell(invocation, { added }, () => `${added.length} added to ${doNotCallFile(directory)}.`)
    return 0
  },
}

function operand({ operands }: Invocation): string {
  const [campaign, ...rest] = operands
  if (campaign === undefined || rest.length > 0) throw new UsageError('Name one campaign.')
  return campaign
}

function readList(invocation: Invocation, file: string): ReadList {
  const { country } = soundInstance(instanceDirectory(invocation)).box.instance
  return readContactList(
    fileStep(() => readFileSync(file, 'utf8')),
    country,
  )
}

function listLines(file: string, { contacts, bad }: ReadList): string {
  const lines = bad.slice(0, mostShown).map(({ line, problem }) => `${file}:${line}: ${printable(problem)}`)
  if (bad.length > mostShown) lines.push(`… and ${bad.length - mostShown} more`)
  return [...lines, `${contacts.length} good rows, ${bad.length} bad.`].join('\n')
}

function* batches(contacts: readonly ListedContact[]): Iterable<ListedContact[]> {
  let batch: ListedContact[] = []
  let bytes = 0
  for (const contact of contacts) {
    const size = Buffer.byteLength(JSON.stringify(contact))
    if (batch.length > 0 && (bytes + size > batchBytes || batch.length === batchContacts)) {
      yield batch
      batch = []
      bytes = 0
    }
    batch.push(contact)
    bytes += size
  }
  if (batch.length > 0) yield batch
}

function campaignLines(one: CampaignReport): string {
  const outcomes = Object.entries(one.outcomes).map(([outcome, count]) => `${outcome} ${count}`)
  return [
    `${one.name}: ${one.state}, ${one.mode}${one.queue === undefined ? '' : `, queue ${one.queue}`}`,
    `contacts: ${one.waiting} waiting, ${one.calling} being called or talking, ${one.done} done${one.blocked > 0 ? `, ${one.blocked} of them not to be called` : ''}`,
    `attempts: ${one.attempts}${outcomes.length > 0 ? ` (${outcomes.join(', ')})` : ''}`,
    `abandoned: ${one.abandoned} of ${one.live} people, ${percent(one.abandonRate)}; the limit is ${percent(one.abandonLimit)}`,
    ...(one.held === undefined ? [] : [`nobody is called just now: ${one.held}`]),
    ...(one.nextDue === undefined ? [] : [`next contact: from ${one.nextDue} on`]),
  ]
    .map(printable)
    .join('\n')
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`
}
