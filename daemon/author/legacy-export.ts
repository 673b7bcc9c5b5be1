// An export of the older flow designer becomes a flow of Version 2019-10-30, as the console does on import.
import type { Fault } from '../fault.ts'
import { flowFaultCodes } from '../flow/fault-codes.ts'
import { formatPath, offsetOf, placeOf } from '../flow/json-scan.ts'
import { convertBlock, legacyTypes } from './legacy-blocks.ts'
import { type LegacyModule, LegacyProblem, legacyExportSchema, legacyModuleSchema } from './legacy-module.ts'
import { type Converted, operator } from './legacy-parameters.ts'

const maximumDepth = 64

export type LegacyConversion = { flow: Record<string, unknown> } | { faults: Fault[] }

export function isLegacyExport(document: unknown): boolean {
  return (
    typeof document === 'object' &&
    document !== null &&
    'modules' in document &&
    Array.isArray(document.modules) &&
    !('Actions' in document)
  )
}

/** `text` is the file `document` was read from: what can't be converted is told with its place in it. */
export function convertLegacyExport(document: unknown, text: string, file: string): LegacyConversion {
  const faults: Fault[] = []
  const report = (path: (string | number)[], message: string, mend: string) => {
    const place = placeOf(text, offsetOf(text, path, maximumDepth))
    const code = flowFaultCodes.legacyFormat
    faults.push({ code, severity: 'error', file, ...place, path: formatPath(path), message, mend })
  }
  const parsed = legacyExportSchema.safeParse(document)
  if (!parsed.success) {
    report([], 'This export of the older designer has no modules or no start.', 'Export the flow again.')
    return { faults }
  }
  const actions: Record<string, unknown>[] = []
  const metadata: Record<string, unknown> = {}
  for (const [index, entry] of parsed.data.modules.entries()) {
    const read = legacyModuleSchema.safeParse(entry)
    if (!read.success) {
      const [issue] = read.error.issues
      const path = [
        'modules',
        index,
        ...(issue?.path ?? []).map((part) => (typeof part === 'number' ? part : String(part))),
      ]
      report(path, 'This block is not as the older designer writes it.', 'Export the flow again.')
      continue
    }
    try {
      const converted = convertBlock(read.data)
      actions.push(actionOf(read.data, converted))
      metadata[read.data.id] = metadataOf(read.data, converted)
    } catch (fault) {
      if (!(fault instanceof LegacyProblem)) throw fault
      const message = `"${read.data.id}" (${read.data.type}): ${fault.message} is not converted.`
      const mend = `Import the flow in the Amazon Connect console and export it again. ${known(read.data)}`.trim()
      report(['modules', index, 'type'], message, mend)
    }
  }
  if (faults.length > 0) return { faults }
  const { name, description, type, status, entryPointPosition, snapToGrid } = parsed.data.metadata ?? {}
  const given = { name, description, type: type ?? parsed.data.type, status }
  return {
    flow: {
      Version: '2019-10-30',
      StartAction: parsed.data.start,
      Metadata: {
        entryPointPosition: entryPointPosition ?? { x: 20, y: 20 },
        snapToGrid: snapToGrid ?? false,
        ActionMetadata: metadata,
        ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined && value !== null)),
      },
      Actions: actions,
    },
  }
}

/** What could have been meant, where the type of the block is the trouble. */
function known({ type }: LegacyModule): string {
  return legacyTypes.includes(type) ? '' : `Converted are ${legacyTypes.join(', ')}.`
}

function actionOf(block: LegacyModule, converted: Converted): Record<string, unknown> {
  const { Type, Parameters } = converted
  const Transitions = converted.terminal ? {} : transitionsOf(block, converted)
  return { Identifier: block.id, Type, Parameters, Transitions }
}

/** The usual branches by what they were called, unless the block says otherwise. */
const usualErrors: Record<string, string> = {
  Error: 'NoMatchingError',
  NoMatch: 'NoMatchingCondition',
  AtCapacity: 'QueueAtCapacity',
}

function transitionsOf(block: LegacyModule, { branches = {}, conditions }: Converted): Record<string, unknown> {
  const written: { NextAction: string; Condition: { Operator: string; Operands: string[] } }[] = []
  const errors: { NextAction: string; ErrorType: string }[] = []
  let next: string | undefined
  for (const { Operator, Operand, to } of conditions ?? [])
    written.push({ NextAction: to, Condition: { Operator, Operands: [Operand] } })
  for (const { condition, conditionType, conditionValue, transition } of block.branches) {
    const to = transition ?? ''
    const own = Object.hasOwn(branches, condition) ? branches[condition] : undefined
    const usual = Object.hasOwn(usualErrors, condition) ? usualErrors[condition] : undefined
    if (condition === 'Success') next = to
    else if (own && 'equals' in own)
      written.push({ NextAction: to, Condition: { Operator: 'Equals', Operands: [own.equals] } })
    else if (own) errors.push({ NextAction: to, ErrorType: own.error })
    else if (usual !== undefined) errors.push({ NextAction: to, ErrorType: usual })
    else if (condition === 'Evaluate' && !conditions)
      written.push({
        NextAction: to,
        Condition: { Operator: operator(conditionType), Operands: [String(conditionValue ?? '')] },
      })
    else if (!conditions) throw new LegacyProblem(`the branch "${condition}"`)
    else if (!['Evaluate', 'CheckQueueTime', 'True'].includes(condition))
      throw new LegacyProblem(`the branch "${condition}"`)
  }
  // As the console does: the default branch once more, or the one that is taken when all else fails.
  const otherwise =
    errors.find(({ ErrorType }) => ErrorType === 'NoMatchingCondition') ?? written.at(-1) ?? errors.at(-1)
  const NextAction = next ?? otherwise?.NextAction
  return { ...(NextAction !== undefined && { NextAction }), Errors: errors, Conditions: written }
}

function metadataOf({ metadata }: LegacyModule, { names = {} }: Converted): Record<string, unknown> {
  const parameters: Record<string, unknown> = {}
  for (const [path, displayName] of Object.entries(names)) put(parameters, path.split('.'), { displayName })
  return {
    ...(metadata?.position !== undefined && { position: metadata.position }),
    ...(Object.keys(parameters).length > 0 && { parameters }),
  }
}

function put(into: Record<string, unknown>, [first = '', ...rest]: string[], value: unknown): void {
  if (rest.length === 0) {
    into[first] = value
    return
  }
  const inner: Record<string, unknown> = {}
  const known = into[first]
  into[first] = typeof known === 'object' && known !== null ? known : inner
  put(into[first] as Record<string, unknown>, rest, value)
}
