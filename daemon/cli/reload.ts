// `cordboard reload`: the running daemon takes the configuration on disk, all of it or nothing.
import { type ReloadReport, reloadReport } from '../api/reports.ts'
import { describeChange } from '../reload/changes.ts'
import { askDaemon } from './ask-daemon.ts'
import { type Command, type ExitCode, noOperands } from './command.ts'
import { faultLine } from './fault-report.ts'
import { printable } from './table.ts'

export const reloadCommand: Command = {
  synopsis: '[--json] [--socket PATH]',
  help: `The running daemon reads its configuration anew. With any error in it nothing changes, and every error is told.
Calls in progress keep what they began with: flows, functions, places in queues. What changed is printed, and logged;
changes that need a restart (addresses, ports, boards) are marked.

  --json         the report as one JSON object with \`version\`
  --socket PATH  control socket (default /run/cordboard/control.sock)

Exit codes: 0 the configuration on disk is in force, 1 the daemon can't be reached or could not take it, 2 it has errors
or the usage was wrong.`,
  options: { json: { type: 'boolean' }, socket: { type: 'string' } },
  async run(invocation) {
    noOperands(invocation)
    const { terminal, options } = invocation
    const report = await askDaemon(invocation, 'reload', reloadReport)
    if (options.json === true) terminal.out(JSON.stringify(report, null, 2))
    else for (const line of linesOf(report)) terminal.out(printable(line))
    return exitCodes[report.outcome]
  },
}

const exitCodes: Record<ReloadReport['outcome'], ExitCode> = { reloaded: 0, unchanged: 0, failed: 1, refused: 2 }

function linesOf(report: ReloadReport): string[] {
  switch (report.outcome) {
    case 'refused':
      return [...report.faults.map(faultLine), 'Nothing changed: mend the errors, then reload again.']
    case 'failed':
      return [`Nothing changed: ${report.part} could not take the configuration: ${report.reason}.`]
    case 'unchanged':
      return [...report.warnings.map(faultLine), 'The files say what is in force already.']
    case 'reloaded':
      return [...report.warnings.map(faultLine), ...report.changes.map(describeChange)]
  }
}
