// `cordboard queue open` and `cordboard queue close`: new contacts are let in or turned away; those inside stay.
import { doneReport } from '../api/reports.ts'
import { askDaemon } from './ask-daemon.ts'
import { type Command, type ExitCode, UsageError } from './command.ts'

export function queueCommand(verb: 'open' | 'close'): Command {
  return {
    synopsis: 'QUEUE [--json] [--socket PATH]',
    help: `${verb === 'open' ? 'Lets contacts into the queue again' : 'Lets no more contacts into the queue'}. It holds over restarts and reloads, whatever queues.yaml says. Contacts that wait in it are still served.

  --json         one JSON object with \`version\`
  --socket PATH  control socket (default /run/cordboard/control.sock)

Exit codes: 0 done, 1 there is no such queue or the daemon can't be reached, 2 wrong usage.`,
    options: { json: { type: 'boolean' }, socket: { type: 'string' } },
    async run(invocation): Promise<ExitCode> {
      const [queue, ...rest] = invocation.operands
      if (queue === undefined || rest.length > 0) throw new UsageError(`Name one queue: queue ${verb} QUEUE.`)
      const report = await askDaemon(invocation, 'setQueueEnabled', doneReport, { queue, enabled: verb === 'open' })
      if (invocation.options.json === true) invocation.terminal.out(JSON.stringify(report, null, 2))
      return 0
    },
  }
}
