// `cordboard flow test`: scripts of callers run against their flows, told as TAP (testanything.org, version 14).
import { existsSync } from 'node:fs'
import { runScript, type ScriptResult } from '../author/run-script.ts'
import { besideScript, type LoadedScripts, loadScripts, scriptFiles } from '../author/script-file.ts'
import type { Script, ScriptFile } from '../author/script-schema.ts'
import { tapDiagnosis, tapLine } from '../author/tap-report.ts'
import type { TraceStep } from '../author/trace.ts'
import { instanceWorld, placeholderWorld, type World } from '../author/world.ts'
import type { Instance } from '../config/instance.ts'
import type { Flow } from '../flow/flow.ts'
import { type Command, CommandFailure, type ExitCode, type Invocation, textOption, UsageError } from './command.ts'
import { faultLine } from './fault-report.ts'
import { readFlow, soundInstance } from './flow-file.ts'
import { printable } from './table.ts'

export const flowTestCommand: Command = {
  synopsis: 'DIR|FILE… [--instance DIR]',
  help: `Runs every script of the files, or of the *.yaml in the folders, each against its flow, in simulated time. Prints TAP;
a script that is not followed tells what was expected, what happened, and the trace that led there.

  --instance DIR  the configuration, instead of the one a file names; with neither, everything a flow names is taken as it is
                  named

A file: \`instance\`, \`flow\` (a file, or a name of the instance) and \`tests\`, each with \`name\`, if need be its own \`flow\`,
\`channel\`, \`caller\`, \`at\`, \`attributes\`, \`hours\`, \`queues\`, \`functions\`, and \`steps\`, one thing each:
  hears: text or /regular expression/    presses: 1      says: intent      waits: 30s      hangsUp: true   answered: true
  attribute: {key: value}   queue: name  hook: {CustomerQueue: flow}       reaches: block  hours: {name: closed}
  ends: disconnect|queued|ended|left|failed
A recorded prompt is heard as its name in angle brackets: hears: <welcome>. Examples: config/examples/flow-tests.

Exit codes: 0 every script was followed, 1 one or more were not, 2 wrong usage, bad configuration or a faulty script file.`,
  options: { instance: { type: 'string' } },
  async run(invocation): Promise<ExitCode> {
    const { terminal } = invocation
    const loaded = filesOf(invocation).map(loadScripts)
    const cases = loaded.flatMap((file) => casesOf(invocation, file))
    terminal.out(`TAP version 14\n1..${cases.length}`)
    let failed = 0
    for (const [index, one] of cases.entries()) {
      const result = await runScript(one.script, one.flow, one.world)
      if (result.failure) failed++
      terminal.out(tapLine(index + 1, one.title, result))
      if (result.failure) terminal.out(tapDiagnosis(placeOf(one, result.failure), result.failure))
    }
    terminal.out(`# ${cases.length - failed} of ${cases.length} scripts followed`)
    return failed === 0 ? 0 : 1
  },
}

interface Case {
  title: string
  script: Script
  flow: Flow
  world(step: (step: TraceStep) => void): World
  loaded: LoadedScripts
  index: number
}

function placeOf({ loaded, index }: Case, failure: NonNullable<ScriptResult['failure']>): string {
  const { line, column } = loaded.place(index, failure.step)
  return `${loaded.file}:${line}:${column}`
}

function filesOf({ operands }: Invocation): string[] {
  if (operands.length === 0) throw new UsageError('Name at least one script file, or a folder of them.')
  return operands.flatMap((operand) => {
    const files = scriptFiles(operand)
    if (files === undefined) throw new CommandFailure(2, `There is no ${operand}.`, 'Check the path.')
    if (files.length === 0)
      throw new CommandFailure(2, `${operand} holds no *.yaml.`, 'Name the folder of the scripts.')
    return files
  })
}

/** CommandFailure (2) when a file, its instance or a flow can't be used: a script that does not run proves nothing. */
function casesOf(invocation: Invocation, loaded: LoadedScripts): Case[] {
  const { terminal } = invocation
  for (const fault of loaded.faults) terminal.err(printable(faultLine(fault)))
  const { scripts, file } = loaded
  if (!scripts) throw new CommandFailure(2, `The scripts in ${file} can't be run.`, 'Mend what is told above.')
  const instance = instanceOf(invocation, scripts, file)
  const flows = new Map<string, Flow>()
  return scripts.tests.map((script, index) => {
    const named = script.flow ?? scripts.flow
    if (named === undefined) {
      const mend = 'Add `flow:` to the test, or for all at the top of the file.'
      throw new CommandFailure(2, `The test "${script.name}" in ${file} names no flow.`, mend)
    }
    const flow = flows.get(named) ?? flowNamed(invocation, instance, besideScript(file, named), named)
    flows.set(named, flow)
    const world = instance
      ? () => instanceWorld(instance, flow)
      : (step: (step: TraceStep) => void) =>
          placeholderWorld(flow, (kind, name) => step({ event: 'placeholder', kind, name }))
    return { title: `${flow.id}: ${script.name}`, script, flow, world, loaded, index }
  })
}

function instanceOf({ options }: Invocation, scripts: ScriptFile, file: string): Instance | undefined {
  const named = textOption(options, 'instance')
  if (named !== undefined) return soundInstance(named)
  return scripts.instance === undefined ? undefined : soundInstance(besideScript(file, scripts.instance))
}

function flowNamed({ terminal }: Invocation, instance: Instance | undefined, path: string, named: string): Flow {
  const ofInstance = instance?.flows.get(named)
  if (ofInstance) return ofInstance
  if (instance && !existsSync(path))
    throw new CommandFailure(2, `The instance has no flow ${named}, and there is no file ${path}.`, 'Check the name.')
  const { flow, faults } = readFlow(path)
  for (const fault of faults) terminal.err(printable(faultLine(fault)))
  if (!flow) throw new CommandFailure(2, `${path} is no flow that could be run.`, 'Mend what is told above.')
  return flow
}
