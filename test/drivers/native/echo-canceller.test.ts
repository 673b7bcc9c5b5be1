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

t.test('ledger: every canceller is freed, and once', async (t) => {
  const canceller = new EchoCanceller(16)
  t.equal(liveEchoCancellers(), 1)
  canceller.close()
  canceller.close()
  t.equal(liveEchoCancellers(), 0)
})
