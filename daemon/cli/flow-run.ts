// `cordboard flow run`: a flow as text. Each block is shown as it runs, what it says stands there to be read, and what
// the caller does comes from the keyboard or from a script.
import { KeyboardCaller } from '../author/keyboard-caller.ts'
import { traceLine } from '../author/run-script.ts'
import { loadScripts } from '../author/script-file.ts'
import type { Script } from '../author/script-schema.ts'
import { ScriptedCaller } from '../author/scripted-caller.ts'
import { type Observed, type SimulationOptions, simulate } from '../author/simulate.ts'
import type { TraceStep } from '../author/trace.ts'
import { instanceWorld, placeholderWorld, type World } from '../author/world.ts'
import { checkFlow } from '../flow/check-flow.ts'
import type { Flow } from '../flow/flow.ts'
import {
  type Command,
  CommandFailure,
  type ExitCode,
  type Invocation,
  textOption,
  textOptions,
  UsageError,
} from './command.ts'
import { faultLine } from './fault-report.ts'
import { channelOption, flowToShow, soundInstance } from './flow-file.ts'
import { type LineReader, readLines } from './line-reader.ts'
import { printable } from './table.ts'

export const flowRunCommand: Command = {
  synopsis:
    'FILE [--instance DIR] [--script FILE] [--channel VOICE|CHAT|TASK] [--attribute KEY=VALUE]… [--caller NUMBER] [--at TIME] [--json]',
  help: `Runs the flow as text: shows each block as it runs and what it says, and asks what the caller presses or says. Time is
simulated: it jumps to whatever comes next, so that the run ends at once. Nothing leaves this machine: functions, bots and
views are answered at the keyboard or by the script.

  --instance DIR         the queues, hours, prompts and flows of this configuration; without it, everything a flow names is
                         taken as it is named
  --script FILE          the first script of a file of \`cordboard flow test\`, instead of the keyboard
  --channel CHANNEL      VOICE (default), CHAT or TASK
  --attribute KEY=VALUE  a contact attribute from the start; may be given several times
  --caller NUMBER        number of the caller
  --at TIME              when the contact starts, ISO 8601: --at 2026-01-05T20:00:00Z
  --json                 the trace: one JSON object a line, with \`event\` (start, block, spoken, played, collected, timeout,
                         said, attribute, set, asked, placeholder, branch, end) and \`atMs\`, simulated

At the keyboard: keys and the return key; an empty line is a caller who presses nothing; \`hangup\` hangs up.

Exit codes: 0 the flow ran to an end, 1 it failed, or can't be run, or did not follow the script, 2 wrong usage or bad
configuration.`,
  options: {
    instance: { type: 'string' },
    script: { type: 'string' },
    channel: { type: 'string' },
    attribute: { type: 'string', multiple: true },
    caller: { type: 'string' },
    at: { type: 'string' },
    json: { type: 'boolean' },
  },
  async run(invocation): Promise<ExitCode> {
    const [file, ...rest] = invocation.operands
    if (file === undefined || rest.length > 0) throw new UsageError('Name one flow file.')
    const given = contactOptions(invocation)
    const script = firstScript(invocation)
    const flow = flowToShow(invocation, file)
    const worldOf = worldFor(invocation, flow)
    const shared = { ...fromScript(script), ...given, flow, world: worldOf, emit: printer(invocation) }
    return script ? followScript(invocation, shared, script) : askKeyboard(invocation, shared)
  },
}

async function followScript(invocation: Invocation, options: WithoutAnswers, script: Script): Promise<ExitCode> {
  const caller = new ScriptedCaller(script)
  const { end, reason } = await simulate({
    ...options,
    answers: caller,
    happened: (step) => caller.happened(step),
    look: (contact) => caller.look(contact),
    emit(event) {
      options.emit(event)
      if (event.event === 'block') caller.reached(event.block)
    },
  })
  caller.ended(end.type, reason)
  if (caller.failure) {
    const { expected, happened } = caller.failure
    invocation.terminal.err(printable(`cordboard: the script expected: ${expected}; but: ${happened}`))
  }
  return caller.failure || end.type === 'failed' ? 1 : 0
}

