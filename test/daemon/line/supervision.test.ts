// When a loss of loop current is a hang-up, and when a reversal of the polarity is.
import t from 'tap'
import { judgeCurrentLoss, judgeReversal } from '../../../daemon/line/supervision.ts'

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

const meansNothing = { gone: undefined, why: 'meansNothing' }
const hangUp = { gone: { evidence: 'polarity' } }

const reversals: [string, Parameters<typeof judgeReversal>, object][] = [
  ['of an exchange that gives none', ['none', 10_000, undefined], meansNothing],
  ['of one that tells answers only', ['answer', 10_000, 'polarity'], meansNothing],
  ['of one that tells hang-ups, in a caller’s talk', ['hangUp', 10_000, undefined], hangUp],
  ['of one that tells both, in a caller’s talk', ['both', 10_000, undefined], hangUp],
  ['of one that tells both, after the answer', ['both', 10_000, 'polarity'], hangUp],
  ['just after the answer: its own', ['both', 649, 'polarity'], { gone: undefined, why: 'tooEarly' }],
  ['after an answer believed too early', ['both', 10_000, 'voice'], { gone: undefined, why: 'answer' }],
  ['of one that tells hang-ups only, in a call out', ['hangUp', 10_000, 'voice'], hangUp],
]

for (const [name, [means, talkingMs, answer], verdict] of reversals)
  t.test(`a reversal ${name}`, async (t) => t.same(judgeReversal(means, talkingMs, answer), verdict))
