// A telephone line beside the carriers' links: the simulated board and its exchange, through the real driver and audio
// thread. Killed by pulling its plug.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { driverOf } from '../../daemon/assembly/line-hardware.ts'
import { settingsOf } from '../../daemon/assembly/lines.ts'
import { lineLinks } from '../../daemon/carrier/line-links.ts'
import { numberForLink } from '../../daemon/carrier/number-rules.ts'
import type { OutboundLink } from '../../daemon/carrier/outbound-link.ts'
import type { Clock } from '../../daemon/clock.ts'
import { linesSchema } from '../../daemon/config/lines-schema.ts'
import { createLineService } from '../../daemon/line/line-service.ts'
import { silentLog } from '../../daemon/log/log.ts'
import { createAudio } from '../../daemon/loop/audio-service.ts'
import { startBoard } from '../rig/board-client.ts'
import { freePorts } from '../support/free-ports.ts'
import { until } from '../support/wait.ts'

const country = 'GB'
const exchangeEvents: ReadonlySet<string> = new Set(['dialled', 'farEndAnswered', 'released'])

export interface BoardLine {
  links: OutboundLink[]
  readonly isAlive: boolean
  kill(): Promise<void>
  start(): Promise<void>
  /** Numbers whose far end has answered, as E.164. */
  answered(): string[]
  stop(): Promise<void>
}

/** Its exchange knows `numbers`, which answer after `ringMs`, told by polarity. Resolves when the line is idle. */
export async function startBoardLine(clock: Clock, numbers: readonly string[], ringMs: number): Promise<BoardLine> {
  const folder = mkdtempSync(join(tmpdir(), 'cordboard-line-'))
  const board = await startBoard()
  const { boards } = linesSchema.parse({
    boards: [
      {
        name: 'board',
        kind: 'fxoBoard',
        device: board.device,
        lines: [{ port: 1, name: 'Line 1', number: '+442079460002', outbound: { order: 10 } }],
      },
    ],
  })
  const [own] = boards
  const { outbound } = own!.lines[0]!
  const e164 = new Map(numbers.map((number) => [numberForLink(outbound!.numbers, number, country), number]))
  const answers = { does: 'answer', afterMs: ringMs, reverses: true } as const
  await board.client.order({
    do: 'setExchange',
    port: 1,
    country,
    numbers: Object.fromEntries([...e164.keys()].map((digits) => [digits, answers])),
  })
  const port = await freePorts()
  const audio = await createAudio({
    rtpPorts: { from: port, to: port },
    log: silentLog,
    onThreadLost: (reason) => {
      throw new Error(`the audio thread was lost: ${reason}`)
    },
  })
  const driver = driverOf(own!, country, { runtimeDirectory: folder, clock, log: silentLog })
  const lines = createLineService({ lines: settingsOf(own!, driver, country), audio, clock, log: silentLog })
  lines.start()
  await until('the line to be idle', () => lines.views()[0]?.state === 'idle', { withinMs: 15_000 })
  let isAlive = true
  /** Somebody has answered at the far end, and the polarity that tells it is still on its way. */
  const isAnswering = () => {
    const told = board.client.events.all.findLast(({ event }) => exchangeEvents.has(event))
    return told?.event === 'farEndAnswered' && lines.views()[0]?.state === 'calling'
  }
  return {
    links: lineLinks(boards, country, lines),
    get isAlive() {
      return isAlive
    },
    async kill() {
      // In this tenth of a second nobody could know that there was an answer.
      await until('the box to hear of the answer', () => !isAnswering())
      isAlive = false
      await board.client.order({ do: 'unplug' })
    },
    async start() {
      await board.client.order({ do: 'replug' })
      isAlive = true
    },
    answered() {
      let dialled = ''
      return board.client.events.all.flatMap((event) => {
        if (event.event === 'dialled') dialled = event.number
        return event.event === 'farEndAnswered' ? [e164.get(dialled) ?? dialled] : []
      })
    },
    async stop() {
      await lines.stop()
      await audio.stop()
      await board.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
