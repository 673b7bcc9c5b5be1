// The command-line tool as a function: arguments in, words to the terminal, exit code out.
import { parseArgs } from 'node:util'
import type { VerbName } from './agent-do.ts'
import {
  type Command,
  CommandFailure,
  type ExitCode,
  type OptionValues,
  type Surroundings,
  UsageError,
} from './command.ts'

interface Entry {
  /** As typed. */
  name: string
  /** One line for the list of commands. */
  summary: string
  /** Loads what only this command needs: `status` is asked often, and has no use for the flow checker. */
  load(): Promise<Command>
}

/** The verbs of agent-do.ts. */
const agentVerbs: [VerbName, string][] = [
  ['clear', 'ends an agent’s after-contact work, or the pause after a missed contact'],
  ['call', 'an agent calls a number or a quick connect'],
  ['accept', 'an agent takes the task that is offered'],
  ['decline', 'an agent declines the task that is offered'],
  ['hold', 'an agent puts the customer on hold'],
  ['resume', 'an agent takes everybody off hold, or takes up a task that rests'],
  ['pause', 'an agent lets a task rest'],
  ['pause-recording', 'an agent keeps what is said out of the recording'],
  ['resume-recording', 'an agent has it recorded again'],
  ['transfer', 'an agent hands a contact over, cold or warm'],
  ['join', 'an agent joins everybody of the contact in one talk'],
  ['leave', 'an agent leaves the others to themselves'],
  ['drop', 'an agent lets go whom they added last'],
  ['end', 'an agent ends the call or the task'],
  ['monitor', 'a supervisor hears a contact, whispers, barges in'],
]

const numberCommands: [verb: string, summary: string, load: Entry['load']][] = [
  ['search', 'numbers that carriers have to give', async () => (await import('./number.ts')).numberSearchCommand],
  ['claim', 'claims a number from a carrier’s inventory', async () => (await import('./number.ts')).numberClaimCommand],
  ['describe', 'says what a number is for', async () => (await import('./number.ts')).numberDescribeCommand],
  ['attach', 'attaches a number to a flow or queue', async () => (await import('./number.ts')).numberAttachCommand],
  ['release', 'gives a number back, for ever', async () => (await import('./number.ts')).numberReleaseCommand],
  ['list', 'the claimed numbers', async () => (await import('./number.ts')).numberListCommand],
  ['show', 'all of one claimed number', async () => (await import('./number.ts')).numberShowCommand],
]

const portCommands: [verb: string, summary: string, load: Entry['load']][] = [
  [
    'new',
    'begins to move numbers here from another carrier',
    async () => (await import('./port-new.ts')).portNewCommand,
  ],
  ['status', 'all of one port', async () => (await import('./port.ts')).portStatusCommand],
  ['advance', 'moves a port one step on', async () => (await import('./port.ts')).portAdvanceCommand],
  ['cancel', 'cancels a port', async () => (await import('./port.ts')).portCancelCommand],
  [
    'rollback',
    'takes numbers back that have just come over',
    async () => (await import('./port.ts')).portRollbackCommand,
  ],
  ['list', 'ports that are under way', async () => (await import('./port.ts')).portListCommand],
]

const campaignCommands: [verb: string, summary: string, load: Entry['load']][] = [
  ['list', 'campaigns, and how far they are', async () => (await import('./campaign.ts')).campaignListCommand],
  ['show', 'all of one campaign', async () => (await import('./campaign.ts')).campaignShowCommand],
  ['start', 'begins or goes on to call', async () => (await import('./campaign.ts')).campaignSwitchCommand('start')],
  ['pause', 'calls nobody more', async () => (await import('./campaign.ts')).campaignSwitchCommand('pause')],
  ['stop', 'stops at once', async () => (await import('./campaign.ts')).campaignSwitchCommand('stop')],
  [
    'outcomes',
    'who was called, and what became of it',
    async () => (await import('./campaign.ts')).campaignOutcomesCommand,
  ],
  ['check', 'checks a list of contacts', async () => (await import('./campaign.ts')).campaignCheckCommand],
  [
    'import',
    'brings a list of contacts into a campaign',
    async () => (await import('./campaign.ts')).campaignImportCommand,
  ],
  ['block', 'puts numbers on the do-not-call list', async () => (await import('./campaign.ts')).campaignBlockCommand],
]

