// The repository's own files: what is in its folders, without what tools put there.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

export interface RepositoryFile {
  /** Relative to the repository, with forward slashes. */
  path: string
  text: string
}

const folders = ['daemon', 'drivers', 'config', 'systemd', 'test', 'scripts', '.ci']
const notOurs = /(^|\/)(node_modules|secrets|\.tap)(\/|$)|\.(so|wav|log)$/

export function readRepository(root: string): RepositoryFile[] {
  const inFolders = folders.flatMap((folder) => filesUnder(root, folder))
  const atTop = readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== 'package-lock.json')
    .map((entry) => entry.name)
  return [...atTop, ...inFolders].sort().map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }))
}

function filesUnder(root: string, folder: string): string[] {
  try {
    return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
      const path = `${folder}/${entry.name}`
      if (notOurs.test(path)) return []
      if (entry.isDirectory()) return filesUnder(root, path)
      return entry.isFile() ? [path] : []
    })
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
    throw error
  }
}
