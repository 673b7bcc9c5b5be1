// scripts/check: runs every check, or those that are named, and tells of each: ok, FAILED, or not run and why.
import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { renderJsonSchemas } from '../../daemon/config/json-schemas.ts'
import { loadInstance } from '../../daemon/config/load.ts'
import { formatFault } from '../../daemon/fault.ts'
import { formatFinding } from './finding.ts'
import { importFindings, type Manifest } from './import-rules.ts'
import { readRepository } from './repository.ts'
import { layoutFindings, textFindings } from './text-rules.ts'

interface Result {
  outcome: 'ok' | 'failed' | 'notRun'
  /** Shown under the check's line. */
  lines: string[]
}

const root = join(import.meta.dirname, '../..')
const notRunStatus = 77

const checks: ReadonlyMap<string, { what: string; run: () => Result }> = new Map([
  ['types', { what: 'types (tsc)', run: () => program('node_modules/.bin/tsc', ['-p', '.', '--pretty', 'false']) }],
  [
    'lint',
    {
      what: 'lint and format (biome)',
      run: () =>
        program('node_modules/.bin/biome', ['ci', '--colors=off', '--error-on-warnings', '--max-diagnostics=20', '.']),
    },
  ],
  [
    'imports',
    { what: 'import rules of the design', run: () => found(importFindings(readRepository(root), manifest())) },
  ],
  [
    'layout',
    {
      what: 'places, names and lengths of files',
      run: () => found(layoutFindings(readdirSync(root), readRepository(root))),
    },
  ],
  [
    'text',
    {
      what: 'nothing switched off, swallowed or tied to a machine',
      run: () => found(textFindings(readRepository(root))),
    },
  ],
  ['config', { what: 'shipped configuration', run: checkConfig }],
  ['schemas', { what: 'JSON Schemas as scripts/schema writes them', run: checkSchemas }],
  ['scripts', { what: 'scripts: syntax, and executable', run: checkScripts }],
  ['units', { what: 'systemd units', run: () => program('scripts/check-units', []) }],
])

function program(command: string, args: string[]): Result {
  const env = { ...process.env, PATH: `${join(root, 'node_modules/.bin')}:${process.env.PATH}` }
  const ran = spawnSync(join(root, command), args, { cwd: root, encoding: 'utf8', env, maxBuffer: 64 * 1024 * 1024 })
  if (ran.error)
    return { outcome: 'failed', lines: [`${command}: ${ran.error.message}. Set the machine up: scripts/setup`] }
  const lines = `${ran.stdout}${ran.stderr}`.split('\n').filter((line) => line.trim() !== '')
  if (ran.status === 0) return { outcome: 'ok', lines: lines.filter((line) => /not run/.test(line)) }
  return { outcome: ran.status === notRunStatus ? 'notRun' : 'failed', lines }
}

function found(findings: Parameters<typeof formatFinding>[0][]): Result {
  return { outcome: findings.length === 0 ? 'ok' : 'failed', lines: findings.map(formatFinding) }
}

function manifest(): Manifest {
  return JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Manifest
}

function checkConfig(): Result {
  // Passwords are made where the box is set up, never shipped.
  const { instance, faults } = loadInstance('config/instance', { secrets: 'optional' })
  const told = faults.filter(({ code }) => code !== 'CFG-332')
  return { outcome: instance ? 'ok' : 'failed', lines: told.map(formatFault) }
}

function checkSchemas(): Result {
  const folder = 'config/schema'
  const rendered = renderJsonSchemas()
  const present = new Set(readdirSync(join(root, folder)))
  const lines = [...rendered]
    .filter(([name, text]) => !present.has(name) || readFileSync(join(root, folder, name), 'utf8') !== text)
    .map(([name]) => `${folder}/${name}: is not what daemon/config/schema.ts says. Run scripts/schema.`)
  for (const name of present) if (!rendered.has(name)) lines.push(`${folder}/${name}: belongs to no file. Remove it.`)
  return { outcome: lines.length === 0 ? 'ok' : 'failed', lines }
}

function checkScripts(): Result {
  const scripts = [...readdirSync(join(root, 'scripts')).map((name) => `scripts/${name}`), '.ci/run'].filter((path) =>
    statSync(join(root, path), { throwIfNoEntry: false })?.isFile(),
  )
  const lines = scripts.flatMap((path) => {
    const problems: string[] = []
    if (path.endsWith('.ts')) return problems
    if ((statSync(join(root, path)).mode & 0o111) === 0) problems.push(`${path}: is not executable (chmod +x)`)
    const first = readFileSync(join(root, path), 'utf8').split('\n', 1)[0] ?? ''
    if (!first.startsWith('#!')) problems.push(`${path}:1: does not say what runs it (#!)`)
    if (/\b(ba)?sh$/.test(first)) {
      const parsed = spawnSync('bash', ['-n', path], { cwd: root, encoding: 'utf8' })
      if (parsed.status !== 0) problems.push(parsed.stderr.trim())
    }
    return problems
  })
  return { outcome: lines.length === 0 ? 'ok' : 'failed', lines }
}

function main(names: readonly string[]): number {
  if (names.includes('--list')) {
    for (const [name, { what }] of checks) console.log(`${name.padEnd(10)}${what}`)
    return 0
  }
  const unknown = names.filter((name) => !checks.has(name))
  if (unknown.length > 0) {
    console.error(`There is no check ${unknown.join(', ')}. They are: ${[...checks.keys()].join(', ')}.`)
    return 2
  }
  const words = { ok: 'ok      ', failed: 'FAILED  ', notRun: 'not run ' }
  let failed = 0
  for (const [name, { what, run }] of checks) {
    if (names.length > 0 && !names.includes(name)) continue
    const { outcome, lines } = run()
    if (outcome === 'failed') failed++
    console.log(`${words[outcome]} ${name.padEnd(9)}${what}`)
    for (const line of lines) console.log(`           ${line}`)
  }
  if (failed > 0) console.log(`${failed} ${failed === 1 ? 'check' : 'checks'} failed`)
  return failed === 0 ? 0 : 1
}

process.exitCode = main(process.argv.slice(2))
