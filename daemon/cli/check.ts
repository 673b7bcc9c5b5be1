// `cordboard check`: is this configuration one the daemon would start with?
import { loadInstance } from '../config/load.ts'
import { type Command, UsageError } from './command.ts'
import { reportFaults } from './fault-report.ts'
import { instanceDirectory } from './places.ts'

export const checkCommand: Command = {
  synopsis: '[DIR] [--without-secrets] [--json]',
  help: `Checks the configuration in DIR (default /etc/cordboard if it is configured, else the shipped instance): files,
values, references, flows and prompts. Every fault is told at once, with file, line, column and how to mend it.

  --without-secrets  a password file that is missing is a warning: for a configuration that is not installed yet
  --json             one JSON object: \`version\`, \`ok\`, \`faults\` (code, severity, file, line, column, path, message, mend)

Exit codes: 0 the daemon would start (there may be warnings), 2 it would not.`,
  options: { json: { type: 'boolean' }, instance: { type: 'string' }, 'without-secrets': { type: 'boolean' } },
  run(invocation) {
    const [operand, ...rest] = invocation.operands
    if (rest.length > 0) throw new UsageError(`Name one directory, not ${invocation.operands.length}.`)
    const directory = operand ?? instanceDirectory(invocation)
    const secrets = invocation.options['without-secrets'] === true ? 'optional' : 'required'
    const { instance, faults } = loadInstance(directory, { secrets })
    const ok = instance !== undefined
    const summary = instance
      ? `${directory}: ${instance.numbers.size} numbers, ${instance.queues.size} queues, ${instance.agents.size} agents, ${instance.flows.size} flows, ${instance.prompts.size} prompts`
      : directory
    reportFaults(invocation, { directory }, summary, faults, ok)
    return ok ? 0 : 2
  },
}
