// A flow file becomes a flow: limits first, then syntax, then shape. Reads Amazon Connect flow language documents
// (Version 2019-10-30) as the console exports them. What the flow says is judged by check-flow.ts.
import { basename } from 'node:path'
import type { Fault, Severity } from '../fault.ts'
import type { FlowActionDocument } from './action.ts'
import { type FlowFaultCode, flowFaultCodes } from './fault-codes.ts'
import type { Flow, FlowSource } from './flow.ts'
import {
  apiFlowTypes,
  exportedFlowTypes,
  flowResources,
  isObject,
  readDisplayNames,
  readMillisecondOperands,
} from './flow-metadata.ts'
import { readAction } from './flow-shape.ts'
import { inferFlowType } from './flow-type.ts'
import type { FlowType } from './host.ts'
import { formatPath, offsetOf, placeOf, scanJson } from './json-scan.ts'

/** Bytes; the console refuses larger files too. */
export const maximumFileBytes = 1_000_000
export const maximumActions = 250
const maximumDepth = 64
/** More than this of one file helps nobody; the last fault says so. */
const maximumFaults = 200

export interface LoadFlowOptions {
  /** ARN of the instance, from which the flow's own is made. */
  instanceArn?: string
}

export interface LoadedFlow {
  /**
   * Present whenever the document could be indexed, even with faults, so that `checkFlow` can tell the rest in the
   * same pass. A flow may run only when no fault of either is an error.
   */
  flow?: Flow
  faults: Fault[]
}

export type ReportAt = (
  code: FlowFaultCode,
  path: readonly (string | number)[],
  message: string,
  mend: string,
  severity?: Severity,
) => void

/** `file` is named in the faults; its base name without `.json` is the flow's id. */
export function loadFlow(text: string, file: string, options: LoadFlowOptions = {}): LoadedFlow {
  const faults: Fault[] = []
  const json = text.startsWith('\uFEFF') ? text.slice(1) : text
  const indexes = new Map<string, number>()
  const source: FlowSource = { file, indexes, locate: (path) => placeOf(json, offsetOf(json, path, maximumDepth)) }

  const report: ReportAt = (code, path, message, mend, severity = 'error') => {
    if (faults.length >= maximumFaults) return
    faults.push({ code, severity, file, ...source.locate(path), path: formatPath(path), message, mend })
  }

  if (Buffer.byteLength(json) > maximumFileBytes) {
    const code = flowFaultCodes.fileTooLarge
    const message = `The flow is larger than ${maximumFileBytes} bytes.`
    const mend = 'Split it and join the parts by TransferToFlow.'
    return {
      faults: [{ code, severity: 'error', file, line: 1, column: 1, path: '$', message, mend }],
    }
  }

  const syntaxFault = scanJson(json, maximumDepth, {
    duplicateKey(path, offset) {
      if (faults.length >= maximumFaults) return
      const message = `The key ${JSON.stringify(path.at(-1))} stands twice in one object.`
      const where = { ...placeOf(json, offset), path: formatPath(path) }
      const mend = 'Remove one of the two.'
      faults.push({ code: flowFaultCodes.duplicateKey, severity: 'error', file, ...where, message, mend })
    },
  })
  if (syntaxFault) {
    const where = placeOf(json, syntaxFault.offset)
    const message = `This is no JSON: ${syntaxFault.message}`
    const mend = 'Export the flow again, or mend the text at this place.'
    return { faults: [{ code: flowFaultCodes.notJson, severity: 'error', file, ...where, path: '$', message, mend }] }
  }

  const document: unknown = JSON.parse(json)
  const actions = readDocument(document, indexes, report)
  if (!actions || !isObject(document)) return { faults }

  const metadata = isObject(document.Metadata) ? document.Metadata : {}
  const id = basename(file).replace(/\.json$/i, '')
  const name = typeof metadata.name === 'string' && metadata.name !== '' ? metadata.name : id
  const flow: Flow = {
    id,
    name,
    arn: `${options.instanceArn ?? 'arn:aws:connect:local:000000000000:instance/cordboard'}/contact-flow/${id}`,
    type: readFlowType(document, metadata, actions, `${name} ${id}`, report),
    startAction: typeof document.StartAction === 'string' ? document.StartAction : '',
    actions,
    displayNames: readDisplayNames(metadata),
    millisecondOperands: readMillisecondOperands(metadata, actions),
    source,
  }
  return { flow, faults }
}

function whatIsAround(document: unknown): string | undefined {
  if (typeof document === 'string' && document.trimStart().startsWith('{')) return 'a text inside a text'
  if (!isObject(document) || 'Actions' in document || 'modules' in document) return undefined
  if (flowResources(document).length > 0) return 'a CloudFormation template'
  const { ContactFlow: flow, ContactFlowModule: module, Content: content } = document
  return isObject(flow) || isObject(module) || content !== undefined ? "an answer of the service's API" : undefined
}

