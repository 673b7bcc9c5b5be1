// How long after its far end is gone the call of a line ends: by each kind of supervision, and by the tones of fifteen
// countries. Exchange, device, driver, detectors and line in one, by simulated time. Prints what it measures.
import t, { type Test } from 'tap'
import { tonesOfCountry } from '../../../daemon/line/country-tones.ts'
import type { LineSettings } from '../../../daemon/line/lines.ts'
import { hangUpTones, type Tone } from '../../../daemon/line/tone-patterns.ts'
import { liveDetectorBanks } from '../../../drivers/native/detector-bank.ts'
import { boardStage, type ContractStage, stages } from '../../drivers/contract/stages.ts'
import type { HangUpWay } from '../../rig/board/exchange-line.ts'
import { exchangeTones } from '../../rig/board/exchange-tones.ts'
import { tone as sine } from '../../rig/board/sound.ts'
import { SimulatedLine, settledMs } from './simulated-line.ts'

/** From the exchange to the detectors, and back to the line. */
const pathMs = 200
const countries = 'US GB DE FR NL ES IT SE AU NZ JP IN BR CN MX'.split(' ')

/** From `goes` to the end of the call; and that it ended by nothing else. */
async function measure<Stage extends ContractStage>(
  t: Test,
  line: SimulatedLine<Stage>,
  evidence: string,
  goes: () => void,
): Promise<number> {
  const leg = await line.talking()
  goes()
  const ms = await line.until('end of the call', () => line.state !== 'talking', 20_000)
  await line.pass(2000)
  t.equal(line.count(`hangUpBy.${evidence}`), 1, `by ${evidence}, once`)
  t.equal(leg.end?.by, evidence === 'totalLimit' ? 'us' : 'farEnd')
  await line.close()
  return ms
}

const onBoard = (settings: Partial<LineSettings>) => new SimulatedLine(boardStage(), settings)

async function onBoardBy(t: Test, evidence: string, way: HangUpWay, settings: Partial<LineSettings>): Promise<number> {
  const line = onBoard(settings)
  return await measure(t, line, evidence, () => line.stage.board.exchange.hangUp(way))
}

const kinds: Record<string, { withinMs: number; measure: (t: Test) => Promise<number> }> = {
  'loop current lost for 250 ms': {
    withinMs: 2000,
    measure: (t) => onBoardBy(t, 'currentLost', { by: 'currentLoss', durationMs: 300 }, {}),
  },
  'loop current lost for 50 ms': {
    withinMs: 2000,
    measure: (t) => {
      const line = new SimulatedLine(boardStage(50), { currentLossMs: 50 })
      const way = { by: 'currentLoss', durationMs: 60 } as const
      return measure(t, line, 'currentLost', () => line.stage.board.exchange.hangUp(way))
    },
  },
  'battery gone, the wire torn': {
    withinMs: 2000,
    measure: (t) => {
      const line = onBoard({})
      return measure(t, line, 'currentLost', () => line.stage.board.exchange.setBattery(false))
    },
  },
  'polarity reversed': {
    withinMs: 2000,
    measure: (t) => onBoardBy(t, 'polarity', { by: 'polarity' }, { reversalMeans: 'hangUp' }),
  },
  'voice modem: break of the loop': {
    withinMs: 2000,
    measure: (t) => {
      const line = new SimulatedLine(stages['voice modem']!())
      return measure(t, line, 'currentLost', () => line.stage.farEndHangsUp())
    },
  },
  'cellular SIM7600: the network’s word': { withinMs: 2000, measure: (t) => byNetwork(t, 'cellular SIM7600') },
  'cellular EC25: the network’s word': { withinMs: 2000, measure: (t) => byNetwork(t, 'cellular EC25') },
  'silence of 30 s, no other sign': {
    withinMs: 32_000,
    measure: async (t) => {
      const line = onBoard({ silentAfterMs: 30_000 })
      const { farEnd, exchange } = line.stage.board
      const leg = await line.talking()
      farEnd.say(sine([300], -20))
      await line.pass(40_000)
      t.equal(leg.state, 'talking', 'not while somebody is heard')
      exchange.hangUp({ by: 'none' })
      const ms = await line.until('end of the call', () => line.state !== 'talking', 40_000)
      t.equal(line.count('hangUpBy.silence'), 1)
      await line.close()
      return ms
    },
  },
  'total limit of a minute': {
    withinMs: 62_000,
    measure: async (t) => {
      const line = onBoard({ longestCallMs: 60_000 })
      const leg = await line.talking()
      const ms = await line.until('end of the call', () => line.state !== 'talking', 70_000)
      await line.pass(2000)
      t.match(leg.end, { by: 'us', reason: 'callLimit' })
      await line.close()
      return ms + settledMs
    },
  },
}

function byNetwork(t: Test, kind: string): Promise<number> {
  const line = new SimulatedLine(stages[kind]!())
  return measure(t, line, 'network', () => line.stage.farEndHangsUp())
}

for (const [name, { withinMs, measure }] of Object.entries(kinds))
  t.test(name, async (t) => {
    const ms = await measure(t)
    t.comment(`${name}: the call ends after ${ms} ms`)
    t.ok(ms <= withinMs, `${ms} ms`)
  })

const ways = { busy: 'busyTone', congestion: 'congestionTone', dial: 'dialTone' } as const

/** Three of its periods; two seconds of a tone that has none. */
function barMs({ cadenceMs }: Tone): number {
  return cadenceMs.length === 0 ? 2000 : cadenceMs.reduce((sum, ms) => sum + ms, 0) * 3 + pathMs
}

for (const country of countries)
  t.test(`${country}: busy, congestion and dial tone`, async (t) => {
    const tones = tonesOfCountry(country) ?? {}
    const measured: string[] = []
    for (const name of Object.keys(ways) as (keyof typeof ways)[]) {
      const tone = tones[name]
      if (!tone) continue
      const line = onBoard({ hangUpTones: hangUpTones(tones) })
      line.stage.board.exchange.setExchange(exchangeTones(country), {})
      const ms = await measure(t, line, 'tone', () => line.stage.board.exchange.hangUp({ by: ways[name] }))
      measured.push(`${name} ${ms} ms of ${barMs(tone)}`)
      t.ok(ms <= barMs(tone), `${name}: ${ms} ms`)
    }
    t.comment(`${country}: ${measured.join(', ')}`)
  })

t.test('ledger: no detector is left', async (t) => t.equal(liveDetectorBanks(), 0))
