// The ear by table: levels of a line, a frame of 20 ms each, and what it makes of them.
import t from 'tap'
import { type EarEvent, type EarRules, earFrameMs, earStep, levelDbm0Of, quietEar } from '../../../daemon/speech/ear.ts'

const rules: EarRules = { startTimeoutMs: 3000, endSilenceMs: 600, maximumMs: 12_000 }

/** A stretch of the line: how long, how loud. `'echo'` marks a prompt that plays meanwhile. */
type Stretch = [ms: number, levelDbm0: number, prompt?: 'prompt']

/** Events with the time they came at. */
function hear(stretches: Stretch[], with_: EarRules = rules): [event: EarEvent, atMs: number][] {
  const events: [EarEvent, number][] = []
  let state = quietEar
  let atMs = 0
  for (const [ms, levelDbm0, prompt] of stretches)
    for (let passedMs = 0; passedMs < ms; passedMs += earFrameMs) {
      atMs += earFrameMs
      const step = earStep(state, levelDbm0, prompt !== undefined, with_)
      state = step.state
      if (step.event) events.push([step.event, atMs])
    }
  return events
}

const cases: [what: string, stretches: Stretch[], events: [EarEvent, number][]][] = [
  ['nobody speaks', [[10_000, -60]], [['noSpeech', 3000]]],
  ['digital silence', [[10_000, Number.NEGATIVE_INFINITY]], [['noSpeech', 3000]]],
  [
    'a word, then silence',
    [
      [500, -60],
      [400, -20],
      [2000, -60],
    ],
    [
      ['speechStarted', 600],
      ['speechEnded', 1500],
    ],
  ],
  [
    'a pause between two words is no end',
    [
      [500, -60],
      [400, -20],
      [500, -60],
      [400, -20],
      [2000, -60],
    ],
    [
      ['speechStarted', 600],
      ['speechEnded', 2400],
    ],
  ],
  [
    'a click is no word',
    [
      [500, -60],
      [60, -10],
      [5000, -60],
    ],
    [['noSpeech', 3000]],
  ],
  [
    'a click in the silence behind a word does not lengthen it',
    [
      [500, -60],
      [400, -20],
      [300, -60],
      [20, -10],
      [1000, -60],
    ],
    [
      ['speechStarted', 600],
      ['speechEnded', 1500],
    ],
  ],
  [
    'a word in the last moment is heard out',
    [
      [2940, -60],
      [400, -20],
      [1000, -60],
    ],
    [
      ['speechStarted', 3040],
      ['speechEnded', 3940],
    ],
  ],
  [
    'a quiet caller on a quiet line',
    [
      [1000, -65],
      [600, -38],
      [1000, -65],
    ],
    [
      ['speechStarted', 1100],
      ['speechEnded', 2200],
    ],
  ],
  ['noise is learned', [[10_000, -45]], [['noSpeech', 3000]]],
  [
    'a caller over noise',
    [
      [2000, -45],
      [600, -25],
      [1000, -45],
    ],
    [
      ['speechStarted', 2100],
      ['speechEnded', 3200],
    ],
  ],
  [
    'somebody who does not stop',
    [
      [500, -60],
      [20_000, -20],
    ],
    [
      ['speechStarted', 600],
      ['speechEnded', 12_400],
    ],
  ],
  [
    'the wait begins when the prompt has ended',
    [
      [20_000, -60, 'prompt'],
      [10_000, -60],
    ],
    [['noSpeech', 23_000]],
  ],
  [
    'the echo of a prompt is no caller',
    [
      [5000, -33, 'prompt'],
      [10_000, -60],
    ],
    [['noSpeech', 8000]],
  ],
  [
    'a caller who interrupts',
    [
      [2000, -36, 'prompt'],
      [200, -16, 'prompt'],
      [400, -16],
      [2000, -60],
    ],
    [
      ['speechStarted', 2100],
      ['speechEnded', 3200],
    ],
  ],
]
for (const [what, stretches, events] of cases)
  t.test(what, async (t) => {
    t.same(hear(stretches), events)
  })

t.test('what is over stays over', async (t) => {
  t.equal(
    hear([
      [4000, -60],
      [1000, -10],
      [4000, -60],
    ]).length,
    1,
  )
})

t.test('levels: a full-scale sine is +3.14 dBm0, silence is none', async (t) => {
  const sine = Int16Array.from({ length: 160 }, (_, i) => Math.round(32_767 * Math.sin((2 * Math.PI * i) / 16)))
  t.ok(Math.abs(levelDbm0Of(sine) - 3.14) < 0.01)
  t.equal(levelDbm0Of(new Int16Array(160)), Number.NEGATIVE_INFINITY)
})
