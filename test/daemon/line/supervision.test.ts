// When a loss of loop current is a hang-up.
import t from 'tap'
import { judgeCurrentLoss } from '../../../daemon/line/supervision.ts'

const lost = (atMs: number, durationMs: number) => ({ type: 'loopCurrentLost' as const, port: 1, atMs, durationMs })

const table: [string, number, number, ReturnType<typeof judgeCurrentLoss>][] = [
  ['in mid-call, as long as configured', 10_000, 250, { gone: { evidence: 'currentLost', durationMs: 250 } }],
  ['longer', 10_000, 900, { gone: { evidence: 'currentLost', durationMs: 900 } }],
  ['shorter than configured', 10_000, 100, { gone: undefined, why: 'tooShort' }],
  ['in the first 650 ms: the seizure itself', 1649, 300, { gone: undefined, why: 'tooEarly' }],
  ['just after them', 1650, 300, { gone: { evidence: 'currentLost', durationMs: 300 } }],
]

for (const [name, atMs, durationMs, verdict] of table)
  t.test(name, async (t) => {
    t.same(judgeCurrentLoss(lost(atMs, durationMs), 1000, 250), verdict)
  })