/** Actions by identifier; undefined when there is nothing that could be indexed. */
function readDocument(
  document: unknown,
  indexes: Map<string, number>,
  report: ReportAt,
): Map<string, FlowActionDocument> | undefined {
  const around = whatIsAround(document)
  if (around !== undefined) {
    const mend = 'Take the flow out of it: cordboard flow import FILE.'
    report(flowFaultCodes.wrappedExport, [], `This is ${around}: the flow is inside.`, mend)
    return undefined
  }
  if (!isObject(document)) {
    const mend = 'A flow is an object with Version, StartAction and Actions.'
    report(flowFaultCodes.wrongShape, [], 'The document is no JSON object.', mend)
    return undefined
  }
  if (Array.isArray(document.modules) && document.Version !== '2019-10-30') {
    const mend = 'Convert it to Version 2019-10-30: cordboard flow import FILE.'
    report(flowFaultCodes.legacyFormat, ['modules'], 'This is an export of the older flow designer.', mend)
    return undefined
  }
  if (document.Version !== '2019-10-30') {
    const message =
      document.Version === undefined
        ? 'Version is missing.'
        : `Version is ${JSON.stringify(document.Version)}, not "2019-10-30".`
    report(flowFaultCodes.wrongVersion, ['Version'], message, 'Write "Version": "2019-10-30".')
  }
  const list = document.Actions
  if (!Array.isArray(list) || list.length === 0) {
    report(
      flowFaultCodes.wrongShape,
      ['Actions'],
      'Actions is not a list with at least one action.',
      'Add the actions.',
    )
    return undefined
  }
  if (list.length > maximumActions) {
    const message = `The flow has ${list.length} actions; at most ${maximumActions} are allowed.`
    report(flowFaultCodes.tooManyActions, ['Actions'], message, 'Split it and join the parts by TransferToFlow.')
    return undefined
  }

  const actions = new Map<string, FlowActionDocument>()
  for (const [index, entry] of list.entries()) {
    const action = readAction(entry, ['Actions', index], report)
    if (!action) continue
    if (actions.has(action.Identifier)) {
      const message = `Two actions have the Identifier "${action.Identifier}".`
      const mend = 'Give each its own and point the transitions at the right one.'
      report(flowFaultCodes.duplicateIdentifier, ['Actions', index, 'Identifier'], message, mend)
      continue
    }
    actions.set(action.Identifier, action)
    indexes.set(action.Identifier, index)
  }
  checkTargets(document.StartAction, list, actions, report)
  return actions
}

function checkTargets(
  start: unknown,
  list: readonly unknown[],
  actions: ReadonlyMap<string, FlowActionDocument>,
  report: ReportAt,
): void {
  if (typeof start !== 'string' || !actions.has(start)) {
    const message =
      start === undefined
        ? 'StartAction is missing.'
        : typeof start === 'string'
          ? `StartAction names ${JSON.stringify(start)}, which is no action.`
          : 'StartAction is no text.'
    report(flowFaultCodes.missingStartAction, ['StartAction'], message, 'Name the Identifier of the first action.')
  }
  const check = (target: string | undefined, path: readonly (string | number)[], action: FlowActionDocument) => {
    if (target === undefined || target === '' || actions.has(target)) return
    const message = `"${action.Identifier}" (${action.Type}) goes on to "${target}", which is no action of this flow.`
    report(flowFaultCodes.danglingTransition, path, message, 'Name the Identifier of an action, or add that action.')
  }
  for (const [index, entry] of list.entries()) {
    const action = isObject(entry) ? actions.get(String(entry.Identifier)) : undefined
    if (!action) continue
    const path = ['Actions', index, 'Transitions']
    const { NextAction, Errors = [], Conditions = [] } = action.Transitions
    check(NextAction, [...path, 'NextAction'], action)
    for (const [i, branch] of Errors.entries()) check(branch.NextAction, [...path, 'Errors', i, 'NextAction'], action)
    for (const [i, branch] of Conditions.entries())
      check(branch.NextAction, [...path, 'Conditions', i, 'NextAction'], action)
  }
}

function readFlowType(
  document: Record<string, unknown>,
  metadata: Record<string, unknown>,
  actions: ReadonlyMap<string, FlowActionDocument>,
  names: string,
  report: ReportAt,
): FlowType {
  const written = metadata.type
  if (typeof written === 'string') {
    const type = exportedFlowTypes.get(written) ?? apiFlowTypes.get(written)
    if (type) return type
    const message = `Metadata.type is ${JSON.stringify(written)}, which is no type of flow.`
    const mend = `Write one of ${[...exportedFlowTypes.keys()].join(', ')}.`
    report(flowFaultCodes.unknownFlowType, ['Metadata', 'type'], message, mend)
  }
  if (document.Settings !== undefined) return 'MODULE'
  const type = inferFlowType(actions.values(), names)
  if (type !== 'CONTACT_FLOW') {
    const message = `The flow does not say its type; by its actions and its name it is taken for ${type}.`
    const mend = 'Write Metadata.type, as exports of the console do.'
    report(flowFaultCodes.typeInferred, ['Metadata'], message, mend, 'warning')
  }
  return type
}
