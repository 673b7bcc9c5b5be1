// `cordboard flow import`: flows exported elsewhere become flows of an instance.
import { reportVersion } from '../api/reports.ts'
import { type ImportPlan, type PlannedFlow, planImport } from '../author/import-flows.ts'
import { type InstanceNames, instanceNames } from '../author/instance-names.ts'
import { AliasFileError, type Written, writeImport } from '../author/write-import.ts'
import { errorCode } from '../config/read-file.ts'
import { type Command, CommandFailure, type ExitCode, type Invocation, UsageError } from './command.ts'
import { faultLine } from './fault-report.ts'
import { instanceDirectory } from './places.ts'
import { printable } from './table.ts'

export const flowImportCommand: Command = {
  synopsis: 'FILE… [--instance DIR] [--replace] [--dry-run] [--json]',
  help: `Takes flows exported from Amazon Connect into the flows/ of an instance, each under the name the export gives it. Exports of
the older designer (a \`modules\` list) are converted; flows inside of an answer of \`aws connect describe-contact-flow\` or
of a CloudFormation template (JSON or YAML; any number of flows) are taken out of it. What the flows name is looked for by
id, ARN, alias and name, and by the names that exports carry; what those settle goes into aliases.yaml. Asks nothing: what
nothing fits is listed, with block, parameter and a suggestion, and until it is decided the instance is not sound. A faulty
flow is refused.

  --instance DIR  the instance (default /etc/cordboard if it is configured, else the shipped instance)
  --replace       a flow of the same name is replaced; without, it stays and the import of that file is refused
  --dry-run       tells what would be done, and writes nothing
  --json          one JSON object: \`version\`, \`ok\`, \`dryRun\`, \`instance\`, \`flows\` (file, name, written, converted, replaced,
                  faults, toDecide), \`aliases\` (arn, kind, name)

Exit codes: 0 all imported and nothing left to decide, 1 something is left to decide or was refused, 2 wrong usage or no
instance.`,
  options: {
    instance: { type: 'string' },
    replace: { type: 'boolean' },
    'dry-run': { type: 'boolean' },
    json: { type: 'boolean' },
  },
  run(invocation): ExitCode {
    const { operands, options, terminal } = invocation
    if (operands.length === 0) throw new UsageError('Name at least one flow file.')
    const instance = namesOf(invocation)
    const plan = planImport(operands, instance, options.replace === true)
    const dryRun = options['dry-run'] === true
    const written = dryRun ? { flows: [] } : write(plan, instance.directory)
    const ok = plan.flows.every(({ text, toDecide }) => text !== undefined && toDecide.length === 0)
    if (options.json === true) terminal.out(JSON.stringify(jsonReport(plan, instance, dryRun, ok), null, 2))
    else textReport(invocation, plan, instance, dryRun, written)
    return ok ? 0 : 1
  },
}

function namesOf(invocation: Invocation): InstanceNames {
  const names = instanceNames(instanceDirectory(invocation))
  if (!('faults' in names)) return names
  for (const fault of names.faults) invocation.terminal.err(printable(faultLine(fault)))
  throw new CommandFailure(2, 'There is no instance to import into.', 'Name one with --instance.')
}

function write(plan: ImportPlan, directory: string): Written {
  try {
    return writeImport(plan, directory)
  } catch (fault) {
    if (fault instanceof AliasFileError) throw new CommandFailure(1, fault.message, 'Mend it, or move it away.')
    throw new CommandFailure(1, `The instance can't be written to (${errorCode(fault)}).`, 'Check who owns it.')
  }
}

function jsonReport(
  { flows, aliases }: ImportPlan,
  { directory }: InstanceNames,
  dryRun: boolean,
  ok: boolean,
): Record<string, unknown> {
  return {
    version: reportVersion,
    ok,
    dryRun,
    instance: directory,
    flows: flows.map(({ file, name, text, converted, replaces, faults, toDecide }) => ({
      file,
      name: name ?? null,
      written: text !== undefined && !dryRun,
      converted,
      replaced: text !== undefined && replaces,
      faults,
      toDecide: toDecide.map(({ kind, value, displayName, block, parameter, line, column, suggestion }) => {
        return { block, parameter, kind, value, name: displayName ?? null, line, column, suggestion }
      }),
    })),
    aliases,
  }
}

function textReport(
  { terminal }: Invocation,
  { flows, aliases }: ImportPlan,
  { directory }: InstanceNames,
  dryRun: boolean,
  written: Written,
): void {
  const say = (line: string) => terminal.out(printable(line))
  for (const flow of flows) {
    for (const fault of flow.faults) say(faultLine(fault))
    say(`${flow.file}: ${outcomeOf(flow, dryRun)}`)
    for (const line of decisionsOf(flow)) say(`  to decide: ${line}`)
  }
  for (const { arn, kind, name } of aliases) say(`alias: ${kind} ${arn} is ${name}`)
  const taken = flows.filter(({ text }) => text !== undefined).length
  const open = flows.reduce((sum, { toDecide }) => sum + toDecide.length, 0)
  const parts = [`${taken} of ${flows.length} flows`, `${aliases.length} aliases`, `${open} to decide`]
  say(`${directory}: ${dryRun ? 'would import ' : ''}${parts.join(', ')}`)
  if (open > 0)
    say(`Until that is decided the daemon does not start with ${directory}: see cordboard check ${directory}`)
  else if (written.flows.length > 0) say(`Next: cordboard check ${directory}`)
}

/** Each thing once, whatever the number of blocks that name it. */
function decisionsOf({ toDecide }: PlannedFlow): string[] {
  const decisions = new Map<string, { line: string; places: string[] }>()
  for (const { block, parameter, kind, value, displayName, suggestion } of toDecide) {
    const also = displayName === undefined ? '' : ` ("${displayName}")`
    const line = `there is no ${kind} ${value}${also}. ${suggestion}`
    const decision = decisions.get(line) ?? { line, places: [] }
    decision.places.push(`"${block}" ${parameter}`)
    decisions.set(line, decision)
  }
  return [...decisions.values()].map(({ line, places }) => {
    const others = places.length > 1 ? ` and ${places.length - 1} more` : ''
    return `${places[0]}${others}: ${line}`
  })
}

function outcomeOf({ name, text, converted, replaces }: PlannedFlow, dryRun: boolean): string {
  if (text === undefined) return 'refused'
  const verb = dryRun ? 'would become' : 'is now'
  const notes = [...(converted ? ['converted'] : []), ...(replaces ? ['in place of the one before'] : [])]
  return `${verb} the flow ${name}${notes.length > 0 ? ` (${notes.join(', ')})` : ''}`
}
