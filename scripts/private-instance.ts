// A private copy of the shipped instance, for running without installing: fresh files each time, passwords that stay.
import { randomBytes } from 'node:crypto'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { parse, parseDocument } from 'yaml'

const shipped = resolve(import.meta.dirname, '../config/instance')

export interface PrivateInstance {
  directory: string
  boards: { name: string; lines: { port: number; number: string }[] }[]
  agents: { userName: string; passwordFile: string; password: string }[]
}

/** Values of box.yaml by path, e.g. `{ 'sip.port': 5070 }`. */
export type BoxChanges = Record<string, unknown>

/** Makes or renews the copy in `directory`; what stands in its `secrets/` is kept. */
export function makePrivateInstance(directory: string, changes: BoxChanges = {}): PrivateInstance {
  mkdirSync(directory, { recursive: true })
  for (const name of readdirSync(directory))
    if (name !== 'secrets') rmSync(join(directory, name), { recursive: true, force: true })
  cpSync(shipped, directory, { recursive: true })
  changeBox(join(directory, 'box.yaml'), changes)
  const { agents } = read<{ agents: { userName: string; phone: { passwordFile?: string } }[] }>(directory, 'agents')
  const { boards } = read<{ boards: PrivateInstance['boards'] }>(directory, 'lines')
  return {
    directory,
    boards,
    agents: agents.flatMap(({ userName, phone }) => {
      if (phone.passwordFile === undefined) return []
      const passwordFile = join(directory, phone.passwordFile)
      return [{ userName, passwordFile, password: keptPassword(passwordFile) }]
    }),
  }
}

function read<T>(directory: string, name: string): T {
  return parse(readFileSync(join(directory, `${name}.yaml`), 'utf8')) as T
}

function changeBox(file: string, changes: BoxChanges): void {
  const document = parseDocument(readFileSync(file, 'utf8'))
  for (const [path, value] of Object.entries(changes)) document.setIn(path.split('.'), value)
  writeFileSync(file, document.toString())
}

function keptPassword(file: string): string {
  if (!existsSync(file)) {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
    writeFileSync(file, `${randomBytes(12).toString('base64url')}\n`, { mode: 0o600 })
  }
  return readFileSync(file, 'utf8').trim()
}
