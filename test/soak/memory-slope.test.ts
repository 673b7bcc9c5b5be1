// The line through memory over calls.
import t from 'tap'
import { type Sample, slopePer1000Calls } from './memory-slope.ts'

const samplesOf = (megabytes: (calls: number) => number): Sample[] =>
  Array.from({ length: 100 }, (_, n) => ({ seconds: n, calls: n * 10, megabytes: megabytes(n * 10) }))

t.test('flat memory has no slope', async (t) => {
  t.equal(slopePer1000Calls(samplesOf(() => 150)), 0)
})

t.test('2 kB a call are 2 MB per 1,000 calls', async (t) => {
  t.equal(Math.round(slopePer1000Calls(samplesOf((calls) => 150 + calls * 0.002)) * 1000), 2000)
})

t.test('what grows while warming up is no slope', async (t) => {
  t.equal(slopePer1000Calls(samplesOf((calls) => Math.min(calls, 150))), 0)
})

t.test('too few samples say nothing', async (t) => {
  t.equal(slopePer1000Calls(samplesOf((calls) => calls).slice(0, 1)), 0)
})
