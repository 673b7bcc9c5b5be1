// strip.js DIRECTORY: leaves there all code of the product without its types, for load.js, and nothing else.
import { existsSync, globSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import { join, resolve } from 'node:path'
import { strippedName } from './name.js'

const root = resolve(import.meta.dirname, '../..')
const directory = process.argv[2] ?? ''

mkdirSync(directory, { recursive: true })
const wanted = new Set()
for (const file of globSync('{daemon,drivers}/**/*.ts', { cwd: root })) {
  const source = readFileSync(join(root, file))
  const name = strippedName(source)
  const target = join(directory, name)
  wanted.add(name)
  if (existsSync(target)) continue
  // Whole or not at all: several may start at once.
  const part = `${target}.${process.pid}`
  writeFileSync(part, stripTypeScriptTypes(source.toString()))
  renameSync(part, target)
}
for (const name of readdirSync(directory))
  if (name.endsWith('.js') && !wanted.has(name)) rmSync(join(directory, name), { force: true })
