// Chromium with a telephone in a page (browser-page.html): the page is served from here, and tells here what happens.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join, normalize } from 'node:path'
import { Program } from '../support/program.ts'
import { until } from '../support/wait.ts'
import type { Undo } from './case.ts'

export interface BrowserOptions {
  /** `wss://host:port` of the box. */
  server: string
  user: string
  password: string
  realm: string
  toneHz: number
}

interface Told {
  event: string
  hz?: number
  is?: string
}

const modules = join(import.meta.dirname, '../../node_modules')
const page = join(import.meta.dirname, 'browser-page.html')
const requestBytesMax = 10_000

/** No sandbox: the tests may run as root, and no page but ours is opened. Media may flow on this machine alone. */
const flags = [
  '--headless',
  '--enable-logging=stderr',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--ignore-certificate-errors',
  '--autoplay-policy=no-user-gesture-required',
  '--allow-loopback-in-peer-connection',
  '--disable-features=WebRtcHideLocalIpsWithMdns',
]

export class Browser {
  readonly told: Told[] = []
  readonly #program: Program

  private constructor(program: Program) {
    this.#program = program
  }

  static async start(undo: Undo, options: BrowserOptions): Promise<Browser> {
    const profile = mkdtempSync(join(tmpdir(), 'cordboard-browser-'))
    undo.add(() => rmSync(profile, { recursive: true, force: true, maxRetries: 10 }))
    let browser: Browser | undefined
    const server = createServer((request, response) => serve(request, response, (told) => browser?.told.push(told)))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    undo.add(() => new Promise((resolve) => server.close(resolve).closeAllConnections()))
    const { port } = server.address() as AddressInfo
    const query = new URLSearchParams(Object.entries(options).map(([name, value]) => [name, String(value)]))
    const program = new Program('chromium', 'chromium', [
      ...flags,
      `--user-data-dir=${profile}`,
      `http://127.0.0.1:${port}/?${query}`,
    ])
    undo.add(() => program.stop('SIGTERM', 5000))
    browser = new Browser(program)
    return browser
  }

  async tells(event: string, match: (told: Told) => boolean = () => true): Promise<void> {
    await until(`the page to tell: ${event}`, () => this.told.some((told) => told.event === event && match(told)), {
      withinMs: 20_000,
      instead: () => `${JSON.stringify(this.told.slice(-10))}\n${this.#program.tail()}`,
    })
  }
}

function serve(request: IncomingMessage, response: ServerResponse, tell: (told: Told) => void): void {
  if (request.method === 'POST') {
    let body = ''
    request.on('data', (chunk: Buffer) => {
      body += chunk
      if (body.length > requestBytesMax) request.destroy()
    })
    request.on('end', () => {
      tell(JSON.parse(body) as Told)
      response.end()
    })
    return
  }
  const path = new URL(request.url ?? '/', 'http://page').pathname
  const file = path.startsWith('/modules/') ? join(modules, normalize(path.slice('/modules'.length))) : page
  response.setHeader('Content-Type', file.endsWith('.js') ? 'text/javascript' : 'text/html')
  try {
    response.end(readFileSync(file))
  } catch {
    response.writeHead(404).end()
  }
}
