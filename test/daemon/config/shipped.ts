// A copy of the shipped instance in a folder of the test's own, with passwords, for the test to spoil.
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type LoadOptions, loadInstance } from '../../../daemon/config/load.ts'
import { type Fault, formatFault } from '../../../daemon/fault.ts'

export const shippedDirectory = join(import.meta.dirname, '../../../config/instance')

export class InstanceCopy {
  readonly directory = mkdtempSync(join(tmpdir(), 'cordboard-config-'))

  constructor() {
    cpSync(shippedDirectory, this.directory, { recursive: true })
    rmSync(join(this.directory, 'secrets'), { recursive: true, force: true })
    mkdirSync(join(this.directory, 'secrets'))
    this.secret('anna', 'vXk7-qP2m-Wd9s\n')
    this.secret('ben', 'b3Rt-zY8n-Lc4f\n')
  }

  path(file: string): string {
    return join(this.directory, file)
  }

  secret(userName: string, text: string, mode = 0o600): void {
    writeFileSync(this.path(`secrets/${userName}`), text, { mode })
  }

  write(file: string, content: string | Uint8Array): this {
    writeFileSync(this.path(file), content)
    return this
  }

  read(file: string): string {
    return readFileSync(this.path(file), 'utf8')
  }

  /** Replaces the first occurrence, which must be there. */
  edit(file: string, from: string, to: string): this {
    const text = this.read(file)
    if (!text.includes(from)) throw new Error(`${file} has no ${JSON.stringify(from)}`)
    return this.write(
      file,
      text.replace(from, () => to),
    )
  }

  remove(file: string): this {
    rmSync(this.path(file), { recursive: true })
    return this
  }

  load(options?: LoadOptions): ReturnType<typeof loadInstance> {
    return loadInstance(this.directory, options)
  }

  /** Faults as lines, files named relative to the copy. */
  lines(options?: LoadOptions): string[] {
    return this.load(options).faults.map((fault) => this.line(fault))
  }

  line(fault: Fault): string {
    return formatFault({ ...fault, file: fault.file.replace(`${this.directory}/`, '') })
  }

  /** Functions, bots, aliases, voices, carriers, ports and campaigns, as shipped beside the instance. */
  addExamples(): this {
    for (const name of [
      'functions',
      'functions.yaml',
      'bots.yaml',
      'aliases.yaml',
      'voice.yaml',
      'carriers.yaml',
      'porting.yaml',
      'campaigns.yaml',
      'flows',
      'inventory',
      'rates',
    ])
      cpSync(join(shippedDirectory, '../examples', name), this.path(name), { recursive: true })
    this.secret('example-telecom', 'as-the-carrier-gave-it\n')
    return this
  }

  dispose(): void {
    rmSync(this.directory, { recursive: true })
  }
}

/** Runs with a copy, and takes it away. */
export function withCopy<Result>(run: (copy: InstanceCopy) => Result): Result {
  const copy = new InstanceCopy()
  try {
    return run(copy)
  } finally {
    copy.dispose()
  }
}
