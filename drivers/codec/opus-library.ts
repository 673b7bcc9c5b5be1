// Loads @discordjs/opus by the binary that was made for this Node. The package's own entry looks for it with the help of a
// program that installs packages: a hundred modules, and 2 MB for as long as the process lives (measured 2026-11).
import { readdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type library from '@discordjs/opus'

const require = createRequire(import.meta.url)

/** One folder for each Node, processor and C library that the package was installed for. */
function binaries(): string[] {
  const folder = join(dirname(require.resolve('@discordjs/opus/package.json')), 'prebuild')
  const made = `node-v${process.versions.modules}-`
  const fits = (name: string) => name.startsWith(made) && name.includes(`-${process.platform}-${process.arch}-`)
  return readdirSync(folder)
    .filter(fits)
    .map((name) => join(folder, name, 'opus.node'))
}

/** Where several would fit, the package's own entry decides; where none does, it says why. */
export function loadOpus(): typeof library {
  const [binary, ...others] = binaries()
  return require(binary === undefined || others.length > 0 ? '@discordjs/opus' : binary)
}
