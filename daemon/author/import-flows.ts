// Flows of another instance taken into this one: older exports converted, what they name resolved by id, ARN, alias,
// name and the names that exports carry. Plans first, writes nothing: see write-import.ts.
import { basename, join } from 'node:path'
import { readFault } from '../config/flows.ts'
import { readText } from '../config/read-file.ts'
import { closest } from '../config/suggest.ts'
import type { Fault } from '../fault.ts'
import { flowFaultCodes } from '../flow/fault-codes.ts'
import type { Flow } from '../flow/flow.ts'
import { isObject } from '../flow/flow-metadata.ts'
import { loadFlow, maximumFileBytes } from '../flow/load-flow.ts'
import type { ResourceKind } from '../flow/parameters.ts'
import type { Alias } from './alias-file.ts'
import type { InstanceNames } from './instance-names.ts'
import { convertLegacyExport, isLegacyExport } from './legacy-export.ts'
import { checkNamedReferences, type NamedReference, type UnresolvedReference } from './named-references.ts'
import { placeholderId } from './world.ts'
import { insideOf, parseExport } from './wrapped-export.ts'

/** Faults of the import itself; never reused. */
const importFaultCodes = { nameTaken: 'IMP-101', nameTwice: 'IMP-102' } as const

export interface PlannedFlow {
  /** As the person named it. */
  file: string
  /** Of the flow here; absent when the file is none. */
  name?: string
  /** What is to be written; absent when the flow is refused. */
  text?: string
  /** From the format of the older designer, or from an answer of the service's API. */
  converted: boolean
  /** In place of a flow that is there. */
  replaces: boolean
  faults: Fault[]
  toDecide: (UnresolvedReference & { suggestion: string })[]
}

export interface ImportPlan {
  flows: PlannedFlow[]
  /** Settled by the names the exports carry. */
  aliases: Alias[]
}

interface Candidate extends PlannedFlow {
  flow?: Flow
}

export function planImport(files: readonly string[], instance: InstanceNames, replace: boolean): ImportPlan {
  const candidates = files.flatMap((file) => readCandidates(file, instance))
  refuseDoubles(candidates)
  if (!replace) for (const candidate of candidates) refuseReplacing(candidate)
  const resources = instance.resources(candidates.flatMap(({ flow }) => flow ?? []))
  const named: NamedReference[] = []
  const flows = candidates.map(({ flow, ...planned }): PlannedFlow => {
    if (!flow) return planned
    const { references, unresolved, faults } = checkNamedReferences(flow, resources)
    planned.faults.push(...faults.map((fault) => atSource(fault, planned)))
    planned.toDecide = unresolved.map((one) => ({ ...one, suggestion: suggestionFor(one, instance) }))
    if (planned.faults.some(({ severity }) => severity === 'error')) {
      delete planned.text
      return planned
    }
    named.push(...references)
    return planned
  })
  return { flows, aliases: settledAliases(named, (kind, value) => resources.resolve(kind, value) !== undefined) }
}

/**
 * What only the exports' own names settled. Copied flows keep an ARN and change the name beside it: where one ARN stands
 * for several things, an alias would make them one.
 */
function settledAliases(
  references: readonly NamedReference[],
  isKnown: (kind: ResourceKind, value: string) => boolean,
): Alias[] {
  const aliases = new Map<string, Alias>()
  const ambiguous = new Set<string>()
  for (const { kind, value, id } of references) {
    const key = JSON.stringify([kind, value])
    const before = aliases.get(key)
    if (id === undefined || (before && before.name !== id)) ambiguous.add(key)
    else if (!isKnown(kind, value)) aliases.set(key, { arn: value, kind, name: id })
  }
  return [...aliases].flatMap(([key, alias]) => (ambiguous.has(key) ? [] : [alias]))
}

