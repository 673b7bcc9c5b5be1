// A folder of flows that others exported or wrote: `CORDBOARD_FLOWS`, else the one beside the repository. Exports of the
// older designer are taken as `flow import` takes them: converted.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { convertLegacyExport, isLegacyExport } from '../../../daemon/author/legacy-export.ts'
import type { Fault } from '../../../daemon/fault.ts'
import type { Flow } from '../../../daemon/flow/flow.ts'
import { loadFlow } from '../../../daemon/flow/load-flow.ts'

export const exportFolder = process.env.CORDBOARD_FLOWS ?? join(import.meta.dirname, '../../../../shared/flows')

export interface ExportedFlow {
  file: string
  flow?: Flow
  faults: Fault[]
}

/** Empty when there is no such folder. */
export function exportedFlows(folder: string): ExportedFlow[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .map((file) => ({ file, ...read(readFileSync(join(folder, file), 'utf8'), file) }))
}

function read(text: string, file: string): { flow?: Flow; faults: Fault[] } {
  const document = parsed(text)
  if (!isLegacyExport(document)) return loadFlow(text, file)
  const conversion = convertLegacyExport(document, text, file)
  return 'faults' in conversion ? conversion : loadFlow(JSON.stringify(conversion.flow), file)
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // The loader tells what is wrong with it.
    return undefined
  }
}
