// `cordboard agent VERB USER …`: what an agent could key on a telephone, and more, asked for by a command.
import type { AgentCommand, CallTarget } from '../agent/agent-command.ts'
import { doneReport, quickConnectsReport } from '../api/reports.ts'
import { askDaemon } from './ask-daemon.ts'
import { type Command, type ExitCode, type OptionValues, UsageError } from './command.ts'
import { formatTable } from './table.ts'

interface Verb {
  /** After the verb and USER. */
  operands: readonly string[]
  help: string
  flags?: readonly string[]
  /** Throws UsageError. */
  command(operands: readonly string[], options: OptionValues): AgentCommand
}

const contactOf = ({ contact }: OptionValues) => (typeof contact === 'string' ? { contactId: contact } : {})

/** A number has nothing but digits and what people write between them; anything else is a quick connect's name. */
function targetOf(text = ''): CallTarget {
  const number = text.replaceAll(/[ ()/-]/g, '')
  return /^\+?[0-9*#]+$/.test(number) ? { number } : { quickConnect: text }
}

export const verbs = {
  clear: {
    operands: [],
    help: 'Ends the after-contact work of USER, or the pause after a missed contact.',
    command: (_, options) => ({ do: 'clearContact', ...contactOf(options) }),
  },
  call: {
    operands: ['NUMBER|QUICK-CONNECT|@COLLEAGUE'],
    help: 'Rings the phone of USER, then calls the number, with the queue’s caller ID and outbound whisper; or the colleague.',
    command: ([target = '']) => ({
      do: 'call',
      target: target.startsWith('@') ? { agent: target.slice(1) } : targetOf(target),
    }),
  },
  accept: {
    operands: [],
    help: 'USER takes the task that is offered.',
    command: (_, options) => ({ do: 'accept', ...contactOf(options) }),
  },
  decline: {
    operands: [],
    help: 'USER declines the task that is offered.',
    command: (_, options) => ({ do: 'decline', ...contactOf(options) }),
  },
  hold: {
    operands: [],
    flags: ['others'],
    help: 'Puts the customer on hold; with --others everybody else too.',
    command: (_, options) => ({
      do: 'hold',
      party: options.others === true ? 'others' : 'customer',
      ...contactOf(options),
    }),
  },
  resume: {
    operands: [],
    help: 'Takes everybody off hold, or takes up a task that rests.',
    command: (_, options) => ({ do: 'resume', ...contactOf(options) }),
  },
  pause: {
    operands: [],
    help: 'Lets a task rest; USER may be offered another meanwhile.',
    command: (_, options) => ({ do: 'pause', ...contactOf(options) }),
  },
  'pause-recording': {
    operands: [],
    help: 'Keeps what is said out of the recording from now on, until resume-recording.',
    command: (_, options) => ({ do: 'pauseRecording', ...contactOf(options) }),
  },
  'resume-recording': {
    operands: [],
    help: 'Records again what is said.',
    command: (_, options) => ({ do: 'resumeRecording', ...contactOf(options) }),
  },
  transfer: {
    operands: ['NUMBER|QUICK-CONNECT'],
    flags: ['warm'],
    help: 'Hands the contact over and leaves. With --warm USER stays: then join, or leave.',
    command: ([target], options) => ({
      do: 'transfer',
      kind: options.warm === true ? 'warm' : 'cold',
      target: targetOf(target),
      ...contactOf(options),
    }),
  },
  join: {
    operands: [],
    help: 'Joins everybody of the contact in one talk.',
    command: (_, options) => ({ do: 'join', ...contactOf(options) }),
  },
  leave: {
    operands: [],
    help: 'USER goes; the others stay together.',
    command: (_, options) => ({ do: 'leave', ...contactOf(options) }),
  },
  drop: {
    operands: [],
    help: 'Lets go whom USER added last.',
    command: (_, options) => ({ do: 'drop', ...contactOf(options) }),
  },
  end: {
    operands: [],
    help: 'Ends the call of the customer, or completes the task.',
    command: (_, options) => ({ do: 'end', ...contactOf(options) }),
  },
  monitor: {
    operands: ['CONTACT'],
    flags: ['whisper', 'barge'],
    help: 'Rings the phone of USER and lets them hear the contact: silently, with --whisper heard by the agent, with --barge by all.',
    command: ([contactId = ''], { whisper, barge }) => ({
      do: 'monitor',
      contactId,
      as: barge === true ? 'barge' : whisper === true ? 'whisper' : 'listen',
    }),
  },
} satisfies Record<string, Verb>

export type VerbName = keyof typeof verbs

export function agentVerbCommand(name: VerbName): Command {
  const verb: Verb = verbs[name]
  const flags = verb.flags ?? []
  const takesContact = name !== 'call' && name !== 'monitor'
  const synopsis = [
    'USER',
    ...verb.operands,
    ...flags.map((flag) => `[--${flag}]`),
    ...(takesContact ? ['[--contact ID]'] : []),
    '[--json] [--socket PATH]',
  ].join(' ')
  return {
    synopsis,
    help: `${verb.help}
${takesContact ? '\n  --contact ID   which contact, when USER has several' : ''}
  --json         one JSON object with \`version\`
  --socket PATH  control socket (default /run/cordboard/control.sock)

Exit codes: 0 done, 1 it can't be done now or the daemon can't be reached, 2 wrong usage.`,
    options: {
      json: { type: 'boolean' },
      socket: { type: 'string' },
      ...(takesContact && { contact: { type: 'string' } }),
      ...Object.fromEntries(flags.map((flag) => [flag, { type: 'boolean' } as const])),
    },
    async run(invocation): Promise<ExitCode> {
      const [agent, ...operands] = invocation.operands
      if (agent === undefined || operands.length !== verb.operands.length)
        throw new UsageError(`Usage: agent ${name} ${synopsis}`)
      const command = verb.command(operands, invocation.options)
      const report = await askDaemon(invocation, 'agentCommand', doneReport, { agent, command })
      if (invocation.options.json === true) invocation.terminal.out(JSON.stringify(report, null, 2))
      return 0
    },
  }
}

export const quickConnectsCommand: Command = {
  synopsis: 'USER [--json] [--socket PATH]',
  help: `The quick connects USER may use now, with the codes for telephones: those to numbers always, those to agents and
queues while USER has a contact to transfer.

  --json         one JSON object with \`version\` and \`quickConnects\`
  --socket PATH  control socket (default /run/cordboard/control.sock)

Exit codes: 0 done, 1 the daemon can't be reached, 2 wrong usage.`,
  options: { json: { type: 'boolean' }, socket: { type: 'string' } },
  async run(invocation): Promise<ExitCode> {
    const [agent, ...rest] = invocation.operands
    if (agent === undefined || rest.length > 0) throw new UsageError('Name one agent.')
    const report = await askDaemon(invocation, 'quickConnects', quickConnectsReport, { agent })
    invocation.terminal.out(
      invocation.options.json === true
        ? JSON.stringify(report, null, 2)
        : formatTable(
            ['name', 'type', 'code', 'description'],
            report.quickConnects.map(({ name, type, code, description }) => [name, type, code, description]),
          ),
    )
    return 0
  },
}
