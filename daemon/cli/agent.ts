// `cordboard agent list` and `cordboard agent set`: who takes calls.
import { agentsReport } from '../api/reports.ts'
import { askDaemon } from './ask-daemon.ts'
import { type Command, type ExitCode, noOperands, UsageError } from './command.ts'
import { agentHeadings, agentRow } from './status.ts'
import { formatTable } from './table.ts'

const options = { json: { type: 'boolean' }, socket: { type: 'string' } } as const
const optionHelp = `  --json         one JSON object with \`version\` and \`agents\`
  --socket PATH  control socket (default /run/cordboard/control.sock)`

export const agentListCommand: Command = {
  synopsis: '[--json] [--socket PATH]',
  help: `Asks the running daemon for its agents.

${optionHelp}

Exit codes: 0 done, 1 the daemon can't be reached, 2 wrong usage.`,
  options,
  async run(invocation): Promise<ExitCode> {
    noOperands(invocation)
    const report = await askDaemon(invocation, 'agents', agentsReport)
    invocation.terminal.out(
      invocation.options.json === true
        ? JSON.stringify(report, null, 2)
        : formatTable(agentHeadings, report.agents.map(agentRow)),
    )
    return 0
  },
}

const builtIn = ['Available', 'Offline']

export const agentSetCommand: Command = {
  synopsis: `USER ${builtIn.join('|')}|STATUS [--json] [--socket PATH]`,
  help: `Sets the status of the agent USER. Offline: no more contacts are offered; one under way goes on.
It lasts until the next change, or until the daemon starts again with the status of agents.yaml.

${optionHelp}

Exit codes: 0 done, 1 there is no such agent or the daemon can't be reached, 2 wrong usage.`,
  options,
  async run(invocation): Promise<ExitCode> {
    const [agent, word, ...rest] = invocation.operands
    if (agent === undefined || word === undefined || rest.length > 0)
      throw new UsageError(`Name one agent and one status: agent set USER ${builtIn.join('|')}|STATUS.`)
    // Those of the box’s own are as box.yaml writes them; the daemon knows them.
    const status = builtIn.find((each) => each.toLowerCase() === word.toLowerCase()) ?? word
    const report = await askDaemon(invocation, 'setAgentStatus', agentsReport, { agent, status })
    invocation.terminal.out(
      invocation.options.json === true
        ? JSON.stringify(report, null, 2)
        : formatTable(agentHeadings, report.agents.map(agentRow)),
    )
    return 0
  },
}
