// When a line is silent: neither side says anything. Noise of a line and clicks are nothing, speech is something.
import t from 'tap'
import { SilenceWatch } from '../../../daemon/media/silence-watch.ts'
import { makeTone } from '../../support/tones.ts'

const limitMs = 1000
const faint = makeTone(500, 20, -42)
const noise = makeTone(500, 20, -50)

/** When it was told, of a talk of so many frames in which this is heard and that is sent. */
function told(frames: number, heard: (at: number) => Int16Array | false, sent: typeof heard = () => false): number[] {
  const at: number[] = []
  let frame = 0
  const watch = new SilenceWatch(limitMs, () => at.push(frame * 20))
  for (frame = 1; frame <= frames; frame++) {
    watch.add(heard(frame))
    watch.add(sent(frame))
    watch.tick()
  }
  return at
}

const cases: [string, number[], number[]][] = [
  ['nothing at all: told once, on time', [1000], told(200, () => false)],
  ['the noise of a line is silence', [1000], told(200, () => noise)],
  ['faint speech is none', [], told(200, () => faint)],
  [
    'nor is what we say: music for somebody who waits',
    [],
    told(
      200,
      () => noise,
      () => faint,
    ),
  ],
  ['a click now and then is', [1000], told(200, (at) => (at % 20 < 2 ? faint : false))],
  ['a word in between begins it anew', [1560], told(200, (at) => (at > 25 && at <= 28 ? faint : false))],
  ['told again for the next silence', [1000, 2100 + 960], told(200, (at) => (at > 100 && at <= 103 ? faint : false))],
]

for (const [name, expected, got] of cases) t.test(name, async (t) => t.same(got, expected))
