// `cordboard status`: the running daemon at a glance.
import { type StatusReport, statusReport } from '../api/reports.ts'
import { askDaemon } from './ask-daemon.ts'
import { type Command, noOperands } from './command.ts'
import { formatDuration, formatTable, printable } from './table.ts'

export const statusCommand: Command = {
  synopsis: '[--json] [--counters] [--socket PATH]',
  help: `Asks the running daemon and prints its lines, links to carriers, queues, agents, live contacts, standing faults,
and the hosts that SIP does not hear for a while, if there are any.

  --counters     every counter as well, by part of the daemon
  --json         the whole report as one JSON object with \`version\`
  --socket PATH  control socket (default /run/cordboard/control.sock)

Exit codes: 0 no fault stands, 1 a fault stands or the daemon can't be reached, 2 wrong usage.`,
  options: { json: { type: 'boolean' }, counters: { type: 'boolean' }, socket: { type: 'string' } },
  async run(invocation) {
    noOperands(invocation)
    const { terminal, options } = invocation
    const status = await askDaemon(invocation, 'status', statusReport)
    terminal.out(
      options.json === true ? JSON.stringify(status, null, 2) : formatStatus(status, options.counters === true),
    )
    return status.faults.length === 0 ? 0 : 1
  },
}

function formatStatus(status: StatusReport, withCounters: boolean): string {
  const { instance, state, uptimeS, pid } = status
  const sections = [
    `${printable(instance.name)} (${instance.directory}): ${state} for ${formatDuration(uptimeS)}, pid ${pid}`,
    section(
      'Lines',
      ['name', 'number', 'state', 'battery', 'device', 'hardware'],
      status.lines.map((line) => [
        line.name,
        line.number,
        line.state,
        line.battery,
        line.device,
        describeHardware(line.details),
      ]),
    ),
    section(
      'Links',
      ['carrier', 'link', 'state', 'calls', 'channels', 'since'],
      status.links.map(({ carrier, link, state, reason, calls, channels, since }) => [
        carrier,
        link,
        reason === undefined ? state : `${state} (${reason})`,
        calls,
        channels,
        since,
      ]),
    ),
    section(
      'Queues',
      ['name', 'state', 'waiting', 'oldest', 'available', 'staffed', 'online'],
      status.queues.map((queue) => [
        queue.name,
        queue.enabled ? 'open' : 'closed',
        queue.waiting,
        formatDuration(queue.oldestAgeS),
        queue.available,
        queue.staffed,
        queue.online,
      ]),
    ),
    section('Agents', agentHeadings, status.agents.map(agentRow)),
    section(
      'Contacts',
      ['id', 'state', 'path'],
      status.contacts.map((contact) => [contact.contactId, contact.state, contact.describe]),
    ),
    status.faults.length === 0 ? 'Faults: none' : ['Faults', ...status.faults.map(formatFault)].join('\n'),
  ]
  if (status.bans.length > 0) {
    const rows = status.bans.map(({ address, offence, leftS }) => [address, offence, formatDuration(leftS)])
    sections.push(section('Banned hosts', ['address', 'for', 'until in'], rows))
  }
  if (withCounters)
    for (const [part, counters] of Object.entries(status.counters))
      sections.push(section(`Counters of ${part}`, ['name', 'value'], Object.entries(counters)))
  return sections.join('\n\n')
}

/** What the device says of itself, what people look for first. */
function describeHardware(details: StatusReport['lines'][number]['details']): string {
  const { model, firmware, sim, operator, network, signalDbm, sound, driftPpm } = details
  const radio = [sim === undefined || sim === 'READY' ? undefined : sim, operator, network]
  const level = signalDbm === undefined ? undefined : `${signalDbm} dBm`
  const { delayUpMs, delayDownMs } = details
  const drift = driftPpm === undefined ? undefined : `clock ${Number(driftPpm) > 0 ? '+' : ''}${driftPpm} ppm`
  const delay = delayUpMs === undefined ? undefined : `delay ${delayUpMs} ms in, ${delayDownMs ?? '?'} ms out`
  const words = [model, firmware, ...radio, level, sound, drift, delay]
  return words.flatMap((word) => (word === undefined || word === '' ? [] : [String(word)])).join(', ')
}

function formatFault(fault: StatusReport['faults'][number]): string {
  const times = fault.count > 1 ? `, ${fault.count} times` : ''
  return `  ${fault.code} ${printable(fault.where)}: ${printable(fault.message)} ${printable(fault.mend)} (since ${fault.since}${times})`
}

function section(title: string, headings: string[], rows: (string | number | undefined)[][]): string {
  return rows.length === 0 ? `${title}: none` : `${title}\n${formatTable(headings, rows, '  ')}`
}

export const agentHeadings = ['user', 'status', 'activity', 'since', 'phone', 'contact']

export function agentRow(agent: StatusReport['agents'][number]): (string | undefined)[] {
  const phone = agent.reachable ? 'reachable' : 'unreachable'
  return [agent.userName, agent.status, agent.activity, agent.since, phone, agent.contactIds.join(' ')]
}