/** Most files are one flow; templates hold any number. */
function readCandidates(file: string, instance: InstanceNames): Candidate[] {
  const nothing: Candidate = { file, converted: false, replaces: false, faults: [], toDecide: [] }
  const read = readText(file, maximumFileBytes)
  if ('problem' in read) {
    const fault = readFault(file, read.problem, maximumFileBytes)
    return [{ ...nothing, faults: [read.problem === 'missing' ? { ...fault, mend: 'Check the path.' } : fault] }]
  }
  const written = parseExport(read.text, file)
  const inside = insideOf(written)
  if (inside.length === 0) return [candidateOf({ file, document: written, text: read.text, isInside: false }, instance)]
  return inside.map(({ name, document }) => {
    if (document) return candidateOf({ file, document, text: formatted(document), isInside: true }, instance)
    const message = `The flow ${name ?? ''} is not in this file: its content is no JSON with Actions.`
    const fault: Fault = {
      code: flowFaultCodes.wrappedExport,
      severity: 'error',
      file,
      message,
      mend: 'Import what it is deployed as: the file that the template names, or an export of the console.',
    }
    return { ...nothing, ...(name !== undefined && { name }), faults: [fault] }
  })
}

function candidateOf(
  source: { file: string; document: unknown; text: string; isInside: boolean },
  instance: InstanceNames,
): Candidate {
  const { file, document, isInside } = source
  const nothing: Candidate = { file, converted: false, replaces: false, faults: [], toDecide: [] }
  let { text } = source
  const legacy = isLegacyExport(document)
  const converted = legacy || isInside
  if (legacy) {
    const conversion = convertLegacyExport(document, text, file)
    if ('faults' in conversion) return { ...nothing, converted, faults: conversion.faults }
    text = formatted(conversion.flow)
  }
  const name = nameOf(legacy ? JSON.parse(text) : document, file)
  const { flow, faults } = loadFlow(text, join(instance.directory, 'flows', `${name}.json`))
  const candidate: Candidate = { ...nothing, name, converted, replaces: instance.flows.has(name) }
  candidate.faults = faults.map((fault) => atSource(fault, candidate))
  if (!flow || faults.some(({ severity }) => severity === 'error')) return candidate
  return { ...candidate, flow, text }
}

function formatted(flow: Record<string, unknown>): string {
  return `${JSON.stringify(flow, null, 2)}\n`
}

/** The text is the source's own: its lines are those the person sees. Of a converted one, those of what is written. */
function atSource(fault: Fault, { file, converted }: PlannedFlow): Fault {
  return converted ? fault : { ...fault, file }
}

const longestName = 100

/** `Metadata.name`, else the file's; as a file name. */
function nameOf(document: unknown, file: string): string {
  const metadata = isObject(document) && isObject(document.Metadata) ? document.Metadata : {}
  const written = typeof metadata.name === 'string' ? metadata.name : ''
  const safe = written
    .replaceAll(/[/\\:]/g, '-')
    .replaceAll(/\p{C}/gu, '')
    .replace(/^[.\s]+|[~\s]+$/g, '')
  return safe === ''
    ? basename(file).replace(/\.(?:json|ya?ml|template)$/i, '')
    : [...safe].slice(0, longestName).join('')
}

function refuse(candidate: Candidate, code: keyof typeof importFaultCodes, message: string, mend: string): void {
  candidate.faults.push({ code: importFaultCodes[code], severity: 'error', file: candidate.file, message, mend })
  delete candidate.flow
  delete candidate.text
}

function refuseDoubles(candidates: readonly Candidate[]): void {
  const seen = new Map<string, string>()
  for (const candidate of candidates) {
    if (candidate.name === undefined || !candidate.flow) continue
    const before = seen.get(candidate.name)
    if (before !== undefined)
      refuse(candidate, 'nameTwice', `${before} is to become the flow ${candidate.name} too.`, 'Import one of the two.')
    else seen.set(candidate.name, candidate.file)
  }
}

function refuseReplacing(candidate: Candidate): void {
  if (!candidate.replaces || !candidate.flow) return
  refuse(
    candidate,
    'nameTaken',
    `There is a flow ${candidate.name} already.`,
    'Give --replace to put this one in its place.',
  )
}

function suggestionFor({ kind, value, displayName, mend }: UnresolvedReference, instance: InstanceNames): string {
  const name = placeholderId(value, displayName)
  const near = closest(name, instance.names(kind))
  if (near === undefined) return mend
  return `Is it the ${kind} ${JSON.stringify(near)}? Then say so in aliases.yaml: arn: ${value}, kind: ${kind}, name: ${near}.`
}
