// `cordboard top`: queues and agents as they are, again every second; q ends it.
import { type StatusReport, statusReport } from '../api/reports.ts'
import { askDaemon } from './ask-daemon.ts'
import { type Command, type ExitCode, type Invocation, noOperands } from './command.ts'
import { agentHeadings, agentRow } from './status.ts'
import { formatDuration, formatTable } from './table.ts'

const everyMs = 1_000
/** Ctrl-C and Ctrl-D come as characters from a terminal in raw mode. */
const endingKeys = ['q', '\u0003', '\u0004']
const home = '\u001b[H'
const eraseLine = '\u001b[K'
const eraseBelow = '\u001b[J'

export const topCommand: Command = {
  synopsis: '[--once] [--socket PATH]',
  help: `Shows queues, agents, contacts and faults of the running daemon, again every second. Ends with q.

  --once         shows them once and ends, for scripts
  --socket PATH  control socket (default /run/cordboard/control.sock)

Exit codes: 0 done, 1 the daemon can't be reached, 2 wrong usage.`,
  options: { once: { type: 'boolean' }, socket: { type: 'string' } },
  async run(invocation): Promise<ExitCode> {
    noOperands(invocation)
    const show = async () => picture(await askDaemon(invocation, 'status', statusReport))
    const { terminal, options, input } = invocation
    if (options.once === true || !input) {
      terminal.out(await show())
      return 0
    }
    const left = untilQ(input)
    let over = false
    void left.then(() => {
      over = true
    })
    while (!over) {
      const lines = (await show()).split('\n')
      terminal.out(`${home}${lines.map((line) => line + eraseLine).join('\n')}\n${eraseBelow}q: end`)
      await Promise.race([left, new Promise((resolve) => setTimeout(resolve, everyMs))])
    }
    return 0
  },
}

/** q, Ctrl-C, Ctrl-D, or the end of the input. A terminal is told to give each key at once. */
function untilQ(input: NonNullable<Invocation['input']>): Promise<void> {
  const raw = 'setRawMode' in input && typeof input.setRawMode === 'function' ? input.setRawMode.bind(input) : undefined
  raw?.(true)
  return new Promise<void>((resolve) => {
    input.on('data', (keys: Buffer | string) => {
      if (endingKeys.some((key) => String(keys).includes(key))) resolve()
    })
    input.once('end', resolve)
  }).finally(() => {
    raw?.(false)
    input.pause()
  })
}

export function picture(status: StatusReport): string {
  const { instance, state, uptimeS, queues, agents, contacts, faults } = status
  return [
    `${instance.name}  ${state}, up ${formatDuration(uptimeS)}, ${contacts.length} contacts, ${faults.length} faults`,
    '',
    formatTable(
      ['queue', 'waiting', 'oldest', 'expected', 'available', 'staffed', 'online', ''],
      queues.map((queue) => [
        queue.name,
        queue.waiting,
        formatDuration(queue.oldestAgeS),
        queue.estimatedWaitS === undefined ? undefined : formatDuration(queue.estimatedWaitS),
        queue.available,
        queue.staffed,
        queue.online,
        queue.enabled === false ? 'closed' : '',
      ]),
    ),
    '',
    formatTable(agentHeadings, agents.map(agentRow)),
    ...(faults.length > 0 ? ['', ...faults.map(({ code, where, message }) => `${code} ${where}: ${message}`)] : []),
  ].join('\n')
}
