// `cordboard flow check`: flows judged one by one, before they stand in an instance.
import { reportVersion } from '../api/reports.ts'
import { flowResources } from '../config/flows.ts'
import type { Fault } from '../fault.ts'
import { boxAbilities } from '../flow/box-abilities.ts'
import { type CheckFlowOptions, checkFlow } from '../flow/check-flow.ts'
import type { FlowResources } from '../flow/resources.ts'
import { type Command, textOption, UsageError } from './command.ts'
import { reportFaults } from './fault-report.ts'
import { channelOption, readFlow, soundInstance } from './flow-file.ts'

export const flowCheckCommand: Command = {
  synopsis: 'FILE… [--instance DIR] [--channel VOICE|CHAT|TASK] [--json]',
  help: `Checks each flow: the document, the actions the box supports, parameters, branches, conditions, references. Every
fault of every file is told at once, with file, line, column, how to mend it, and the JSON path of the value.

  --instance DIR  the queues, prompts, hours, flows, agents, functions and bots a flow names must exist in this
                  configuration, and what stands in for profiles, cases, … and for buckets is looked up in it;
                  without it, any name is taken as good
  --channel WHICH warns of blocks that take their error branch in this channel
  --json          one JSON object: \`version\`, \`ok\`, \`files\` (file, ok, type, faults); a fault has code, severity, file,
                  line, column, path, message, mend

Exit codes: 0 all may run (there may be warnings), 1 one or more may not, 2 wrong usage or bad configuration.`,
  options: { json: { type: 'boolean' }, instance: { type: 'string' }, channel: { type: 'string' } },
  run(invocation) {
    const { operands, options, terminal } = invocation
    if (operands.length === 0) throw new UsageError('Name at least one flow file.')
    const resources = resourcesFor(textOption(options, 'instance'))
    const channel = channelOption(options)
    const checks: CheckFlowOptions = { abilities: boxAbilities, ...(channel && { channel }) }
    const files = operands.map((file) => judge(file, resources, checks))
    const ok = files.every((each) => each.ok)
    if (options.json === true) terminal.out(JSON.stringify({ version: reportVersion, ok, files }, null, 2))
    else for (const { file, faults, ok: fileOk } of files) reportFaults(invocation, { file }, file, faults, fileOk)
    return ok ? 0 : 1
  },
}

interface Judgement {
  file: string
  ok: boolean
  /** Absent when the file is no flow. */
  type?: string
  faults: Fault[]
}

function judge(file: string, resources: FlowResources, checks: CheckFlowOptions): Judgement {
  const { flow, faults } = readFlow(file)
  const all = flow ? [...faults, ...checkFlow(flow, resources, checks)] : faults
  const ok = flow !== undefined && all.every((fault) => fault.severity !== 'error')
  return { file, ok, ...(flow && { type: flow.type }), faults: all }
}

function resourcesFor(directory: string | undefined): FlowResources {
  if (directory === undefined) return { resolve: (_kind, value) => value }
  return flowResources(soundInstance(directory))
}
