// The certificate that TLS and secure WebSocket show: read from files, looked at again now and then, so that a renewed
// one is used by new connections while the old ones go on.
import { readFile, stat } from 'node:fs/promises'
import { createSecureContext, type SecureContextOptions } from 'node:tls'
import type { Clock, Timer } from '../../clock.ts'

export interface TlsFiles {
  certificateFile: string
  keyFile: string
  /** Only clients with a certificate of one of these authorities are let in. */
  clientAuthorityFile?: string | undefined
}

const lookAgainMs = 30_000

export class Certificates {
  readonly #files: TlsFiles
  readonly #clock: Clock
  readonly #changed: (context: SecureContextOptions) => void
  readonly #failed: (fault: Error) => void
  #stamps = ''
  #timer: Timer | undefined
  #stopped = false

  /** `changed`: a new certificate is good and is to be used. `failed`: it is not, and the old one stays in use. */
  constructor(options: {
    files: TlsFiles
    clock: Clock
    changed: (context: SecureContextOptions) => void
    failed: (fault: Error) => void
  }) {
    this.#files = options.files
    this.#clock = options.clock
    this.#changed = options.changed
    this.#failed = options.failed
  }

  /** The certificate to begin with. Rejects with a message that names the file and the mend. */
  async load(): Promise<SecureContextOptions> {
    this.#stamps = await this.#readStamps()
    const context = await this.#read()
    this.#watch()
    return context
  }

  /** Looks at once, whatever the files' times say. */
  async reload(): Promise<void> {
    try {
      this.#stamps = await this.#readStamps()
      const context = await this.#read()
      if (!this.#stopped) this.#changed(context)
    } catch (fault) {
      this.#failed(fault instanceof Error ? fault : new Error(String(fault)))
    }
  }

  stop(): void {
    this.#stopped = true
    this.#timer?.cancel()
  }

  #watch(): void {
    if (this.#stopped) return
    this.#timer = this.#clock.after(lookAgainMs, () => {
      void this.#readStamps().then(async (stamps) => {
        if (stamps !== this.#stamps) await this.reload()
        this.#watch()
      })
    })
  }

  /** A file that is missing for a moment, while it is replaced, is one with another stamp. */
  async #readStamps(): Promise<string> {
    const stamps = await Promise.all(
      Object.values(this.#files).map(async (file: string | undefined) => {
        if (file === undefined) return ''
        try {
          const { mtimeMs, size, ino } = await stat(file)
          return `${ino} ${size} ${mtimeMs}`
        } catch (fault) {
          return String(fault)
        }
      }),
    )
    return stamps.join('|')
  }

  async #read(): Promise<SecureContextOptions> {
    const { certificateFile, keyFile, clientAuthorityFile } = this.#files
    const [cert, key, ca] = await Promise.all([
      readTold(certificateFile, 'sip.tls.certificateFile'),
      readTold(keyFile, 'sip.tls.keyFile'),
      clientAuthorityFile === undefined ? undefined : readTold(clientAuthorityFile, 'sip.tls.clientAuthorityFile'),
    ])
    const context: SecureContextOptions = { cert, key, minVersion: 'TLSv1.2', ...(ca === undefined ? {} : { ca }) }
    try {
      createSecureContext(context)
    } catch (fault) {
      const why = fault instanceof Error ? fault.message : String(fault)
      throw new Error(
        `The certificate ${certificateFile} and the key ${keyFile} can't be used together (${why}). Give both in PEM, ` +
          'the certificate first in its file, its chain after it, and the key that belongs to it without a passphrase.',
      )
    }
    return context
  }
}

async function readTold(file: string, setting: string): Promise<Buffer> {
  try {
    return await readFile(file)
  } catch (fault) {
    const why = fault instanceof Error ? fault.message : String(fault)
    throw new Error(`${setting}: ${file} can't be read (${why}). Put the file there, readable to the daemon's user.`)
  }
}
