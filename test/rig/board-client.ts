// Drives the simulated board from tests and scripts: starts it or joins a running one, gives orders, waits for events.
import { mkdtempSync, rmSync } from 'node:fs'
import { createConnection, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { Program } from '../support/program.ts'
import { Feed, type WaitOptions, within } from '../support/wait.ts'
import type { BoardView, ControlAnswer, ControlCommand, ControlEvent, PortView } from './board/control-messages.ts'
import type { HangUpWay } from './board/exchange-line.ts'

type Order<Do extends ControlCommand['do']> = Omit<Extract<ControlCommand, { do: Do }>, 'do'>

/** A connection to the control socket of a running simulator. */
export class BoardClient {
  /** In the order they came; `next` waits. */
  readonly events = new Feed<ControlEvent>()
  /** Settles when the simulator, or `close`, ended the connection. */
  readonly closed: Promise<void>
  readonly #socket: Socket
  readonly #waiting = new Map<number, (answer: ControlAnswer) => void>()
  #nextId = 1

  private constructor(socket: Socket) {
    this.#socket = socket
    createInterface({ input: socket }).on('line', (line) => this.#take(JSON.parse(line)))
    this.closed = new Promise((resolve) => socket.once('close', () => resolve()))
    void this.closed.then(() => {
      for (const [id, settle] of this.#waiting) settle({ id, ok: false, error: 'the simulator has gone' })
      this.#waiting.clear()
    })
  }

  /** Rejects when no simulator listens there. */
  static connect(control: string): Promise<BoardClient> {
    return new Promise((resolve, reject) => {
      const socket = createConnection(control)
      socket.once('error', reject)
      socket.once('connect', () => {
        socket.off('error', reject)
        socket.on('error', () => socket.destroy())
        resolve(new BoardClient(socket))
      })
    })
  }

  /** Rejects with what the simulator found wrong. */
  async order(command: ControlCommand): Promise<BoardView> {
    const id = this.#nextId++
    const answer = new Promise<ControlAnswer>((resolve) => this.#waiting.set(id, resolve))
    this.#socket.write(`${JSON.stringify({ id, ...command })}\n`)
    const answered = await within(`the simulator to ${command.do}`, answer)
    if (!answered.ok) throw new Error(`${command.do}: ${answered.error}`)
    return answered.view
  }

  incomingCall(call: Order<'incomingCall'>): Promise<BoardView> {
    return this.order({ do: 'incomingCall', ...call })
  }

  callerSends(order: Order<'callerSends'>): Promise<BoardView> {
    return this.order({ do: 'callerSends', ...order })
  }

  callerHangUp(port: number, way: HangUpWay = { by: 'currentLoss', durationMs: 500 }): Promise<BoardView> {
    return this.order({ do: 'callerHangUp', port, ...way })
  }

  captureAudio(port: number, file: string): Promise<BoardView> {
    return this.order({ do: 'captureAudio', port, file })
  }

  query(): Promise<BoardView> {
    return this.order({ do: 'query' })
  }

  async port(port: number): Promise<PortView> {
    const view = (await this.query()).ports.find((candidate) => candidate.port === port)
    if (!view) throw new Error(`the board has no port ${port}`)
    return view
  }

  /** The next event of this name that `match` accepts, after the one found last. */
  async next<Name extends ControlEvent['event']>(
    name: Name,
    match: (event: Extract<ControlEvent, { event: Name }>) => boolean = () => true,
    options?: WaitOptions,
  ): Promise<Extract<ControlEvent, { event: Name }>> {
    type Wanted = Extract<ControlEvent, { event: Name }>
    const isWanted = (event: ControlEvent) => event.event === name && match(event as Wanted)
    return (await this.events.next(`the board's ${name}`, isWanted, options)) as Wanted
  }

  close(): void {
    this.#socket.destroy()
  }

  #take(message: ControlAnswer | ControlEvent): void {
    if ('event' in message) {
      this.events.push(message)
      return
    }
    this.#waiting.get(message.id)?.(message)
    this.#waiting.delete(message.id)
  }
}

export interface BoardOptions {
  ports?: number
  ppm?: number
  frameMs?: 10 | 20
}

/** A simulator of one's own. */
export interface RunningBoard {
  /** What the driver opens: stays the same over a replug. */
  device: string
  client: BoardClient
  program: Program
  stop(): Promise<void>
}

/** Rejects when it does not come up in time, with what it printed. */
export async function startBoard(options: BoardOptions = {}): Promise<RunningBoard> {
  const folder = mkdtempSync(join(tmpdir(), 'board-'))
  const device = join(folder, 'fxo')
  const program = new Program('simulated board', process.execPath, [
    join(import.meta.dirname, 'board/main.ts'),
    '--json',
    `--ports=${options.ports ?? 1}`,
    `--ppm=${options.ppm ?? 0}`,
    `--frame-ms=${options.frameMs ?? 20}`,
    `--device=${device}`,
  ])
  await program.printed(/"ready"/)
  const client = await BoardClient.connect(`${device}.control`)
  return {
    device,
    client,
    program,
    stop: async () => {
      client.close()
      await program.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
