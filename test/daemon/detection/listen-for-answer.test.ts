import t from 'tap'
import { listenForAnswer } from '../../../daemon/detection/listen-for-answer.ts'
import { FakeLeg } from '../../support/fake-leg.ts'
import { MockClock } from '../../support/mock-clock.ts'
import { makeTone } from '../../support/tones.ts'
import { spokenBy } from '../speech/callers.ts'

/** A call that was answered, and what is heard of it. */
function answered() {
  const clock = new MockClock()
  const leg = new FakeLeg({ id: 'callee', direction: 'outbound' })
  leg.pickUp()
  let hear: ((samples: Int16Array, lostSamples: number) => void) | undefined
  const audio = {
    listen(_portId: number, onSamples: (samples: Int16Array, lostSamples: number) => void) {
      hear = onSamples
      return {
        stop() {
          hear = undefined
        },
      }
    },
  }
  const detection = listenForAnswer({ leg, audio, clock })
  return { clock, leg, detection, isListening: () => hear !== undefined, hear: (s: Int16Array) => hear?.(s, 0) }
}

t.test('what the sound tells is the result, and nobody listens any more', async (t) => {
  const { clock, detection, hear, isListening } = answered()
  hear(new Int16Array(8000))
  t.ok(isListening())
  hear(makeTone(2100, 1000))
  t.equal(await detection.result, 'fax')
  t.notOk(isListening())
  t.equal(clock.liveTimers, 0)
})

t.test('a far end that sends nothing at all is silent', async (t) => {
  const { clock, detection, isListening } = answered()
  await clock.advance(6000)
  t.equal(await detection.result, 'silence')
  t.notOk(isListening())
})

t.test('one that goes quiet in the middle of its greeting: as far as it was heard', async (t) => {
  const { clock, detection, hear } = answered()
  hear(spokenBy('en-gb', 'We are not at home. Please leave a message after the tone.'))
  await clock.advance(45_000)
  t.equal(await detection.result, 'machineNoBeep')
  t.equal(clock.liveTimers, 0)
})

t.test('the call is over, or nobody wants to know any more: no result', async (t) => {
  const over = answered()
  over.leg.leave()
  t.equal(await over.detection.result, undefined)
  const stopped = answered()
  stopped.detection.stop()
  stopped.detection.stop()
  t.equal(await stopped.detection.result, undefined)
  t.notOk(over.isListening() || stopped.isListening())
  t.equal(over.clock.liveTimers + stopped.clock.liveTimers, 0)
})
