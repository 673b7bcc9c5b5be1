// The whole daemon as a process of its own, on an instance made for the test: started, asked, stopped, killed, and
// started again on the same records.
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { callControl } from '../../daemon/api/control-client.ts'
import { legsReport, type StatusReport, statusReport } from '../../daemon/api/reports.ts'
import type { ContactRecord } from '../../daemon/contact/contact-record.ts'
import type { TestInstance } from './instance.ts'
import { Program } from './program.ts'
import { until, type WaitOptions } from './wait.ts'

const root = resolve(import.meta.dirname, '../..')

export interface DaemonOptions {
  instance: Pick<TestInstance, 'directory'>
  /** Board name to serial device. */
  boards?: Record<string, string>
  /** Where records and recordings stay; absent: a folder of the daemon's own, removed by `remove`. */
  storage?: string
  /** Beside this process's own environment. */
  env?: Record<string, string>
}

export class Daemon {
  readonly storage: string
  readonly #runtime: string
  readonly #options: DaemonOptions
  #program: Program

  private constructor(options: DaemonOptions) {
    this.#options = options
    this.storage = options.storage ?? mkdtempSync(join(tmpdir(), 'cordboard-storage-'))
    // Short: the path of a Unix socket has 107 bytes.
    this.#runtime = mkdtempSync(join(tmpdir(), 'cordboard-run-'))
    this.#program = this.#launch()
  }

  /** Resolves when the daemon takes calls. */
  static async start(options: DaemonOptions): Promise<Daemon> {
    const daemon = new Daemon(options)
    try {
      await daemon.#ready()
    } catch (fault) {
      await daemon.remove()
      throw fault
    }
    return daemon
  }

  get socket(): string {
    return join(this.#runtime, 'control.sock')
  }

  get pid(): number {
    return this.#program.pid
  }

  /** What it logs, as it stands. */
  get log(): string {
    return this.#program.output
  }

  get program(): Program {
    return this.#program
  }

  async status(): Promise<StatusReport> {
    return statusReport.parse(await callControl(this.socket, 'status'))
  }

  async legs(): Promise<string[]> {
    return legsReport.parse(await callControl(this.socket, 'describeLegs')).legs
  }

  /** Newest first, as they stand in the store. */
  async records(): Promise<ContactRecord[]> {
    const answer = (await callControl(this.socket, 'contacts')) as { contacts: ContactRecord[] }
    return answer.contacts
  }

  /** Waits until the record is completed; without an id, that of the one contact there was. */
  async completedRecord(contactId?: string, options: WaitOptions = {}): Promise<ContactRecord> {
    const isIt = ({ ContactId, Cordboard }: ContactRecord) =>
      Cordboard.state === 'completed' && (contactId === undefined || ContactId === contactId)
    return await until('a completed contact record', async () => (await this.records()).find(isIt), {
      withinMs: 10_000,
      everyMs: 50,
      ...options,
      instead: () => this.#program.tail(),
    })
  }

  /** Waits until status shows what is wanted; a fault tells the last status seen. */
  async shows(
    what: string,
    wanted: (status: StatusReport) => boolean,
    options: WaitOptions = {},
  ): Promise<StatusReport> {
    let last = ''
    return await until(
      what,
      async () => {
        const status = await this.status()
        last = JSON.stringify({ ...status, counters: undefined })
        return wanted(status) && status
      },
      { withinMs: 15_000, everyMs: 50, ...options, instead: () => `${last}\n${this.#program.tail()}` },
    )
  }

  /** Waits until the one contact is in the state (of the contact machine), e.g. `queued`, `joined`. */
  async contactIs(state: string, options: WaitOptions = {}): Promise<void> {
    await this.shows(`the contact to be ${state}`, ({ contacts }) => contacts[0]?.state === state, {
      everyMs: 20,
      ...options,
    })
  }

  /** Recordings in the storage folder, as absolute paths. */
  recordings(): string[] {
    return readdirSync(this.storage, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.wav'))
      .map((name) => join(this.storage, name))
  }

  /** Stops in order, and fails when it does not end by itself with code 0. */
  async stop(): Promise<void> {
    const byItself = await this.#program.stop('SIGTERM', 15_000)
    const { exit } = this.#program
    if (!byItself || exit?.code !== 0)
      throw new Error(`the daemon did not stop in order (${JSON.stringify(exit)}): ${this.#program.tail(4000)}`)
  }

  /** As by a power cut, as far as a process can tell. */
  async kill(): Promise<void> {
    this.#program.kill()
    await this.#program.exited
  }

  /** Starts a new process on the same instance and storage, after `stop` or `kill`. */
  async restart(): Promise<void> {
    this.#program = this.#launch()
    await this.#ready()
  }

  /** Ends it if it runs, by force if it must, and removes what it left. */
  async remove(): Promise<void> {
    await this.#program.stop('SIGTERM', 8000)
    rmSync(this.#runtime, { recursive: true, force: true })
    if (this.#options.storage === undefined) rmSync(this.storage, { recursive: true, force: true })
  }

  #launch(): Program {
    const boards = Object.entries(this.#options.boards ?? {}).flatMap(([name, device]) => [
      '--board-device',
      `${name}=${device}`,
    ])
    const { NOTIFY_SOCKET: _, ...env } = process.env
    return new Program(
      'the daemon',
      join(root, 'scripts/daemon'),
      [
        ...['--instance', this.#options.instance.directory],
        ...['--runtime', this.#runtime],
        ...['--storage', this.storage],
        ...boards,
      ],
      { cwd: root, env: { ...env, ...this.#options.env } },
    )
  }

  async #ready(): Promise<void> {
    await until('the daemon to be ready', async () => (await this.status()).state === 'running', {
      withinMs: 20_000,
      everyMs: 50,
      unless: () => this.#program.ending,
      instead: () => this.#program.tail(4000),
    })
  }
}