async function askKeyboard(invocation: Invocation, options: WithoutAnswers): Promise<ExitCode> {
  const { terminal, input } = invocation
  const json = invocation.options.json === true
  let observed: Observed | undefined
  const lines: LineReader | undefined = input && readLines(input)
  const caller = new KeyboardCaller({
    nextLine: async () => lines?.next(),
    ask(question) {
      // Whoever reads the trace by machine gets it in order, and needs no question.
      if (json) return
      observed?.announce()
      terminal.out(printable(`        ? ${question}`))
    },
    complain: (text) => terminal.err(printable(text)),
  })
  try {
    const { end } = await simulate({ ...options, answers: caller }, (seen) => {
      observed = seen
    })
    return end.type === 'failed' ? 1 : 0
  } finally {
    lines?.close()
  }
}

type WithoutAnswers = Omit<SimulationOptions, 'answers'>

function printer({ terminal, options }: Invocation): SimulationOptions['emit'] {
  if (options.json === true) return (event) => terminal.out(JSON.stringify(event))
  return (event) => terminal.out(printable(traceLine(event)))
}

function worldFor(invocation: Invocation, flow: Flow): (step: (step: TraceStep) => void) => World {
  const directory = textOption(invocation.options, 'instance')
  if (directory === undefined) {
    warn(invocation, flow, { resolve: (_kind, value) => value })
    return (step) => placeholderWorld(flow, (kind, name) => step({ event: 'placeholder', kind, name }))
  }
  const world = instanceWorld(soundInstance(directory), flow)
  warn(invocation, flow, world.resources)
  return () => world
}

/** The flow runs all the same: what it can't do takes the error branch. */
function warn({ terminal }: Invocation, flow: Flow, resources: World['resources']): void {
  for (const fault of checkFlow(flow, resources))
    if (fault.severity === 'error') terminal.err(printable(faultLine(fault)))
}

function firstScript({ options, terminal }: Invocation): Script | undefined {
  const file = textOption(options, 'script')
  if (file === undefined) return undefined
  const { scripts, faults } = loadScripts(file)
  for (const fault of faults) terminal.err(printable(faultLine(fault)))
  const script = scripts?.tests[0]
  if (!script) throw new CommandFailure(2, `${file} has no script to follow.`, 'Mend what is told above.')
  return script
}

type ContactOptions = Pick<SimulationOptions, 'channel' | 'caller' | 'attributes' | 'startEpochMs'>

function fromScript(script: Script | undefined): ContactOptions {
  if (!script) return {}
  return {
    channel: script.channel,
    attributes: script.attributes,
    ...(script.caller !== undefined && { caller: script.caller }),
    ...(script.at !== undefined && { startEpochMs: Date.parse(script.at) }),
  }
}

function contactOptions({ options }: Invocation): ContactOptions {
  const channel = channelOption(options)
  const caller = textOption(options, 'caller')
  const at = textOption(options, 'at')
  const startEpochMs = at === undefined ? undefined : Date.parse(at)
  if (startEpochMs !== undefined && Number.isNaN(startEpochMs))
    throw new UsageError(`--at ${at}: write a time as 2026-01-05T20:00:00Z.`)
  const pairs = textOptions(options, 'attribute').map(keyAndValue)
  return {
    ...(channel && { channel }),
    ...(caller !== undefined && { caller }),
    ...(startEpochMs !== undefined && { startEpochMs }),
    ...(pairs.length > 0 && { attributes: Object.fromEntries(pairs) }),
  }
}

function keyAndValue(written: string): [string, string] {
  const at = written.indexOf('=')
  if (at < 1) throw new UsageError(`--attribute ${written}: write it as KEY=VALUE.`)
  return [written.slice(0, at), written.slice(at + 1)]
}
