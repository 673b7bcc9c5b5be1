// `cordboard metrics`: historical figures, as a table, JSON or CSV.
import { liveMetricsReport, metricsReport } from '../api/reports.ts'
import { askDaemon } from './ask-daemon.ts'
import { type Command, type ExitCode, type Invocation, noOperands, textOption, UsageError } from './command.ts'
import { formatTable } from './table.ts'

const usual = [
  'CONTACTS_QUEUED',
  'CONTACTS_HANDLED',
  'CONTACTS_ABANDONED',
  'SERVICE_LEVEL.20',
  'AVG_QUEUE_ANSWER_TIME',
  'AVG_HANDLE_TIME',
  'AGENT_OCCUPANCY',
]
const groupings = ['queue', 'agent', 'routingProfile', 'channel', 'initiationMethod', 'flow']

export const metricsCommand: Command = {
  synopsis:
    '[--now] [--channel NAME] [--by queue,channel] [--interval total] [--from TIME] [--to TIME] [--metric NAMES] [--json | --csv]',
  help: `Asks the running daemon for historical figures, by the definitions of Amazon Connect.

  --now            figures of this moment instead, by queue, agent or routingProfile; --channel VOICE|CHAT|TASK: of it alone
  --by NAMES       ${groupings.join(', ')}; several with commas; none: everything together (default queue)
  --interval NAME  15min, 30min, hour, day, total (default total)
  --from TIME      ISO 8601, e.g. 2026-01-05T00:00:00Z (default: a day before --to)
  --to TIME        (default: now)
  --metric NAMES   only these columns; all: every one that applies
  --json           the whole report, one JSON object with \`version\`
  --csv            every metric that applies, one line a row
  --socket PATH    control socket (default /run/cordboard/control.sock)

Exit codes: 0 done, 1 the daemon can't be reached, 2 wrong usage.`,
  options: {
    now: { type: 'boolean' },
    channel: { type: 'string' },
    by: { type: 'string' },
    interval: { type: 'string' },
    from: { type: 'string' },
    to: { type: 'string' },
    metric: { type: 'string' },
    json: { type: 'boolean' },
    csv: { type: 'boolean' },
    socket: { type: 'string' },
  },
  async run(invocation): Promise<ExitCode> {
    noOperands(invocation)
    const { options, terminal } = invocation
    const words = (name: string) => textOption(options, name)?.split(',').filter(Boolean)
    const by = words('by') ?? ['queue']
    if (options.now === true) return await showLive(invocation, by)
    if (options.channel !== undefined) throw new UsageError('--channel goes with --now; else group --by channel.')
    const unknown = by.find((name) => !groupings.includes(name))
    if (unknown !== undefined) throw new UsageError(`--by ${unknown}: choose among ${groupings.join(', ')}.`)
    const [interval, from, to] = ['interval', 'from', 'to'].map((name) => textOption(options, name))
    const report = await askDaemon(invocation, 'metrics', metricsReport, {
      by,
      ...(interval !== undefined && { interval }),
      ...(from !== undefined && { from }),
      ...(to !== undefined && { to }),
    })
    if (options.json === true) {
      terminal.out(JSON.stringify(report, null, 2))
      return 0
    }
    const present = [...new Set(report.rows.flatMap((row) => Object.keys(row.metrics)))]
    const asked = words('metric') ?? (options.csv === true ? ['all'] : usual)
    const columns = asked.includes('all') ? present : asked
    const headings = ['from', ...by, ...columns]
    const rows = report.rows.map((row) => [
      row.from,
      ...by.map((name) => row.group[name]),
      ...columns.map((name) => rounded(row.metrics[name])),
    ])
    terminal.out(options.csv === true ? [headings, ...rows].map(csvLine).join('\n') : formatTable(headings, rows))
    return 0
  },
}

const liveGroupings = ['queue', 'agent', 'routingProfile']

async function showLive(invocation: Invocation, by: readonly string[]): Promise<ExitCode> {
  const { options, terminal } = invocation
  const [grouping = ''] = by
  if (by.length !== 1 || !liveGroupings.includes(grouping))
    throw new UsageError(`--now --by ${by.join(',')}: choose one of ${liveGroupings.join(', ')}.`)
  const channel = textOption(options, 'channel')?.toUpperCase()
  const params = { by: grouping, ...(channel !== undefined && { channel }) }
  const report = await askDaemon(invocation, 'liveMetrics', liveMetricsReport, params)
  const columns = [...new Set(report.rows.flatMap((row) => Object.keys(row.metrics)))]
  const headings = [grouping, ...columns]
  const rows = report.rows.map(({ group, metrics }) => [group[grouping], ...columns.map((name) => metrics[name])])
  if (options.json === true) terminal.out(JSON.stringify(report, null, 2))
  else if (options.csv === true) terminal.out([headings, ...rows].map(csvLine).join('\n'))
  else terminal.out(formatTable(headings, rows))
  return 0
}

function rounded(value: number | undefined): number | undefined {
  return value === undefined ? undefined : Math.round(value * 100) / 100
}

/** RFC 4180; a cell that a spreadsheet would take for a formula is kept from it by a leading apostrophe. */
export function csvLine(cells: readonly (string | number | null | undefined)[]): string {
  return cells
    .map((cell) => {
      const text = String(cell ?? '')
      const safe = typeof cell === 'string' && /^[=+\-@\t\r]/.test(text) && !/^\+[0-9]+$/.test(text) ? `'${text}` : text
      return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
    })
    .join(',')
}
