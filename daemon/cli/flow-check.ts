// `cordboard flow check`: flows judged one by one, before they stand in an instance.

import { reportVersion } from '../api/reports.ts'
import { flowResources, readFault } from '../config/flows.ts'
import { loadInstance } from '../config/load.ts'
import { readText } from '../config/read-file.ts'
import type { Fault } from '../fault.ts'
import { checkFlow } from '../flow/check-flow.ts'
import { loadFlow, maximumFileBytes } from '../flow/load-flow.ts'
import type { FlowResources } from '../flow/resources.ts'
import { type Command, CommandFailure, textOption, UsageError } from './command.ts'
import { reportFaults } from './fault-report.ts'

export const flowCheckCommand: Command = {
  synopsis: 'FILE… [--instance DIR] [--json]',
  help: `Checks each flow: the document, the actions the box supports, parameters, branches, conditions, references.

  --instance DIR  the queues, prompts, hours, flows and agents a flow names must exist in this configuration;
                  without it, any name is taken as good
  --json          one JSON object: \`version\`, \`ok\`, \`files\` (file, ok, type, faults)

Exit codes: 0 all may run (there may be warnings), 1 one or more may not, 2 wrong usage or bad configuration.`,
  options: { json: { type: 'boolean' }, instance: { type: 'string' } },
  run(invocation) {
    const { operands, options, terminal } = invocation
    if (operands.length === 0) throw new UsageError('Name at least one flow file.')
    const resources = resourcesFor(textOption(options, 'instance'))
    const files = operands.map((file) => judge(file, resources))
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

function judge(file: string, resources: FlowResources): Judgement {
  const read = readText(file, maximumFileBytes)
  if ('problem' in read) {
    const fault = readFault(file, read.problem, maximumFileBytes)
    return { file, ok: false, faults: [read.problem === 'missing' ? { ...fault, mend: 'Check the path.' } : fault] }
  }
  const { flow, faults } = loadFlow(read.text, file)
  const all = flow ? [...faults, ...checkFlow(flow, resources)] : faults
  const ok = flow !== undefined && all.every((fault) => fault.severity !== 'error')
  return { file, ok, ...(flow && { type: flow.type }), faults: all }
}

function resourcesFor(directory: string | undefined): FlowResources {
  if (directory === undefined) return { resolve: (_kind, value) => value }
  const { instance } = loadInstance(directory, { secrets: 'optional' })
  if (instance) return flowResources(instance)
  throw new CommandFailure(
    2,
    `The configuration in ${directory} has errors.`,
    `See them with: cordboard check ${directory}`,
  )
}