const entries: readonly Entry[] = [
  {
    name: 'check',
    summary: 'checks a configuration directory, as the daemon does when it starts',
    load: async () => (await import('./check.ts')).checkCommand,
  },
  {
    name: 'flow check',
    summary: 'checks flow files as exported from Amazon Connect',
    load: async () => (await import('./flow-check.ts')).flowCheckCommand,
  },
  {
    name: 'flow run',
    summary: 'runs a flow as text: you are the caller',
    load: async () => (await import('./flow-run.ts')).flowRunCommand,
  },
  {
    name: 'flow test',
    summary: 'runs flows against scripts of callers with expectations',
    load: async () => (await import('./flow-test.ts')).flowTestCommand,
  },
  {
    name: 'flow graph',
    summary: 'draws a flow as an SVG picture',
    load: async () => (await import('./flow-graph.ts')).flowGraphCommand,
  },
  {
    name: 'flow import',
    summary: 'takes flows exported elsewhere into an instance',
    load: async () => (await import('./flow-import.ts')).flowImportCommand,
  },
  {
    name: 'contacts',
    summary: 'contact records, newest first',
    load: async () => (await import('./contacts.ts')).contactsCommand,
  },
  {
    name: 'status',
    summary: 'the running daemon: lines, queues, agents, contacts, faults',
    load: async () => (await import('./status.ts')).statusCommand,
  },
  {
    name: 'line learn',
    summary: 'learns a line’s tones and how it tells a hang-up, into lines.yaml',
    load: async () => (await import('./line-learn.ts')).lineLearnCommand,
  },
  {
    name: 'metrics',
    summary: 'historical figures by queue, agent, interval; as a table, JSON or CSV',
    load: async () => (await import('./metrics.ts')).metricsCommand,
  },
  {
    name: 'top',
    summary: 'queues and agents as they are, again every second',
    load: async () => (await import('./top.ts')).topCommand,
  },
  {
    name: 'queue open',
    summary: 'lets contacts into a queue again',
    load: async () => (await import('./queue.ts')).queueCommand('open'),
  },
  {
    name: 'queue close',
    summary: 'lets no more contacts into a queue',
    load: async () => (await import('./queue.ts')).queueCommand('close'),
  },
  ...campaignCommands.map(([verb, summary, load]) => ({ name: `campaign ${verb}`, summary, load })),
  ...portCommands.map(([verb, summary, load]) => ({ name: `port ${verb}`, summary, load })),
  ...numberCommands.map(([verb, summary, load]) => ({ name: `number ${verb}`, summary, load })),
  {
    name: 'route explain',
    summary: 'which way a call to a number would go, and why',
    load: async () => (await import('./route-explain.ts')).routeExplainCommand,
  },
  {
    name: 'reload',
    summary: 'has the running daemon take the configuration on disk, all or nothing',
    load: async () => (await import('./reload.ts')).reloadCommand,
  },
  {
    name: 'agent list',
    summary: 'agents with their status, what they do, and since when',
    load: async () => (await import('./agent.ts')).agentListCommand,
  },
  {
    name: 'agent set',
    summary: 'sets an agent’s status: agent set USER Available|Offline',
    load: async () => (await import('./agent.ts')).agentSetCommand,
  },
  ...agentVerbs.map(([name, summary]) => ({
    name: `agent ${name}`,
    summary,
    load: async () => (await import('./agent-do.ts')).agentVerbCommand(name),
  })),
  {
    name: 'agent quick-connects',
    summary: 'whom an agent may call and transfer to, and the codes for telephones',
    load: async () => (await import('./agent-do.ts')).quickConnectsCommand,
  },
]

export async function runCli(args: readonly string[], surroundings: Surroundings): Promise<ExitCode> {
  const { terminal } = surroundings
  const found = findEntry(args)
  try {
    if (!found) return withoutCommand(args, surroundings)
    const command = await found.entry.load()
    const { values, positionals } = parseArgs({
      args: found.rest,
      options: { ...command.options, help: { type: 'boolean', short: 'h' } },
      allowPositionals: true,
    })
    if (values.help) {
      terminal.out(`Usage: cordboard ${found.entry.name} ${command.synopsis}\n\n${command.help}`)
      return 0
    }
    return await command.run({ ...surroundings, options: flatten(values), operands: positionals })
  } catch (fault) {
    if (fault instanceof CommandFailure) {
      terminal.err(`cordboard: ${fault.message} ${fault.mend}`.trimEnd())
      return fault.exitCode
    }
    // parseArgs throws TypeErrors with a code for what it can't understand.
    if (fault instanceof UsageError || isParseFault(fault)) {
      const help = found ? `cordboard ${found.entry.name} --help` : 'cordboard --help'
      terminal.err(`cordboard: ${fault.message}\nSee: ${help}`)
      return 2
    }
    throw fault
  }
}

function findEntry(args: readonly string[]): { entry: Entry; rest: string[] } | undefined {
  for (const entry of entries) {
    const words = entry.name.split(' ')
    if (words.every((word, i) => args[i] === word)) return { entry, rest: args.slice(words.length) }
  }
  return undefined
}

/** Help of all commands, or of a group (`agent --help`); anything else is wrong usage. */
function withoutCommand(args: readonly string[], { terminal }: Surroundings): ExitCode {
  const words = args.filter((arg) => !arg.startsWith('-') && arg !== 'help')
  const group = entries.filter(({ name }) => words.length === 1 && name.startsWith(`${words[0]} `))
  const shown = words.length === 0 ? entries : group
  if (args.some((arg) => helpWords.includes(arg)) && shown.length > 0) {
    terminal.out(generalHelp(shown))
    return 0
  }
  if (args.length === 0) {
    terminal.err(generalHelp(entries))
    return 2
  }
  if (group.length > 0) throw new UsageError(`${words[0]} what? ${group.map(({ name }) => name).join(', ')}.`)
  throw new UsageError(`There is no command “${args.join(' ')}”.`)
}

const helpWords = ['--help', '-h', 'help']

function generalHelp(shown: readonly Entry[]): string {
  const widest = Math.max(...shown.map(({ name }) => name.length))
  const list = shown.map(({ name, summary }) => `  ${name.padEnd(widest)}  ${summary}`).join('\n')
  return `Usage: cordboard COMMAND [OPTIONS]

${list}

Exit codes: 0 well done; 1 a failure was found, or the daemon can't be reached; 2 wrong usage or bad configuration.
More on each: cordboard COMMAND --help`
}

function flatten(values: Record<string, unknown>): OptionValues {
  const flat: Record<string, string | boolean | string[]> = {}
  for (const [name, value] of Object.entries(values))
    if (typeof value === 'string' || typeof value === 'boolean') flat[name] = value
    else if (Array.isArray(value)) flat[name] = value.filter((one) => typeof one === 'string')
  return flat
}

function isParseFault(fault: unknown): fault is TypeError {
  return fault instanceof TypeError && 'code' in fault && String(fault.code).startsWith('ERR_PARSE_ARGS_')
}
