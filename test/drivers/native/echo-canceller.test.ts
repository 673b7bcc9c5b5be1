// A far end that speaks, a line that sends it back, and what of it is left: the bars of ITU-T G.168's kind.
import t from 'tap'
import { EchoCanceller, liveEchoCancellers } from '../../../drivers/native/echo-canceller.ts'
import { measureEcho } from '../../line-media/echo-measure.ts'

const barDb = 30

for (const far of ['speech', 'german', 'noise'] as const)
  for (const tailMs of [8, 64])
    t.test(
      `${far} over a line with an echo of ${tailMs} ms: 30 dB after a second, and after both have spoken`,
      async (t) => {
        const path = { tailMs, lossDb: 6 }
        const alone = measureEcho({ far, path, tailMs: 64, nearSpeaks: false })
        t.ok(alone.returnLossDb >= barDb, `${alone.returnLossDb.toFixed(1)} dB come back alone`)
        const both = measureEcho({ far, path, tailMs: 64, nearSpeaks: true })
        t.ok(
          Math.abs(both.nearChangeDb) <= 6,
          `the party on the line is heard at ${both.nearChangeDb.toFixed(1)} dB of its level`,
        )
        t.ok(
          both.returnLossAfterDb >= barDb,
          `${both.returnLossAfterDb.toFixed(1)} dB come back after both have spoken`,
        )
      },
    )

const frame = 160
const amplitude = 3000

/** The level of the last second of ten: a tone from the line, while another is played to it and comes back. */
function steadyToneDb(heardHz: number, playedHz: readonly number[], echo: number): number {
  const canceller = new EchoCanceller(64)
  const at = (hz: number, n: number) => amplitude * Math.sin((2 * Math.PI * hz * n) / 8000)
  const playedAt = (n: number) => playedHz.reduce((sum, hz) => sum + at(hz, n), 0)
  let power = 0
  for (let n = 0; n < 80_000; n += frame) {
    const played = Int16Array.from({ length: frame }, (_, i) => playedAt(n + i))
    const heard = Int16Array.from({ length: frame }, (_, i) => at(heardHz, n + i) + echo * playedAt(n + i - 24))
    canceller.cancel(heard, played)
    if (n >= 72_000) for (const sample of heard) power += sample * sample
  }
  canceller.close()
  return 10 * Math.log10(power / 8000 / (amplitude ** 2 / 2))
}

for (const [name, playedHz] of [
  ['a tone', [1020]],
  ['a key', [941, 1633]],
  ['nothing', []],
] as const)
  t.test(`a steady tone of the far end is heard at its level while ${name} is played (G.168, test 6)`, async (t) => {
    for (const echo of [0, 0.25]) {
      const changeDb = steadyToneDb(620, playedHz, echo)
      t.ok(Math.abs(changeDb) < 2, `${changeDb.toFixed(1)} dB`)
    }
  })

t.test('ledger: every canceller is freed, and once', async (t) => {
  const canceller = new EchoCanceller(16)
  t.equal(liveEchoCancellers(), 1)
  canceller.close()
  canceller.close()
  t.equal(liveEchoCancellers(), 0)
})
