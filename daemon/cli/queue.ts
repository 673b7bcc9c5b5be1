// `cordboard queue open` and `cordboard queue close`: new contacts are let in or turned away; those inside stay.
import { doneReport } from '../api/reports.ts'
import { askDaemon } from './ask-daemon.ts'
import { type Command, type ExitCode, UsageError } from './command.ts'

export function queueCommand(verb: 'open' | 'close'): Command {
  return {
    synopsis: 'QUEUE [--socket PATH]',
    help: `${verb === 'open' ? 'Lets contacts into the queue again' : 'Lets no more contacts into the queue'}, until the daemon starts anew. Contacts that wait in it are still served.

  --socket PATH  control socket (default /run/cordboard/control.sock)

Exit codes: 0 done, 1 there is no such queue or the daemon can't be reached, 2 wrong usage.`,
    options: { socket: { type: 'string' } },
    async run(invocation): Promise<ExitCode> {
      const [queue, ...rest] = invocation.operands
      if (queue === undefined || rest.length > 0) throw new UsageError(`Name one queue: queue ${verb} QUEUE.`)
      await askDaemon(invocation, 'setQueueEnabled', doneReport, { queue, enabled: verb === 'open' })
      return 0
    },
  }
}
