// What a board is told of the country and of the line it serves, and that it tells of other telephones on the pair.
import t from 'tap'
import { decodeToBoard } from '../../../drivers/fxo/board-codec.ts'
import type { PortConfig } from '../../../drivers/fxo/board-messages.ts'
import { FrameReader } from '../../../drivers/fxo/frame-code.ts'
import { lineProfileOf } from '../../../drivers/fxo/line-profile.ts'
import type { LinePortSettings } from '../../../drivers/line-driver.ts'
import { boardStage } from '../contract/stages.ts'

t.test('line interfaces by country', async (t) => {
  for (const [country, acTermination, limitsCurrent] of [
    ['US', 'AC_600', false],
    ['GB', 'AC_320_1050_230', true],
    ['DE', 'AC_220_820_120', true],
    ['FR', 'AC_270_750_150', true],
    ['NZ', 'AC_370_620_310', false],
    ['XX', 'AC_600', false],
  ] as const)
    t.same(lineProfileOf(country), { acTermination, limitsCurrent }, country)
})

/** What the board gets to read when it is configured. */
async function configured(settings: Partial<LinePortSettings>): Promise<PortConfig | undefined> {
  const stage = boardStage(250, settings)
  const reader = new FrameReader()
  const found: PortConfig[] = []
  const receive = stage.board.receive.bind(stage.board)
  stage.board.receive = (bytes) => {
    for (const frame of reader.push(bytes)) {
      const decoded = decodeToBoard(frame)
      if (decoded.is === 'message' && decoded.message.body === 'configure')
        found.push(...decoded.message.configure.ports)
    }
    receive(bytes)
  }
  stage.host.start()
  await stage.clock.advance(3000)
  stage.host.stop()
  stage.line.close()
  return found[0]
}

t.test('a board is told the termination and the gains of the line', async (t) => {
  t.match(await configured({ country: 'GB', receiveGainDb: 3.5, transmitGainDb: -6 }), {
    acTermination: 'AC_320_1050_230',
    limitsCurrent: true,
    receiveGainDb10: 35,
    transmitGainDb10: -60,
  })
  t.match(await configured({}), { acTermination: 'AC_AS_BUILT', receiveGainDb10: 0, transmitGainDb10: 0 })
})

t.test('another telephone on the pair is told when it is picked up and put back, and a short dip is not', async (t) => {
  const { host, clock, line, board, signals } = boardStage()
  const uses = () => signals.flatMap((signal) => (signal.type === 'lineUseChanged' ? [signal.inUse] : []))
  host.start()
  await clock.advance(3000)
  board.exchange.setNeighbour(true)
  await clock.advance(150)
  board.exchange.setNeighbour(false)
  await clock.advance(500)
  t.same(uses(), [])
  board.exchange.setNeighbour(true)
  await clock.advance(500)
  t.same(uses(), [true])
  board.exchange.setNeighbour(false)
  await clock.advance(500)
  t.same(uses(), [true, false])
  host.stop()
  line.close()
})
