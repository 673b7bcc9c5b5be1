// The design's rules on who may import whom.
import { isBuiltin } from 'node:module'
import type { Finding } from './finding.ts'
import { type Import, importsOf } from './imports.ts'
import type { RepositoryFile } from './repository.ts'

interface FolderRule {
  folder: string
  /** May not import these. */
  never?: readonly string[]
  /** May import these folders of the product, and its own, only. */
  only?: readonly string[]
  because: string
}

/** Files directly in daemon/ that every folder of it may use. */
const shared = ['daemon/clock.ts', 'daemon/fault.ts', 'daemon/counters.ts']

const folderRules: readonly FolderRule[] = [
  { folder: 'drivers', never: ['daemon'], because: 'drivers know bytes and samples, never calls' },
  {
    folder: 'daemon/loop',
    only: ['daemon/media', 'drivers', ...shared],
    because: 'the audio loop knows media ports only',
  },
  { folder: 'daemon/flow', never: ['drivers', 'daemon/sip'], because: 'flows know contacts, not how they are carried' },
  { folder: 'daemon', never: ['test', 'scripts'], because: 'the product runs without its tests and tools' },
  { folder: 'drivers', never: ['test', 'scripts'], because: 'the product runs without its tests and tools' },
]

/** Packages that may change or break: each behind one folder (and the tests of that folder). */
const ownedPackages: ReadonlyMap<string, string> = new Map([
  ['serialport', 'drivers/serial'],
  ['sip.js', 'daemon/sip'],
  ['@discordjs/opus', 'drivers/codec'],
  ['ffi-rs', 'drivers/native'],
])

export interface Manifest {
  dependencies?: Record<string, string>
  devDependencies?: Record<string, string>
}

export function importFindings(files: readonly RepositoryFile[], manifest: Manifest): Finding[] {
  const imports = files.filter(({ path }) => path.endsWith('.ts')).flatMap(importsOf)
  return [
    ...imports.flatMap((it) => folderFindings(it)),
    ...imports.flatMap((it) => packageFindings(it, manifest)),
    ...cycleFindings(imports),
  ]
}

function folderFindings({ from, line, to }: Import): Finding[] {
  if (!('file' in to)) return []
  return folderRules
    .filter((rule) => isIn(from, rule.folder))
    .filter((rule) => {
      if (rule.never?.some((folder) => isIn(to.file, folder))) return true
      return rule.only !== undefined && ![rule.folder, ...rule.only].some((folder) => isIn(to.file, folder))
    })
    .map((rule) => ({ file: from, line, message: `imports ${to.file}, but ${rule.because}` }))
}

function packageFindings({ from, line, to }: Import, manifest: Manifest): Finding[] {
  if (!('package' in to) || isBuiltin(to.package)) return []
  const findings: Finding[] = []
  const owner = ownedPackages.get(to.package) ?? (to.package.startsWith('@serialport/') ? 'drivers/serial' : undefined)
  if (owner !== undefined && !isIn(from, owner) && !isIn(from, `test/${owner}`))
    findings.push({ file: from, line, message: `imports ${to.package}, which only ${owner} may` })
  const isProduct = isIn(from, 'daemon') || isIn(from, 'drivers')
  const declared = { ...manifest.dependencies, ...(isProduct ? {} : manifest.devDependencies) }
  if (!Object.hasOwn(declared, to.package))
    findings.push({ file: from, line, message: `imports ${to.package}, which package.json does not list for it` })
  return findings
}

/** Folders of the product that import each other in a circle; each circle is told once, with its imports. */
function cycleFindings(imports: readonly Import[]): Finding[] {
  const graph = new Map<string, Map<string, Import>>()
  for (const it of imports) {
    if (!('file' in it.to)) continue
    const from = unitOf(it.from)
    const to = unitOf(it.to.file)
    if (from === undefined || to === undefined || from === to) continue
    const edges = graph.get(from) ?? new Map<string, Import>()
    if (!edges.has(to)) edges.set(to, it)
    graph.set(from, edges)
  }
  const findings: Finding[] = []
  const done = new Set<string>()
  const visit = (unit: string, trail: string[]): void => {
    const start = trail.indexOf(unit)
    if (start !== -1) {
      const circle = [...trail.slice(start), unit]
      const edge = graph.get(circle[0]!)?.get(circle[1]!)
      const steps = circle.slice(1).map((to, index) => placeOf(graph.get(circle[index]!)?.get(to)))
      const message = `folders import in a circle: ${circle.join(' → ')} (${steps.join(', ')})`
      findings.push({ file: edge?.from ?? unit, ...(edge && { line: edge.line }), message })
      return
    }
    if (done.has(unit)) return
    for (const to of graph.get(unit)?.keys() ?? []) visit(to, [...trail, unit])
    done.add(unit)
  }
  for (const unit of [...graph.keys()].sort()) visit(unit, [])
  return findings
}

const placeOf = (it: Import | undefined) => (it ? `${it.from}:${it.line}` : '?')

/** `daemon/sip/x/y.ts` is of `daemon/sip`; a file directly in daemon/ or drivers/ stands for itself. */
function unitOf(path: string): string | undefined {
  const [top, second] = path.split('/')
  return (top === 'daemon' || top === 'drivers') && second !== undefined ? `${top}/${second}` : undefined
}

function isIn(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`)
}
